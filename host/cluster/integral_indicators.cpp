#include <algorithm>
#include <cstddef>

#include <Eigen/Dense>

#include <regio/panel.hpp>

#include "cluster/ranking.hpp"

namespace regio {
namespace {

/// [year and region, indicator of the group]
using Table = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Table group_table(Indicators const& indicators, std::string const& group, Normalisation normalisation) {
  std::vector<Index> const members = indicators.members(group);
  std::vector<double> const values = indicators.group_values(group);
  auto const width = static_cast<Eigen::Index>(members.size());
  Table table = Eigen::Map<Table const>(values.data(), static_cast<Eigen::Index>(values.size()) / width, width);
  if (normalisation != Normalisation::none) return table;
  for (Eigen::Index i = 0; i < width; ++i) {
    auto const& definition = indicators.definitions[static_cast<std::size_t>(members[static_cast<std::size_t>(i)])];
    if (definition.direction == Direction::lower_is_better) table.col(i) = -table.col(i);
  }
  return table;
}

void take_means(Table const& table, IntegralIndicator& integral) {
  for (Eigen::Index row = 0; row < table.rows(); ++row) integral.values.push_back(table.row(row).mean());
}

/// Turns an eigenvector so that the component rises with the mean of the indicators.
void orient(Eigen::VectorXd& loadings) {
  double const sum = loadings.sum();
  // Loadings of length 1: a sum below this is rounding of 0.
  constexpr double rounding = 1e-12;
  bool reverse = sum < 0;
  if (std::abs(sum) <= rounding) {
    auto const first = std::find_if(loadings.begin(), loadings.end(), [](double w) { return std::abs(w) > rounding; });
    reverse = first != loadings.end() && *first < 0;
  }
  if (reverse) loadings = -loadings;
}

void take_principal_component(Table const& table, IntegralIndicator& integral) {
  Table const centred = table.rowwise() - table.colwise().mean();
  Eigen::MatrixXd const covariance = centred.transpose() * centred / static_cast<double>(table.rows());
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(covariance);
  Eigen::VectorXd loadings = solver.eigenvectors().rightCols<1>();
  orient(loadings);
  double const total = covariance.trace();
  integral.explained = total > 0 ? solver.eigenvalues().tail<1>()(0) / total : 0;
  integral.loadings.assign(loadings.begin(), loadings.end());
  Eigen::VectorXd const component = centred * loadings;
  integral.values.assign(component.begin(), component.end());
}

}  // namespace

std::vector<IntegralIndicator> integral_indicators(Indicators const& indicators, IndicatorOptions const& options,
                                                   IntegralMethod method) {
  RankOrder const best_first =
      options.normalisation == Normalisation::share_of_best ? RankOrder::lowest_first : RankOrder::highest_first;
  auto const regions = static_cast<Index>(indicators.regions.size());
  std::vector<IntegralIndicator> all;
  for (std::string const& group : indicators.groups) {
    IntegralIndicator integral;
    integral.group = group;
    Table const table = group_table(indicators, group, options.normalisation);
    if (method == IntegralMethod::mean_deviation) {
      take_means(table, integral);
    } else {
      take_principal_component(table, integral);
    }
    for (Index y = 0; y < static_cast<Index>(indicators.years.size()); ++y) {
      std::vector<int> const of_year = ranks({integral.values.data() + y * regions, regions}, best_first);
      integral.ranks.insert(integral.ranks.end(), of_year.begin(), of_year.end());
    }
    all.push_back(std::move(integral));
  }
  return all;
}

}  // namespace regio
