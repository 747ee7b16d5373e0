#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <regio/dependence.hpp>

#include "core/contract.hpp"

namespace regio {
namespace {

/// By what the p-value of rank `rank` (1: the smallest) of `tests` is multiplied before the values are made monotone.
double factor(MultipleTests method, double rank, double tests) {
  switch (method) {
    case MultipleTests::holm: return tests - rank + 1;
    case MultipleTests::benjamini_hochberg:
    case MultipleTests::benjamini_yekutieli: return tests / rank;
    case MultipleTests::bonferroni: break;
  }
  return tests;
}

/// 1 + 1/2 + ... + 1/tests.
double harmonic_number(double tests) {
  double sum = 0;
  for (double i = 1; i <= tests; ++i) sum += 1 / i;
  return sum;
}

}  // namespace

std::string_view name(MultipleTests method) noexcept {
  switch (method) {
    case MultipleTests::holm: return "holm";
    case MultipleTests::benjamini_hochberg: return "benjamini-hochberg";
    case MultipleTests::benjamini_yekutieli: return "benjamini-yekutieli";
    case MultipleTests::bonferroni: break;
  }
  return "bonferroni";
}

std::vector<double> adjusted_p_values(VectorView<double const> p_values, MultipleTests method) {
  std::vector<Index> order;
  for (Index i = 0; i < p_values.size(); ++i) {
    if (std::isnan(p_values[i])) continue;
    if (!(p_values[i] >= 0 && p_values[i] <= 1)) {
      refuse("adjusted_p_values: p_values",
             fmt::format("value {} is {}; expected 0 to 1, or NaN", i, number_text(p_values[i])));
    }
    order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  auto const tests = static_cast<double>(order.size());
  double const dependence = method == MultipleTests::benjamini_yekutieli ? harmonic_number(tests) : 1;
  auto const at = [&](std::size_t k) -> double& { return adjusted[static_cast<std::size_t>(order[k])]; };
  for (std::size_t k = 0; k < order.size(); ++k) {
    at(k) = std::min(1.0, at(k) * dependence * factor(method, static_cast<double>(k + 1), tests));
  }
  // A larger p-value never gets a smaller adjusted one: down the steps for Holm, up for the rates of false rejections.
  if (method == MultipleTests::holm) {
    for (std::size_t k = 1; k < order.size(); ++k) at(k) = std::max(at(k), at(k - 1));
  } else {
    for (std::size_t k = order.size(); k-- > 1;) at(k - 1) = std::min(at(k - 1), at(k));
  }
  return adjusted;
}

}  // namespace regio
