#include "balancing/information_system.hpp"

#include <cmath>

#include "balancing/compensated_sum.hpp"

namespace regio {

InformationSystem::InformationSystem(ConstrainedItem& item, ForcedCells const& forced)
    : item_(item), start_(item.system.start) {
  CellSystem const& system = item.system;
  auto const is_forced = [&](std::size_t e) { return !forced.value.empty() && !std::isnan(forced.value[e]); };
  bool bounded = !system.lower.empty();
  for (std::size_t e = 0; e < start_.size(); ++e) {
    if (!is_forced(e)) continue;
    start_[e] = forced.value[e];
    bounded = bounded || forced.value[e] != 0;
  }
  if (bounded) {
    lower_.resize(start_.size());
    upper_.resize(start_.size());
    for (std::size_t e = 0; e < start_.size(); ++e) {
      lower_[e] = is_forced(e) ? forced.value[e] : system.least(static_cast<Index>(e));
      upper_[e] = is_forced(e) ? forced.value[e] : system.most(static_cast<Index>(e));
    }
  }
  item.multipliers = forced.multiplier;
  item.target = system.total;
  for (Index c = 0; c < system.constraints(); ++c) {
    auto const at = static_cast<std::size_t>(c);
    if (!std::isnan(item.multipliers[at])) {
      item.target[at] = forced.target[at];
      continue;
    }
    item.multipliers[at] = 0;
    shapes_.push_back(shape_of(system, c));
    // A factor leaves a cell at 0 where it is, but would move one that is forced to another value.
    for_terms(shapes_.back(), [&](std::size_t e, double) {
      if (is_forced(e) && forced.value[e] != 0) shapes_.back().bounded = true;
    });
  }
}

FunctionValue InformationSystem::goal(ConstraintShape const& shape, double y) const {
  auto const c = static_cast<std::size_t>(shape.constraint);
  if (!is_soft(shape)) return {item_.target[c], 0, std::abs(item_.target[c])};
  double const wanted = item_.wanted[c], rho = item_.system.reliability[c], frozen = wanted - item_.system.total[c];
  double const sum = wanted * std::exp((wanted > 0 ? -y : y) / rho);
  return {sum - frozen, std::abs(sum) / rho, std::abs(sum) + std::abs(frozen)};
}

double InformationSystem::dual_of_total(ConstraintShape const& shape, double y) const {
  auto const c = static_cast<std::size_t>(shape.constraint);
  if (!is_soft(shape)) return item_.target[c] * y;
  double const wanted = item_.wanted[c], rho = item_.system.reliability[c], frozen = wanted - item_.system.total[c];
  return -rho * std::abs(wanted) * std::expm1((wanted > 0 ? -y : y) / rho) - frozen * y;
}

double InformationSystem::residual(ConstraintShape const& shape, double y, double sum, double magnitude) const {
  double const distance = std::abs(sum - goal(shape, y).value);
  double const scale = std::max(std::abs(item_.wanted[static_cast<std::size_t>(shape.constraint)]), magnitude);
  return distance == 0 ? 0 : distance / scale;
}

double InformationSystem::largest_residual(std::span<double const> multipliers, std::span<double const> values) const {
  double result = 0;
  for (ConstraintShape const& shape : shapes_) {
    CompensatedSum sum;
    double magnitude = 0;
    for_terms(shape, [&](std::size_t e, double coefficient) {
      double const term = coefficient * within_bounds(e, values[e]);
      sum.add(term);
      magnitude += std::abs(term);
    });
    double const y = multipliers[static_cast<std::size_t>(shape.constraint)];
    result = std::max(result, residual(shape, y, sum.value(), magnitude));
  }
  return result;
}

void InformationSystem::add_up(std::span<double const> multipliers, std::span<double> push) const {
  std::fill(push.begin(), push.end(), 0.0);
  for (ConstraintShape const& shape : shapes_) {
    double const y = multipliers[static_cast<std::size_t>(shape.constraint)];
    for_terms(shape, [&](std::size_t e, double coefficient) { push[e] += coefficient * y; });
  }
}

void InformationSystem::take_values(std::span<double const> push, std::span<double> values) const {
  for (std::size_t e = 0; e < values.size(); ++e) {
    values[e] = start_[e] * std::exp(start_[e] > 0 ? push[e] : -push[e]);
  }
}

}  // namespace regio
