/// Normalisations of one list of values by their definitions, without regio. higher: higher is better.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace oracle {

inline std::vector<double> share_of_best(std::vector<double> const& x, bool higher) {
  double const top = *std::max_element(x.begin(), x.end());
  double const bottom = *std::min_element(x.begin(), x.end());
  std::vector<double> result;
  for (double v : x) result.push_back(higher ? (top - v) / (top - bottom) : (v - bottom) / (top - bottom));
  return result;
}

inline std::vector<double> min_max(std::vector<double> const& x, bool higher) {
  std::vector<double> result = share_of_best(x, higher);
  for (double& v : result) v = 1 - v;
  return result;
}

inline std::vector<double> z_score(std::vector<double> const& x, bool higher) {
  long double mean = 0, square = 0;
  for (double v : x) mean += v;
  mean /= static_cast<long double>(x.size());
  for (double v : x) square += (v - mean) * (v - mean);
  long double const deviation = std::sqrt(square / static_cast<long double>(x.size()));
  std::vector<double> result;
  for (double v : x) result.push_back(static_cast<double>((higher ? v - mean : mean - v) / deviation));
  return result;
}

/// The value below which a share of the sorted values lies, by drawing the polygon through (i / (n - 1), x_i).
inline double quantile(std::vector<double> x, double share) {
  std::sort(x.begin(), x.end());
  if (x.size() == 1) return x[0];
  double const width = 1.0 / static_cast<double>(x.size() - 1);
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    double const left = static_cast<double>(i) * width;
    if (share <= left + width) return x[i] + (share - left) / width * (x[i + 1] - x[i]);
  }
  return x.back();
}

inline std::vector<double> robust(std::vector<double> const& x, bool higher) {
  double const median = quantile(x, 0.5);
  double const range = quantile(x, 0.75) - quantile(x, 0.25);
  std::vector<double> result;
  for (double v : x) result.push_back((higher ? v - median : median - v) / range);
  return result;
}

}  // namespace oracle
