#include "balancing/farkas_ray.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "balancing/exact_sum.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A sum of products of doubles, exact as long as no part of a product leaves the range of numbers.
class ExactProducts {
 public:
  void add(double a, double b) {
    auto const [product, error] = parts(a, b);
    sum_.add(product);
    sum_.add(error);
  }
  void add(double a, double b, double c) {
    auto const [product, error] = parts(a, b);
    add(product, c);
    add(error, c);
  }
  [[nodiscard]] bool sound() const noexcept { return sound_; }
  [[nodiscard]] int sign() const noexcept { return sum_.sign(); }
  [[nodiscard]] double rounded() const noexcept { return sum_.rounded(); }

 private:
  struct Parts {
    double product, error;
  };
  Parts parts(double a, double b) {
    if (a == 0 || b == 0) return {0, 0};
    double const product = a * b;
    constexpr double least = 0x1p-960;  // below it the product's error may be no double
    if (!std::isfinite(product) || std::abs(product) < least) {
      sound_ = false;
      return {0, 0};
    }
    return {product, std::fma(a, b, -product)};
  }

  ExactSum sum_;
  bool sound_ = true;
};

/// The terms of each cell.
struct TermsOfCells {
  std::vector<Index> first, term;
  std::vector<std::int32_t> constraint;

  explicit TermsOfCells(CellSystem const& system)
      : first(system.start.size() + 1, 0), term(system.cell.size()), constraint(system.cell.size()) {
    for (std::int32_t const e : system.cell) ++first[static_cast<std::size_t>(e) + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<Index> next(first.begin(), first.end() - 1);
    for (Index c = 0; c < system.constraints(); ++c) {
      for (Index t = system.first[static_cast<std::size_t>(c)]; t < system.first[static_cast<std::size_t>(c) + 1];
           ++t) {
        auto const e = static_cast<std::size_t>(system.cell[static_cast<std::size_t>(t)]);
        auto const place = static_cast<std::size_t>(next[e]++);
        term[place] = t;
        constraint[place] = static_cast<std::int32_t>(c);
      }
    }
  }
};

/// What the multipliers weight each cell with: d' G, rounded.
std::vector<double> cell_weights(CellSystem const& system, std::span<double const> multiplier) {
  std::vector<double> weight(system.start.size(), 0.0);
  for (Index c = 0; c < system.constraints(); ++c) {
    double const d = multiplier[static_cast<std::size_t>(c)];
    if (d == 0) continue;
    for (Index t = system.first[static_cast<std::size_t>(c)]; t < system.first[static_cast<std::size_t>(c) + 1]; ++t) {
      weight[static_cast<std::size_t>(system.cell[static_cast<std::size_t>(t)])] += d * system.coefficient_of(t);
    }
  }
  return weight;
}

/// Whether weights are sums of whole numbers so small that doubles hold them exactly.
bool weights_are_exact(CellSystem const& system, std::span<double const> multiplier) {
  constexpr double largest = 0x1p32;
  return system.coefficient.empty() && system.constraints() < (Index{1} << 20) &&
         std::all_of(multiplier.begin(), multiplier.end(),
                     [](double d) { return d == std::trunc(d) && std::abs(d) <= largest; });
}

/// Adds what cell e can have at most, under a weight of the given sign, with the opposite sign; false: there is no
/// limit to it.
template <class SubtractTimes>
bool subtract_largest(CellSystem const& system, Index e, int sign, SubtractTimes const& subtract_times) {
  if (sign == 0) return true;
  double const bound = sign > 0 ? system.most(e) : system.least(e);
  if (std::isinf(bound)) return false;
  if (bound != 0) subtract_times(bound);
  return true;
}

class Repair {
 public:
  Repair(CellSystem const& system, std::vector<double>& multiplier)
      : system_(system),
        multiplier_(multiplier),
        weight_(cell_weights(system, multiplier)),
        divides_exactly_(std::all_of(system.coefficient.begin(), system.coefficient.end(),
                                     [](double coefficient) { return std::abs(coefficient) == 1; })) {}

  /// Moves multipliers, those of the last constraints first, just as far as the cells without limit need.
  void run() {
    for (Index c = system_.constraints() - 1; c >= 0; --c) {
      if (!system_.must_be_met(c)) continue;
      double& d = multiplier_[static_cast<std::size_t>(c)];
      auto const [low, high] = range(c);
      if (low > high) continue;
      double const moved = std::clamp(d, low, high) - d;
      if (moved == 0) continue;
      d += moved;
      for_terms(c, [&](std::size_t e, double coefficient) { weight_[e] += moved * coefficient; });
    }
  }

 private:
  struct Range {
    double low = -infinity, high = infinity;
  };

  template <class Visit>
  void for_terms(Index c, Visit const& visit) const {
    for (Index t = system_.first[static_cast<std::size_t>(c)]; t < system_.first[static_cast<std::size_t>(c) + 1];
         ++t) {
      visit(static_cast<std::size_t>(system_.cell[static_cast<std::size_t>(t)]), system_.coefficient_of(t));
    }
  }

  /// The multipliers of c with which its cells' weights are allowed, given all others.
  [[nodiscard]] Range range(Index c) const {
    double const d = multiplier_[static_cast<std::size_t>(c)];
    // Quotients are rounded; a little inside of the range is surely in it.
    double const margin = divides_exactly_ ? 0 : 0x1p-44;
    Range range;
    for_terms(c, [&](std::size_t e, double coefficient) {
      double const limit = d - weight_[e] / coefficient;
      double const inside = margin * (std::abs(d) + std::abs(limit));
      bool const no_most = std::isinf(system_.most(static_cast<Index>(e)));
      bool const no_least = std::isinf(system_.least(static_cast<Index>(e)));
      if (coefficient > 0 ? no_most : no_least) range.high = std::min(range.high, limit - inside);
      if (coefficient > 0 ? no_least : no_most) range.low = std::max(range.low, limit + inside);
    });
    return range;
  }

  CellSystem const& system_;
  std::vector<double>& multiplier_;
  std::vector<double> weight_;
  bool divides_exactly_;
};

}  // namespace

std::optional<FarkasRay> confirmed_ray(CellSystem const& system, std::span<double const> multiplier, double tolerance) {
  ExactProducts gain;
  double magnitude = 0;
  for (Index c = 0; c < system.constraints(); ++c) {
    double const d = multiplier[static_cast<std::size_t>(c)], total = system.total[static_cast<std::size_t>(c)];
    if (!std::isfinite(d) || (d != 0 && !system.must_be_met(c))) return std::nullopt;
    gain.add(d, total);
    magnitude += std::abs(d * total);
  }
  if (weights_are_exact(system, multiplier)) {
    std::vector<double> const weight = cell_weights(system, multiplier);
    for (Index e = 0; e < system.cells(); ++e) {
      double const w = weight[static_cast<std::size_t>(e)];
      bool const limited = subtract_largest(system, e,
                                            w > 0   ? 1
                                            : w < 0 ? -1
                                                    : 0,
                                            [&](double bound) {
                                              gain.add(-w, bound);
                                              magnitude += std::abs(w * bound);
                                            });
      if (!limited) return std::nullopt;
    }
  } else {
    TermsOfCells const terms(system);
    for (Index e = 0; e < system.cells(); ++e) {
      auto const for_terms = [&](auto const& visit) {
        for (Index p = terms.first[static_cast<std::size_t>(e)]; p < terms.first[static_cast<std::size_t>(e) + 1];
             ++p) {
          auto const place = static_cast<std::size_t>(p);
          visit(multiplier[static_cast<std::size_t>(terms.constraint[place])],
                system.coefficient_of(terms.term[place]));
        }
      };
      ExactProducts weight;
      for_terms([&](double d, double coefficient) { weight.add(d, coefficient); });
      bool const limited = subtract_largest(system, e, weight.sign(), [&](double bound) {
        for_terms([&](double d, double coefficient) { gain.add(-d, coefficient, bound); });
        magnitude += std::abs(weight.rounded() * bound);
      });
      if (!limited || !weight.sound()) return std::nullopt;
    }
  }
  double const deficit = gain.rounded();
  if (!gain.sound() || !std::isfinite(deficit) || !(deficit > tolerance * magnitude)) return std::nullopt;
  return FarkasRay{.multiplier = {multiplier.begin(), multiplier.end()}, .deficit = deficit};
}

std::optional<FarkasRay> verified_ray(CellSystem const& system, std::span<double const> growth, double tolerance) {
  std::vector<double> direction(growth.begin(), growth.end());
  double largest = 0;
  for (Index c = 0; c < system.constraints(); ++c) {
    double& g = direction[static_cast<std::size_t>(c)];
    if (!std::isfinite(g) || !system.must_be_met(c)) g = 0;
    largest = std::max(largest, std::abs(g));
  }
  if (largest == 0) return std::nullopt;
  for (double& g : direction) g /= largest;

  std::vector<double> multiplier(direction.size());
  auto const attempt = [&](auto const& whole) {
    std::transform(direction.begin(), direction.end(), multiplier.begin(), whole);
    Repair(system, multiplier).run();
    return confirmed_ray(system, multiplier, tolerance);
  };
  // The largest growth alone, -1, 0 and 1: a set of margins, which people understand.
  for (double const threshold : {0.5, 0.25, 0.75, 0.1, 0.9}) {
    if (auto ray = attempt([&](double g) { return std::abs(g) > threshold ? std::copysign(1.0, g) : 0.0; })) return ray;
  }
  for (double const steps : {2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 64.0, 256.0, 0x1p12, 0x1p16, 0x1p20, 0x1p26}) {
    if (auto ray = attempt([&](double g) { return std::round(g * steps); })) return ray;
  }
  return std::nullopt;
}

}  // namespace regio
