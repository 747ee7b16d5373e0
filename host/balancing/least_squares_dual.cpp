#include "balancing/least_squares_dual.hpp"

#include <algorithm>
#include <cmath>

#include "balancing/compensated_sum.hpp"

namespace regio {
namespace {

// Without branches: which cells are at a bound has no pattern that a processor could learn.
double within(double value, double lower, double upper) { return std::min(std::max(value, lower), upper); }
bool is_free(double value, double lower, double upper) { return (value >= lower) & (value <= upper) & (lower < upper); }

}  // namespace

LeastSquaresDual::LeastSquaresDual(ConstrainedItem& item)
    : item_(item),
      start_(item.system.start),
      lower_(item.system.lower),
      upper_(item.system.upper),
      variance_(item.variance),
      total_(item.system.total),
      position_(start_.size()),
      free_variance_(start_.size()),
      direction_(has_bounds() ? start_.size() : 0),
      least_size_(total_.size()),
      full_diagonal_(total_.size()),
      give_(total_.size()),
      residual_(total_.size()),
      residual_error_(total_.size()),
      size_(total_.size()),
      free_diagonal_(total_.size()) {
  item.cells.resize(start_.size());
  list_terms_by_cell();
  measure_constraints();
}

void LeastSquaresDual::list_terms_by_cell() {
  CellSystem const& system = item_.system;
  first_.resize(start_.size() + 1);
  for (std::int32_t const cell : system.cell) ++first_[static_cast<std::size_t>(cell) + 1];
  for (std::size_t i = 0; i < start_.size(); ++i) first_[i + 1] += first_[i];
  constraint_.resize(system.cell.size());
  coefficient_.resize(system.coefficient.size());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t c = 0; c < total_.size(); ++c) {
    for (auto term = static_cast<std::size_t>(system.first[c]); term < static_cast<std::size_t>(system.first[c + 1]);
         ++term) {
      std::size_t const place = next[static_cast<std::size_t>(system.cell[term])]++;
      constraint_[place] = static_cast<std::int32_t>(c);
      if (!coefficient_.empty()) coefficient_[place] = system.coefficient[term];
    }
  }
}

void LeastSquaresDual::measure_constraints() {
  std::vector<double> magnitude(total_.size());
  for (std::size_t i = 0; i < start_.size(); ++i) {
    for (std::size_t term = first_[i]; term < first_[i + 1]; ++term) {
      auto const c = static_cast<std::size_t>(constraint_[term]);
      full_diagonal_[c] += coefficient(term) * coefficient(term) * variance_[i];
      magnitude[c] += std::abs(coefficient(term) * start_[i]);
    }
  }
  for (std::size_t c = 0; c < total_.size(); ++c) {
    if (full_diagonal_[c] == 0) full_diagonal_[c] = 1;
    double const wanted = std::abs(item_.wanted[c]), frozen = std::abs(item_.wanted[c] - total_[c]);
    least_size_[c] = std::max({std::abs(total_[c]), wanted, frozen});
    if (item_.system.must_be_met(static_cast<Index>(c))) continue;
    double const unit = wanted > 0 ? wanted : magnitude[c] > 0 ? magnitude[c] : 1;
    give_[c] = unit / item_.system.reliability[c];
    least_size_[c] = std::max(least_size_[c], unit);
  }
}

double LeastSquaresDual::combination(std::size_t cell, std::span<double const> y) const {
  double sum = 0;
  for (std::size_t term = first_[cell]; term < first_[cell + 1]; ++term) {
    sum += coefficient(term) * y[static_cast<std::size_t>(constraint_[term])];
  }
  return sum;
}

void LeastSquaresDual::evaluate(std::span<double const> y) {
  for (std::size_t c = 0; c < total_.size(); ++c) {
    residual_[c] = total_[c];
    residual_error_[c] = -give_[c] * y[c];
    size_[c] = free_diagonal_[c] = 0;
  }
  free_cells_changed_ = false;
  for (std::size_t i = 0; i < start_.size(); ++i) {
    position_[i] = start_[i] + variance_[i] * combination(i, y);
    double x = position_[i], free_variance = variance_[i];
    if (has_bounds()) {
      x = within(x, lower_[i], upper_[i]);
      free_variance = is_free(position_[i], lower_[i], upper_[i]) ? variance_[i] : 0.0;
    }
    free_cells_changed_ = free_cells_changed_ || free_variance != free_variance_[i];
    free_variance_[i] = free_variance;
    item_.cells[i] = x;
    for (std::size_t term = first_[i]; term < first_[i + 1]; ++term) {
      auto const c = static_cast<std::size_t>(constraint_[term]);
      double const g = coefficient(term), part = g * x;
      add_exactly(-part, residual_[c], residual_error_[c]);
      if (!coefficient_.empty()) residual_error_[c] -= std::fma(g, x, -part);
      size_[c] += std::abs(part);
      free_diagonal_[c] += g * g * free_variance;
    }
  }
  for (std::size_t c = 0; c < total_.size(); ++c) {
    residual_[c] += residual_error_[c];
    size_[c] = std::max(size_[c], least_size_[c]);
  }
}

void LeastSquaresDual::multiply(std::span<double const> p, std::span<double> product) const {
  std::fill(product.begin(), product.end(), 0.0);
  for (std::size_t i = 0; i < start_.size(); ++i) {
    double const change = free_variance_[i] * combination(i, p);
    for (std::size_t term = first_[i]; term < first_[i + 1]; ++term) {
      product[static_cast<std::size_t>(constraint_[term])] += coefficient(term) * change;
    }
  }
}

void LeastSquaresDual::look_along(std::span<double const> d) {
  for (std::size_t i = 0; i < start_.size(); ++i) direction_[i] = combination(i, d);
}

LeastSquaresDual::Response LeastSquaresDual::response(double t) const {
  Response result;
  for (std::size_t i = 0; i < start_.size(); ++i) {
    double const move = variance_[i] * direction_[i];
    double const position = position_[i] + t * move, x = within(position, lower_[i], upper_[i]);
    double const free_variance = free_variance_[i];
    bool const gets_free = is_free(position, lower_[i], upper_[i]), stays_free = gets_free && free_variance != 0;
    // Of a cell that stays within its bounds the change is taken itself: the difference would lose its digits.
    double const inside = t * move, across = x - item_.cells[i];
    result.gain += direction_[i] * (stays_free ? inside : across);
    result.rate += gets_free ? direction_[i] * move : 0.0;
  }
  return result;
}

double LeastSquaresDual::objective(std::span<double const> y) const {
  CompensatedSum sum;
  for (std::size_t i = 0; i < start_.size(); ++i) {
    double const change = item_.cells[i] - start_[i];
    if (change != 0) sum.add(change / variance_[i] * change / 2);
  }
  for (std::size_t c = 0; c < total_.size(); ++c) {
    if (give_[c] == 0) continue;
    double const missed = residual_[c] + give_[c] * y[c];
    sum.add(missed / give_[c] * missed / 2);
  }
  return sum.value();
}

}  // namespace regio
