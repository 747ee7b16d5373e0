#include "balancing/constraint_terms.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace regio {
namespace {

/// Sums are made in so many lanes, which a compiler may keep in one register.
constexpr Index lanes = 4;

/// Calls body(cell of term k as a function of k), compiled for the way in which the cells lie.
template <class Body>
auto with_cells(ConstraintShape const& shape, CellSystem const& system, Body&& body) {
  if (shape.stride == 1) return body([first = shape.cell](Index k) { return static_cast<std::size_t>(first + k); });
  if (shape.stride != 0) {
    return body(
        [first = shape.cell, stride = shape.stride](Index k) { return static_cast<std::size_t>(first + k * stride); });
  }
  return body([cells = system.cell.data() + shape.first](Index k) { return static_cast<std::size_t>(cells[k]); });
}

/// Calls body(coefficient of term k as a function of k) likewise.
template <class Body>
auto with_coefficients(ConstraintShape const& shape, CellSystem const& system, Body&& body) {
  if (system.coefficient.empty()) return body([](Index) { return 1.0; });
  return body([coefficients = system.coefficient.data() + shape.first](Index k) { return coefficients[k]; });
}

template <class Cell, class Coefficient>
SignedSums signed_sums(Index count, std::span<double const> values, Cell cell, Coefficient coefficient) {
  std::array<double, lanes> positive{}, negative{};
  auto const add = [&](Index k, std::size_t lane) {
    double const term = coefficient(k) * values[cell(k)];
    positive[lane] += std::max(term, 0.0);
    negative[lane] -= std::min(term, 0.0);
  };
  Index k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) add(k + static_cast<Index>(lane), lane);
  }
  for (; k < count; ++k) add(k, 0);
  return {(positive[0] + positive[1]) + (positive[2] + positive[3]),
          (negative[0] + negative[1]) + (negative[2] + negative[3])};
}

template <class Cell>
double plain_sum(Index count, std::span<double const> values, Cell cell) {
  std::array<double, lanes> sum{};
  Index k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sum[lane] += values[cell(k + static_cast<Index>(lane))];
  }
  for (; k < count; ++k) sum[0] += values[cell(k)];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/// Whether terms are the cells themselves, none of them negative.
bool is_plain(ConstraintShape const& shape, CellSystem const& system) {
  return shape.one_sign && system.coefficient.empty();
}

}  // namespace

ConstraintShape shape_of(CellSystem const& system, Index constraint) {
  auto const c = static_cast<std::size_t>(constraint);
  ConstraintShape shape{
      .constraint = constraint, .first = system.first[c], .count = system.first[c + 1] - system.first[c]};
  shape.one_sign = true;
  shape.largest = 0;
  double least = 0;
  for (Index k = 0; k < shape.count; ++k) {
    auto const cell = static_cast<std::size_t>(system.cell[static_cast<std::size_t>(shape.first + k)]);
    double const coefficient = system.coefficient_of(shape.first + k), size = std::abs(coefficient);
    shape.one_sign = shape.one_sign && coefficient * system.start[cell] > 0;
    shape.bounded = shape.bounded ||
                    (!system.lower.empty() && (std::isfinite(system.lower[cell]) || std::isfinite(system.upper[cell])));
    shape.largest = std::max(shape.largest, size);
    least = k == 0 ? size : std::min(least, size);
  }
  shape.size = least == shape.largest ? least : 0;
  auto const cell = [&](Index k) { return Index{system.cell[static_cast<std::size_t>(shape.first + k)]}; };
  if (shape.count > 0) {
    shape.cell = cell(0);
    shape.stride = shape.count > 1 ? cell(1) - cell(0) : 1;
    for (Index k = 2; k < shape.count && shape.stride != 0; ++k) {
      if (cell(k) != shape.cell + k * shape.stride) shape.stride = 0;
    }
  }
  return shape;
}

SignedSums sum_terms(ConstraintShape const& shape, CellSystem const& system, std::span<double const> values) {
  return with_cells(shape, system, [&](auto cell) -> SignedSums {
    if (is_plain(shape, system)) return {plain_sum(shape.count, values, cell), 0};
    return with_coefficients(shape, system,
                             [&](auto coefficient) { return signed_sums(shape.count, values, cell, coefficient); });
  });
}

void scale_terms(ConstraintShape const& shape, CellSystem const& system, double factor, std::span<double> values) {
  with_cells(shape, system, [&](auto cell) {
    if (is_plain(shape, system)) {
      for (Index k = 0; k < shape.count; ++k) values[cell(k)] *= factor;
      return;
    }
    double const inverse = 1 / factor;
    with_coefficients(shape, system, [&](auto coefficient) {
      for (Index k = 0; k < shape.count; ++k) {
        double& value = values[cell(k)];
        value *= coefficient(k) * value > 0 ? factor : inverse;
      }
    });
  });
}

}  // namespace regio
