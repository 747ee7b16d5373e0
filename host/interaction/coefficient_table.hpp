/// What is said about the coefficients of a regression, from their estimates and covariance.
#pragma once

#include <Eigen/Dense>

#include <optional>
#include <vector>

#include <regio/regression.hpp>

namespace regio {

/// Tests by Student's t with `degrees` of freedom, without any by the normal distribution.
CoefficientTable coefficient_table(Eigen::VectorXd const& estimate, Eigen::MatrixXd const& covariance,
                                   std::optional<double> degrees, double confidence);

/// Row by row.
std::vector<double> rows_of(Eigen::MatrixXd const& matrix);

}  // namespace regio
