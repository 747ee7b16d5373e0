#include "balancing/forced_cells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "balancing/compensated_sum.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
/// What rounding may leave of a total that is the sum of its cells' limits.
constexpr double rounding_of_totals = 0x1p-44;

enum class Side : int { least = -1, largest = 1 };

class Search {
 public:
  Search(ConstrainedItem const& item, double tolerance) : item_(item), system_(item.system), tolerance_(tolerance) {
    result_.multiplier.assign(system_.total.size(), no_number);
    result_.target.assign(system_.total.size(), no_number);
  }

  ForcedCells run() {
    do {
      changed_ = false;
      for (Index c = 0; c < system_.constraints() && !result_.infeasible; ++c) {
        if (std::isnan(result_.multiplier[static_cast<std::size_t>(c)])) look_at(c);
      }
    } while (changed_ && !result_.infeasible);
    return std::move(result_);
  }

 private:
  /// What a constraint's cells may sum to.
  struct Reach {
    CompensatedSum fixed, least, largest;
    double magnitude = 0;  ///< of its terms where they are finite
    Index free = 0;
    bool has_least = true, has_largest = true;
  };

  template <class Visit>
  void for_terms(Index c, Visit&& visit) const {
    auto const at = static_cast<std::size_t>(c);
    for (Index t = system_.first[at]; t < system_.first[at + 1]; ++t) {
      visit(system_.cell[static_cast<std::size_t>(t)], system_.coefficient_of(t));
    }
  }
  [[nodiscard]] bool is_free(Index e) const {
    return result_.value.empty() || std::isnan(result_.value[static_cast<std::size_t>(e)]);
  }
  /// The value of cell e with which its term is least or largest.
  [[nodiscard]] double extreme(Index e, double coefficient, Side side) const {
    return (coefficient > 0) == (side == Side::largest) ? system_.most(e) : system_.least(e);
  }

  [[nodiscard]] Reach reach(Index c) const {
    Reach reach;
    for_terms(c, [&](Index e, double coefficient) {
      if (!is_free(e)) {
        double const term = coefficient * result_.value[static_cast<std::size_t>(e)];
        for (CompensatedSum* sum : {&reach.fixed, &reach.least, &reach.largest}) sum->add(term);
        reach.magnitude += std::abs(term);
        return;
      }
      ++reach.free;
      double const least = coefficient * extreme(e, coefficient, Side::least);
      double const largest = coefficient * extreme(e, coefficient, Side::largest);
      reach.has_least = reach.has_least && std::isfinite(least);
      reach.has_largest = reach.has_largest && std::isfinite(largest);
      reach.least.add(std::isfinite(least) ? least : 0);
      reach.largest.add(std::isfinite(largest) ? largest : 0);
      reach.magnitude +=
          std::max(std::isfinite(least) ? std::abs(least) : 0, std::isfinite(largest) ? std::abs(largest) : 0);
    });
    return reach;
  }

  /// Whether a total is surely neither out of reach nor at a limit: no cell is limited but by its sign, and one term
  /// has the sign that is asked for. True of most, after a look at one term.
  [[nodiscard]] bool is_within_reach(Index c) const {
    auto const at = static_cast<std::size_t>(c);
    double const aim = system_.must_be_met(c) ? system_.total[at] : item_.wanted[at];
    if (!system_.lower.empty() || !result_.value.empty()) return false;
    if (std::abs(aim) <= rounding_of_totals * std::abs(item_.wanted[at])) return false;
    for (Index t = system_.first[at]; t < system_.first[at + 1]; ++t) {
      double const start = system_.start[static_cast<std::size_t>(system_.cell[static_cast<std::size_t>(t)])];
      if ((system_.coefficient_of(t) * start > 0) == (aim > 0)) return true;
    }
    return false;
  }

  void look_at(Index c) {
    if (is_within_reach(c)) return;
    Reach const reach = this->reach(c);
    if (system_.must_be_met(c)) {
      look_at_hard(c, reach);
    } else if (item_.method == ConstrainedMethod::soft) {
      look_at_soft(c, reach);
    } else if (reach.free == 0) {
      settle(c, 0, reach.fixed.value());
    }
  }

  void look_at_hard(Index c, Reach const& reach) {
    auto const at = static_cast<std::size_t>(c);
    double const total = system_.total[at];
    double const scale = std::max(std::abs(item_.wanted[at]), reach.magnitude);
    double const below = reach.has_least ? -reach.least.minus(total) : infinity;
    double const above = reach.has_largest ? reach.largest.minus(total) : infinity;
    double const allowed = std::max(tolerance_, rounding_of_totals) * scale;
    if (below < -allowed || above < -allowed) {
      result_.infeasible = true;
      result_.ray = ray_of(c, below < -allowed ? Side::least : Side::largest);
    } else if (reach.free == 0) {
      settle(c, 0, total);
    } else if (below <= rounding_of_totals * scale) {
      force(c, Side::least);
      settle(c, -infinity, total);
    } else if (above <= rounding_of_totals * scale) {
      force(c, Side::largest);
      settle(c, infinity, total);
    }
  }

  /// The sum of a total that may be missed has the total's sign, or is 0.
  void look_at_soft(Index c, Reach const& reach) {
    auto const at = static_cast<std::size_t>(c);
    double const wanted = item_.wanted[at], frozen = wanted - system_.total[at];
    double const side = wanted > 0 ? 1 : -1;
    bool const limited = wanted > 0 ? reach.has_largest : reach.has_least;
    // How far from 0 on the total's side the sum can be.
    double const farthest = side * ((wanted > 0 ? reach.largest : reach.least).value() + frozen);
    double const scale = std::max(std::abs(wanted), reach.magnitude + std::abs(frozen));
    if (limited && farthest < -tolerance_ * scale) {
      result_.infeasible = true;
    } else if (limited && farthest <= rounding_of_totals * scale) {
      force(c, wanted > 0 ? Side::largest : Side::least);
      settle(c, side * infinity, -frozen);
    } else if (reach.free == 0) {
      double const sum = reach.fixed.value();
      settle(c, -side * system_.reliability[at] * std::log((sum + frozen) / wanted), sum);
    }
  }

  void settle(Index c, double multiplier, double target) {
    result_.multiplier[static_cast<std::size_t>(c)] = multiplier;
    result_.target[static_cast<std::size_t>(c)] = target;
  }

  void force(Index c, Side side) {
    if (result_.value.empty()) result_.value.assign(system_.start.size(), no_number);
    forces_.push_back({c, side});
    for_terms(c, [&](Index e, double coefficient) {
      if (is_free(e)) result_.value[static_cast<std::size_t>(e)] = extreme(e, coefficient, side);
    });
    changed_ = true;
  }

  /// The constraint's own total, out of reach because others force its cells: those are added, the last one first, each
  /// as often as it takes for the weighted sum to be largest with the values that it forces.
  [[nodiscard]] std::optional<FarkasRay> ray_of(Index c, Side side) const {
    std::vector<double> multiplier(system_.total.size()), weight(system_.start.size());
    auto const add = [&](Index constraint, double times) {
      multiplier[static_cast<std::size_t>(constraint)] += times;
      for_terms(constraint,
                [&](Index e, double coefficient) { weight[static_cast<std::size_t>(e)] += times * coefficient; });
    };
    add(c, static_cast<double>(side));
    for (std::size_t f = forces_.size(); f-- > 0;) {
      Force const& force = forces_[f];
      auto const direction = static_cast<double>(force.side);
      double times = 0;
      for_terms(force.constraint, [&](Index e, double coefficient) {
        double const w = weight[static_cast<std::size_t>(e)];
        if (w * direction * coefficient < 0) times = std::max(times, std::abs(w / coefficient));
      });
      if (times > 0) add(force.constraint, direction * times);
    }
    return confirmed_ray(system_, multiplier, tolerance_);
  }

  struct Force {
    Index constraint;
    Side side;
  };

  ConstrainedItem const& item_;
  CellSystem const& system_;
  double tolerance_;
  ForcedCells result_;
  std::vector<Force> forces_;
  bool changed_ = false;
};

}  // namespace

ForcedCells find_forced_cells(ConstrainedItem const& item, double tolerance) { return Search(item, tolerance).run(); }

}  // namespace regio
