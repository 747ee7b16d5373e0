#include "balancing/national_gauge.hpp"

#include <algorithm>
#include <cmath>

namespace regio {
namespace {

bool is_factor(double value) { return value > 0 && std::isfinite(value) && value != 1; }

}  // namespace

void fix_national_gauge(MatrixView<double const> national, MatrixView<double> row_multipliers,
                        MatrixView<double> column_multipliers, MatrixView<double> national_multipliers) {
  Index const regions = row_multipliers.rows(), rows = row_multipliers.columns();
  Index const columns = column_multipliers.columns();
  auto const is_free = [&](Index i, Index j) { return national.empty() || std::isnan(national(i, j)); };
  for (Index j = 0; j < columns; ++j) {
    double const factor = column_multipliers(0, j);
    bool controlled = is_factor(factor);
    for (Index i = 0; controlled && i < rows; ++i) controlled = !is_free(i, j);
    if (!controlled) continue;
    for (Index k = 0; k < regions; ++k) column_multipliers(k, j) /= factor;
    for (Index i = 0; i < rows; ++i) national_multipliers(i, j) *= factor;
  }
  for (Index i = 0; i < rows; ++i) {
    double const factor = row_multipliers(0, i);
    bool controlled = is_factor(factor);
    for (Index j = 0; controlled && j < columns; ++j) controlled = !is_free(i, j);
    if (!controlled) continue;
    for (Index k = 0; k < regions; ++k) row_multipliers(k, i) /= factor;
    for (Index j = 0; j < columns; ++j) national_multipliers(i, j) *= factor;
  }
  for (Index k = 0; k < regions; ++k) {
    VectorView<double> const of_region = column_multipliers.row(k);
    double const largest = *std::max_element(of_region.begin(), of_region.end());
    if (!is_factor(largest)) continue;
    for (double& s : of_region) s /= largest;
    for (double& r : row_multipliers.row(k)) r *= largest;
  }
}

}  // namespace regio
