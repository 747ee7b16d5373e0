#include "balancing/newton_finisher.hpp"

#include <algorithm>
#include <cmath>

namespace regio {
namespace {

/// Products of one direction; each of them lies in a direction of its own.
constexpr Index most_products = 200;
/// Steps of the search along a direction.
constexpr int most_trials = 8;
/// By how much the logarithm of a multiplier may change in a step: farther away the table is another one.
constexpr double largest_change = 4;
/// How exactly the first directions are found; later ones as exactly as the residual is small.
constexpr double loosest_reduction = 0.1;
/// Steps that together have to halve the residual.
constexpr int patience = 3;

double dot(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
  return sum;
}

/// e^x, |x| <= 4, to x^3 / 50,000: the library's may differ from machine to machine in the last digit, and the step
/// need not be more exact.
double exponential(double x) {
  constexpr int squarings = 6;
  double const half = x / (2 << squarings);
  double power = (1 + half) / (1 - half);
  for (int k = 0; k < squarings; ++k) power *= power;
  return power;
}

/// Takes what all columns have in common out, weighted: multiplying s and dividing r by one number changes no cell.
void take_gauge_out(std::vector<double>& values, std::vector<double> const& weights) {
  double sum = 0, weight = 0;
  for (std::size_t j = 0; j < values.size(); ++j) {
    sum += weights[j] * values[j];
    weight += weights[j];
  }
  double const mean = weight > 0 ? sum / weight : 0.0;
  for (double& value : values) value -= mean;
}

}  // namespace

void NewtonFinisher::evaluate(NewtonTable& table, VectorView<double const> totals, State& state) {
  state.residual = table.sweep(state.multipliers, state.sums, state.magnitudes);
  double missed = 0, weight = 0;
  for (std::size_t j = 0; j < state.sums.size(); ++j) {
    state.gradient[j] = state.magnitudes[j] > 0 ? totals[static_cast<Index>(j)] - state.sums[j] : 0.0;
    missed += state.gradient[j];
    weight += state.magnitudes[j];
  }
  // Totals of rows and columns may disagree within the tolerance; no direction makes up for that.
  double const mean = weight > 0 ? missed / weight : 0.0;
  for (std::size_t j = 0; j < state.sums.size(); ++j) state.gradient[j] -= mean * state.magnitudes[j];
}

void NewtonFinisher::find_direction(NewtonTable& table, State const& state, double reduction) {
  // A direction of less curvature than this, as a share of D's, is rounding alone.
  constexpr double least_curvature = 0x1p-46;
  std::vector<double> const& d = state.magnitudes;
  auto const conditioned = [&](std::size_t j) { return d[j] > 0 ? rest_[j] / d[j] : 0.0; };
  auto const rest_squared = [&] {
    double sum = 0;
    for (std::size_t j = 0; j < rest_.size(); ++j) sum += rest_[j] * conditioned(j);
    return sum;
  };
  std::fill(direction_.begin(), direction_.end(), 0.0);
  rest_ = state.gradient;
  for (std::size_t j = 0; j < rest_.size(); ++j) search_[j] = conditioned(j);
  double squared = rest_squared();
  double const enough = squared * reduction * reduction;
  for (Index k = 0; k < most_products && squared > enough && table.may_go_on(); ++k) {
    table.product(search_, product_);
    double scale = 0;
    for (std::size_t j = 0; j < d.size(); ++j) {
      product_[j] = d[j] * search_[j] - product_[j];
      scale += d[j] * search_[j] * search_[j];
    }
    double const curvature = dot(search_, product_);
    if (!(curvature > least_curvature * scale)) break;
    double const length = squared / curvature;
    for (std::size_t j = 0; j < d.size(); ++j) {
      direction_[j] += length * search_[j];
      rest_[j] -= length * product_[j];
    }
    double const before = squared;
    squared = rest_squared();
    for (std::size_t j = 0; j < d.size(); ++j) search_[j] = conditioned(j) + squared / before * search_[j];
  }
  take_gauge_out(direction_, d);
}

bool NewtonFinisher::step(NewtonTable& table, VectorView<double const> totals) {
  double largest = 0;
  for (double const change : direction_) largest = std::max(largest, std::abs(change));
  double const slope = dot(state_.gradient, direction_);
  if (!(slope > 0) || !std::isfinite(largest)) return false;
  double length = std::min(1.0, largest_change / largest);
  for (int k = 0; k < most_trials && table.may_go_on(); ++k) {
    for (std::size_t j = 0; j < direction_.size(); ++j) {
      trial_.multipliers[j] = state_.multipliers[j] * exponential(length * direction_[j]);
    }
    evaluate(table, totals, trial_);
    // The objective is concave: as long as its slope is positive, all of the way went up. A little beyond the top will
    // do.
    double const slope_there = dot(trial_.gradient, direction_);
    if (slope_there >= -0.5 * slope || !table.may_go_on()) {
      std::swap(state_, trial_);
      return true;
    }
    double const to_top = slope / (slope - slope_there);
    length *= std::isnan(to_top) ? 0.1 : std::clamp(to_top, 0.1, 0.7);
  }
  return false;
}

bool NewtonFinisher::finish(NewtonTable& table, VectorView<double const> totals, double tolerance,
                            VectorView<double> column_multipliers) {
  auto const columns = static_cast<std::size_t>(totals.size());
  for (State* const state : {&state_, &trial_}) {
    state->multipliers.assign(column_multipliers.begin(), column_multipliers.end());
    for (std::vector<double>* const values : {&state->sums, &state->magnitudes, &state->gradient}) {
      values->assign(columns, 0.0);
    }
  }
  for (std::vector<double>* const values : {&direction_, &rest_, &search_, &product_}) values->assign(columns, 0.0);
  if (!table.may_go_on()) return false;
  evaluate(table, totals, state_);
  double best = state_.residual;
  int without_gain = 0;
  while (state_.residual > tolerance && without_gain < patience && table.may_go_on()) {
    double const needed = 0.1 * tolerance / state_.residual;
    find_direction(table, state_, std::clamp(state_.residual, std::min(needed, loosest_reduction), loosest_reduction));
    if (!step(table, totals)) break;
    ++without_gain;
    if (state_.residual < 0.5 * best) {
      best = state_.residual;
      without_gain = 0;
    }
  }
  std::copy(state_.multipliers.begin(), state_.multipliers.end(), column_multipliers.begin());
  return state_.residual <= tolerance;
}

}  // namespace regio
