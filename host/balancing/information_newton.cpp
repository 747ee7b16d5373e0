#include "balancing/information_newton.hpp"

#include <algorithm>
#include <cmath>

#include "balancing/compensated_sum.hpp"

namespace regio {
namespace {

constexpr double first_damping = 1e-3, least_damping = 1e-14, largest_damping = 1e8;
constexpr double longest_change = 8;

double product_of(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
  return sum;
}

}  // namespace

InformationNewton::InformationNewton(InformationSystem const& system)
    : system_(system),
      push_(system.start().size()),
      cell_(push_.size()),
      weight_(push_.size()),
      gradient_(system.cells().total.size()) {
  for (std::vector<double>* vector :
       {&slope_, &curvature_, &damping_, &trial_, &step_, &remainder_, &direction_, &image_}) {
    vector->assign(gradient_.size(), 0.0);
  }
}

Index InformationNewton::run(std::vector<double>& multipliers, double tolerance, Index budget,
                             std::stop_token const& stop, double& residual) {
  double mu = first_damping;
  Point here = evaluate(multipliers);
  Index products = 1;
  while (here.residual > tolerance && products < budget && mu <= largest_damping && !stop.stop_requested()) {
    take_diagonals(multipliers);
    products += solve(mu, std::min(0.1, std::sqrt(here.residual)), budget - products);
    limit_step();
    for (std::size_t c = 0; c < trial_.size(); ++c) trial_[c] = multipliers[c] + step_[c];
    Point const there = evaluate(trial_);
    ++products;
    double const gain = there.value - here.value, noise = here.noise + there.noise;
    // Near the optimum the gain drowns in rounding; then the gradient decides.
    if (gain > noise || (gain >= -noise && there.residual < here.residual)) {
      multipliers.swap(trial_);
      here = there;
      mu = std::max(mu / 10, least_damping);
    } else {
      mu *= 10;
      here = evaluate(multipliers);
    }
  }
  residual = here.residual;
  return products;
}

InformationNewton::Point InformationNewton::evaluate(std::vector<double> const& multipliers) {
  system_.add_up(multipliers, push_);
  system_.take_values(push_, cell_);
  CompensatedSum value;
  double size = 0;
  auto const add = [&](double term) {
    value.add(term);
    size += std::abs(term);
  };
  for (std::size_t e = 0; e < cell_.size(); ++e) {
    double const a = system_.start()[e], free = cell_[e];
    double const x = system_.within_bounds(e, free), weight = std::abs(x);
    cell_[e] = x;
    weight_[e] = x == free && !system_.is_fixed(e) ? weight : 0;
    add(std::abs(a) - weight);
    // A cell at a bound: how far the multipliers push beyond it.
    if (x != free && weight > 0) add(weight * (std::log(x / a) - (a > 0 ? push_[e] : -push_[e])));
  }
  Point point;
  for (ConstraintShape const& shape : system_.shapes()) {
    auto const c = static_cast<std::size_t>(shape.constraint);
    CompensatedSum sum;
    double magnitude = 0;
    system_.for_terms(shape, [&](std::size_t e, double coefficient) {
      double const term = coefficient * cell_[e];
      sum.add(term);
      magnitude += std::abs(term);
    });
    add(system_.dual_of_total(shape, multipliers[c]));
    gradient_[c] = system_.goal(shape, multipliers[c]).value - sum.value();
    point.residual = std::max(point.residual, system_.residual(shape, multipliers[c], sum.value(), magnitude));
    if (!std::isfinite(gradient_[c])) point.residual = gradient_[c];
  }
  point.value = value.value();
  point.noise = 0x1p-50 * size;
  return point;
}

void InformationNewton::take_diagonals(std::vector<double> const& multipliers) {
  for (ConstraintShape const& shape : system_.shapes()) {
    auto const c = static_cast<std::size_t>(shape.constraint);
    slope_[c] = system_.goal(shape, multipliers[c]).slope;
    curvature_[c] = damping_[c] = slope_[c];
    system_.for_terms(shape, [&](std::size_t e, double coefficient) {
      curvature_[c] += coefficient * coefficient * weight_[e];
      damping_[c] += coefficient * coefficient * std::abs(cell_[e]);
    });
  }
}

void InformationNewton::multiply(std::vector<double> const& vector, double mu, std::vector<double>& result) {
  system_.add_up(vector, push_);
  for (std::size_t e = 0; e < push_.size(); ++e) push_[e] *= weight_[e];
  for (ConstraintShape const& shape : system_.shapes()) {
    auto const c = static_cast<std::size_t>(shape.constraint);
    double sum = (slope_[c] + mu * damping_[c]) * vector[c];
    system_.for_terms(shape, [&](std::size_t e, double coefficient) { sum += coefficient * push_[e]; });
    result[c] = sum;
  }
}

Index InformationNewton::solve(double mu, double accuracy, Index budget) {
  auto const precondition = [&] {
    for (ConstraintShape const& shape : system_.shapes()) {
      auto const c = static_cast<std::size_t>(shape.constraint);
      double const diagonal = curvature_[c] + mu * damping_[c];
      image_[c] = diagonal > 0 ? remainder_[c] / diagonal : 0;
    }
  };
  std::fill(step_.begin(), step_.end(), 0.0);
  remainder_ = gradient_;
  precondition();
  direction_ = image_;
  double size = product_of(remainder_, image_);
  double const enough = accuracy * accuracy * size;
  Index products = 0;
  while (size > enough && products < budget && products < 2 * system_.cells().constraints()) {
    multiply(direction_, mu, image_);
    ++products;
    double const curvature = product_of(direction_, image_);
    if (!(curvature > 0)) break;
    double const length = size / curvature;
    for (std::size_t c = 0; c < step_.size(); ++c) {
      step_[c] += length * direction_[c];
      remainder_[c] -= length * image_[c];
    }
    precondition();
    double const next = product_of(remainder_, image_);
    for (std::size_t c = 0; c < step_.size(); ++c) direction_[c] = image_[c] + next / size * direction_[c];
    size = next;
  }
  return products;
}

void InformationNewton::limit_step() {
  system_.add_up(step_, push_);
  double largest = 0;
  for (double const change : push_) largest = std::max(largest, std::abs(change));
  if (!(largest > longest_change)) return;
  for (double& s : step_) s *= longest_change / largest;
}

}  // namespace regio
