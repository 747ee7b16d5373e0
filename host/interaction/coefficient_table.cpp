#include "interaction/coefficient_table.hpp"

#include <cmath>
#include <limits>

#include "interaction/distributions.hpp"

namespace regio {

std::vector<double> rows_of(Eigen::MatrixXd const& matrix) {
  std::vector<double> rows;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) rows.push_back(matrix(i, j));
  }
  return rows;
}

CoefficientTable coefficient_table(Eigen::VectorXd const& estimate, Eigen::MatrixXd const& covariance,
                                   std::optional<double> degrees, double confidence) {
  CoefficientTable table;
  bool const testable = !degrees || *degrees > 0;
  double const width = !testable ? std::numeric_limits<double>::quiet_NaN()
                       : degrees ? student_quantile((1 + confidence) / 2, *degrees)
                                 : normal_quantile((1 + confidence) / 2);
  for (Eigen::Index c = 0; c < estimate.size(); ++c) {
    double const error = testable ? std::sqrt(covariance(c, c)) : std::numeric_limits<double>::quiet_NaN();
    double const statistic = estimate(c) / error;
    table.estimate.push_back(estimate(c));
    table.standard_error.push_back(error);
    table.statistic.push_back(statistic);
    table.p_value.push_back(degrees && testable ? student_two_tails(statistic, *degrees)
                                                : 2 * normal_tail(std::abs(statistic)));
    table.lower.push_back(estimate(c) - width * error);
    table.upper.push_back(estimate(c) + width * error);
  }
  table.covariance = rows_of(covariance);
  return table;
}

}  // namespace regio
