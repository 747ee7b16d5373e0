#include "cluster/gap_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cluster/random_streams.hpp"
#include "core/philox.hpp"

namespace regio {

std::vector<double> uniform_reference(MatrixView<double const> points, Index reference, std::uint64_t seed) {
  Index const n = points.rows();
  Index const d = points.columns();
  std::vector<double> least(static_cast<std::size_t>(d), std::numeric_limits<double>::infinity());
  std::vector<double> largest(static_cast<std::size_t>(d), -std::numeric_limits<double>::infinity());
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < d; ++j) {
      auto const feature = static_cast<std::size_t>(j);
      least[feature] = std::min(least[feature], points(i, j));
      largest[feature] = std::max(largest[feature], points(i, j));
    }
  }
  std::vector<double> values(static_cast<std::size_t>(n * d));
  PhiloxStream random(seed, gap_reference_stream, static_cast<std::uint32_t>(reference));
  double* value = values.data();
  for (Index i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < least.size(); ++j) {
      *value++ = least[j] + (largest[j] - least[j]) * random.next_uniform();
    }
  }
  return values;
}

Gap gap_statistic(double inertia, VectorView<double const> reference_inertia) {
  auto const count = static_cast<double>(reference_inertia.size());
  double mean = 0;
  for (double const w : reference_inertia) mean += std::log(w);
  mean /= count;
  double variance = 0;
  for (double const w : reference_inertia) variance += (std::log(w) - mean) * (std::log(w) - mean);
  variance /= count;
  Gap const result{mean - std::log(inertia), std::sqrt(variance * (1 + 1 / count))};
  if (std::isfinite(result.gap) && std::isfinite(result.error)) return result;
  return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace regio
