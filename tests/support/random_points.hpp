/// Points for tests: the same on every platform.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace regio::test {

/// Uniform numbers from a seed that a failing test can print.
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed) : engine_(seed) {}

  /// In [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// In [0, bound).
  int below(int bound) { return static_cast<int>(uniform() * bound); }

 private:
  std::mt19937_64 engine_;
};

/// [n, d] uniform in the unit cube.
inline std::vector<double> uniform_points(RandomNumbers& random, int n, int d) {
  std::vector<double> values;
  for (int i = 0; i < n * d; ++i) values.push_back(random.uniform());
  return values;
}

/// Points around centres [k, d], point i around centre i mod k, no further than `spread` in each coordinate.
inline std::vector<double> points_around(RandomNumbers& random, std::vector<double> const& centres, int k, int n,
                                         double spread) {
  auto const d = static_cast<int>(centres.size()) / k;
  std::vector<double> values;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < d; ++j) {
      values.push_back(centres[static_cast<std::size_t>((i % k) * d + j)] + random.uniform(-spread, spread));
    }
  }
  return values;
}

}  // namespace regio::test
