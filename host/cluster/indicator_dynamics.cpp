#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <regio/panel.hpp>

namespace regio {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double mean_growth(std::vector<int> const& years, std::vector<double> const& x) {
  bool const positive = std::all_of(x.begin(), x.end(), [](double value) { return value > 0; });
  if (!positive || x.size() < 2) return nan;
  double sum = 0;
  for (std::size_t t = 1; t < x.size(); ++t) {
    double const ratio = x[t] / x[t - 1];
    int const step = years[t] - years[t - 1];
    sum += (step == 1 ? ratio : std::pow(ratio, 1.0 / step)) - 1;
  }
  return sum / static_cast<double>(x.size() - 1);
}

/// Least-squares line over the years.
struct Trend {
  double mean_year = 0;
  double mean = 0;
  double slope = nan;
};

Trend trend_of(std::vector<int> const& years, std::vector<double> const& x) {
  auto const n = static_cast<double>(x.size());
  Trend trend;
  for (std::size_t t = 0; t < x.size(); ++t) {
    trend.mean_year += years[t] / n;
    trend.mean += x[t] / n;
  }
  if (x.size() < 2) return trend;
  double covariance = 0;
  double variance = 0;
  for (std::size_t t = 0; t < x.size(); ++t) {
    double const time = years[t] - trend.mean_year;
    covariance += time * (x[t] - trend.mean);
    variance += time * time;
  }
  trend.slope = covariance / variance;
  return trend;
}

double volatility(std::vector<int> const& years, std::vector<double> const& x, Trend const& trend) {
  double squares = 0;
  double size = 0;
  for (std::size_t t = 0; t < x.size(); ++t) {
    double const residual = x[t] - trend.mean - trend.slope * (years[t] - trend.mean_year);
    squares += residual * residual;
    size += std::abs(x[t]);
  }
  if (size == 0 && x.size() > 1) return 0;
  auto const n = static_cast<double>(x.size());
  return std::sqrt(squares / n) / (size / n);
}

}  // namespace

std::vector<IndicatorDynamics> indicator_dynamics(Indicators const& indicators) {
  std::vector<IndicatorDynamics> all;
  all.reserve(indicators.regions.size() * indicators.definitions.size());
  for (Index region = 0; region < static_cast<Index>(indicators.regions.size()); ++region) {
    for (Index indicator = 0; indicator < static_cast<Index>(indicators.definitions.size()); ++indicator) {
      std::vector<double> x;
      for (Index y = 0; y < static_cast<Index>(indicators.years.size()); ++y) {
        x.push_back(indicators.values[static_cast<std::size_t>(indicators.offset(y, region, indicator))]);
      }
      Trend const trend = trend_of(indicators.years, x);
      all.push_back({region, indicator, x.front(), x.back(), mean_growth(indicators.years, x), trend.slope,
                     volatility(indicators.years, x, trend)});
    }
  }
  return all;
}

}  // namespace regio
