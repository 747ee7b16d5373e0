#include "balancing/national_conflicts.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "balancing/balance_checks.hpp"
#include "balancing/compensated_sum.hpp"
#include "balancing/farkas_ray.hpp"
#include "balancing/margin_checks.hpp"
#include "balancing/margin_flow.hpp"

namespace regio {
namespace {

std::size_t at(Index margin) { return static_cast<std::size_t>(margin); }

/// The cells other than 0 that `remains` keeps, under all margins; empty where they are too many to be numbered.
template <class Remains>
std::optional<CellSystem> cell_system(NationalMargins const& margins, Remains const& remains) {
  Index const all = margins.regions() * margins.rows() * margins.columns();
  if (all >= std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  CellSystem system;
  std::vector<std::int32_t> number(at(all), -1);
  auto const place = [&](Index k, Index i, Index j) { return at((k * margins.rows() + i) * margins.columns() + j); };
  for (Index k = 0; k < margins.regions(); ++k) {
    for (Index i = 0; i < margins.rows(); ++i) {
      for (Index j = 0; j < margins.columns(); ++j) {
        if (margins.cell(k, i, j) == 0 || !remains(k, i, j)) continue;
        number[place(k, i, j)] = static_cast<std::int32_t>(system.start.size());
        system.start.push_back(margins.cell(k, i, j));
      }
    }
  }
  system.first.push_back(0);
  for (Index margin = 0; margin < margins.size(); ++margin) {
    bool const controlled = margins.is_controlled(margin);
    if (controlled) {
      margins.for_cells(margin, [&](Index k, Index i, Index j) {
        if (number[place(k, i, j)] >= 0) system.cell.push_back(number[place(k, i, j)]);
      });
    }
    system.first.push_back(static_cast<Index>(system.cell.size()));
    system.total.push_back(controlled ? margins.total(margin) : 0);
  }
  return system;
}

NationalConflict conflict_of(NationalMargins const& margins, BalanceReason reason, FarkasRay const& ray) {
  NationalConflict conflict{.reason = reason, .evidence = {}};
  NationalEvidence& evidence = conflict.evidence;
  evidence.deficit = ray.deficit;
  for (Index margin = 0; margin < margins.size(); ++margin) {
    double const value = ray.multiplier[at(margin)];
    if (value == 0) continue;
    if (margin < margins.first_column()) {
      evidence.rows.push_back({margin / margins.rows(), margin % margins.rows(), value});
    } else if (margin < margins.first_national()) {
      Index const place = margin - margins.first_column();
      evidence.columns.push_back({place / margins.columns(), place % margins.columns(), value});
    } else {
      Index const place = margin - margins.first_national();
      evidence.national.push_back({{place / margins.columns(), place % margins.columns()}, value});
    }
  }
  return conflict;
}

/// Margins whose totals have the same sum as those of others.
struct EqualSums {
  std::vector<Index> one, other;
};

/// Calls visit(sums) for each region, then for each row of the nation, then for each column.
template <class Visit>
void for_equal_sums(NationalMargins const& margins, Visit const& visit) {
  EqualSums sums;
  auto const all_controlled = [&] {
    return std::all_of(sums.other.begin(), sums.other.end(),
                       [&](Index margin) { return margins.is_controlled(margin); });
  };
  auto const take = [](std::vector<Index>& list, Index count, auto const& margin) {
    list.clear();
    for (Index place = 0; place < count; ++place) list.push_back(margin(place));
  };
  for (Index k = 0; k < margins.regions(); ++k) {
    take(sums.one, margins.rows(), [&](Index i) { return margins.row(k, i); });
    take(sums.other, margins.columns(), [&](Index j) { return margins.column(k, j); });
    visit(0, sums);
  }
  for (Index i = 0; i < margins.rows(); ++i) {
    take(sums.one, margins.regions(), [&](Index k) { return margins.row(k, i); });
    take(sums.other, margins.columns(), [&](Index j) { return margins.national(i, j); });
    if (all_controlled()) visit(1, sums);
  }
  for (Index j = 0; j < margins.columns(); ++j) {
    take(sums.one, margins.regions(), [&](Index k) { return margins.column(k, j); });
    take(sums.other, margins.rows(), [&](Index i) { return margins.national(i, j); });
    if (all_controlled()) visit(2, sums);
  }
}

}  // namespace

TotalsAgreement compare_totals(NationalMargins const& margins, double tolerance) {
  TotalsAgreement agreement;
  EqualSums worst;
  double worst_gap = 0;
  int worst_kind = 0;
  for_equal_sums(margins, [&](int kind, EqualSums const& sums) {
    CompensatedSum difference;
    double magnitude = 0;
    for (Index const margin : sums.one) {
      difference.add(margins.total(margin));
      magnitude += std::abs(margins.total(margin));
    }
    for (Index const margin : sums.other) {
      difference.add(-margins.total(margin));
      magnitude += std::abs(margins.total(margin));
    }
    double const gap = difference.value(), size = std::abs(gap);
    agreement.largest_gap = std::max(agreement.largest_gap, size);
    agreement.all_gaps += size;
    bool const differ = size > std::max(tolerance, rounding_of_totals) * magnitude;
    if (!differ || (worst_gap != 0 && (kind != worst_kind || size <= std::abs(worst_gap)))) return;
    worst = sums;
    worst_gap = gap;
    worst_kind = kind;
  });
  if (worst_gap == 0) return agreement;
  FarkasRay ray{.multiplier = std::vector<double>(at(margins.size()), 0.0), .deficit = std::abs(worst_gap)};
  for (Index const margin : worst.one) ray.multiplier[at(margin)] = worst_gap > 0 ? 1 : -1;
  for (Index const margin : worst.other) ray.multiplier[at(margin)] = worst_gap > 0 ? -1 : 1;
  agreement.conflict = conflict_of(margins, BalanceReason::totals_differ, ray);
  return agreement;
}

bool NationalConflicts::remains(Index k, Index i, Index j) const {
  auto const of_cell = margins_.of_cell(k, i, j);
  return std::none_of(of_cell.begin(), of_cell.end(), [&](Index margin) { return is_wiped(margin); });
}

std::optional<NationalConflict> NationalConflicts::wipe() {
  auto const size = at(margins_.size());
  std::vector<Index> positive(size, 0), negative(size, 0);
  for (Index k = 0; k < margins_.regions(); ++k) {
    for (Index i = 0; i < margins_.rows(); ++i) {
      for (Index j = 0; j < margins_.columns(); ++j) {
        double const a = margins_.cell(k, i, j);
        if (a == 0) continue;
        for (Index const margin : margins_.of_cell(k, i, j)) ++(a > 0 ? positive : negative)[at(margin)];
      }
    }
  }
  // A total that rounding has left of 0, beside those of its region or its row of the nation, counts as 0.
  std::vector<double> beside(at(2 * margins_.regions() + margins_.rows()), 0.0);
  auto const line = [&](Index margin) {
    if (margin < margins_.first_column()) return at(margin / margins_.rows());
    if (margin < margins_.first_national()) {
      return at(margins_.regions() + (margin - margins_.first_column()) / margins_.columns());
    }
    return at(2 * margins_.regions() + (margin - margins_.first_national()) / margins_.columns());
  };
  for (Index margin = 0; margin < margins_.size(); ++margin) {
    if (margins_.is_controlled(margin)) beside[line(margin)] += std::abs(margins_.total(margin));
  }
  std::vector<Index> open(size);
  std::iota(open.begin(), open.end(), Index{0});
  wiped_.wiped.assign(size, 0);
  std::size_t next = 0;
  while (next < open.size()) {
    Index const margin = open[next++];
    double const total = margins_.total(margin);
    bool const has_positive = positive[at(margin)] > 0, has_negative = negative[at(margin)] > 0;
    if (std::isnan(total) || is_wiped(margin) || (has_positive && has_negative)) continue;
    if ((total > 0 && has_positive) || (total < 0 && has_negative)) continue;
    if (std::abs(total) > std::min(tolerance_, rounding_share) * beside[line(margin)]) {
      std::vector<double> multiplier(size, 0.0);
      multiplier[at(margin)] = total > 0 ? 1 : -1;
      auto const reason = has_positive || has_negative ? BalanceReason::sign : BalanceReason::empty_margin;
      if (auto conflict = confirmed(reason, std::move(multiplier))) return conflict;
      continue;
    }
    margins_.for_cells(margin, [&](Index k, Index i, Index j) {
      double const a = margins_.cell(k, i, j);
      if (a == 0 || !remains(k, i, j)) return;
      for (Index const other : margins_.of_cell(k, i, j)) {
        if (other != margin && --(a > 0 ? positive : negative)[at(other)] == 0) open.push_back(other);
      }
    });
    wiped_.wiped[at(margin)] = 1;
    wiped_.order.push_back(margin);
  }
  if (wiped_.order.empty()) wiped_.wiped.clear();
  return std::nullopt;
}

std::optional<NationalConflict> NationalConflicts::confirmed(BalanceReason reason,
                                                             std::vector<double> multiplier) const {
  // Each wiped margin had cells of one sign left when it was wiped, so its multiplier can make up for what others do to
  // them; those wiped earlier then make up for what it does to theirs. Their totals are 0.
  auto const weight = [&](Index k, Index i, Index j) {
    double sum = 0;
    for (Index const margin : margins_.of_cell(k, i, j)) sum += multiplier[at(margin)];
    return sum;
  };
  std::vector<Index> turn(at(margins_.size()), margins_.size());
  for (std::size_t place = 0; place < wiped_.order.size(); ++place) {
    turn[at(wiped_.order[place])] = static_cast<Index>(place);
  }
  for (auto margin = wiped_.order.rbegin(); margin != wiped_.order.rend(); ++margin) {
    double too_high = 0, too_low = 0;
    margins_.for_cells(*margin, [&](Index k, Index i, Index j) {
      auto const of_cell = margins_.of_cell(k, i, j);
      bool const its_own = std::all_of(of_cell.begin(), of_cell.end(),
                                       [&](Index other) { return turn[at(other)] >= turn[at(*margin)]; });
      if (!its_own) return;
      if (margins_.cell(k, i, j) > 0) too_high = std::max(too_high, weight(k, i, j));
      if (margins_.cell(k, i, j) < 0) too_low = std::min(too_low, weight(k, i, j));
    });
    multiplier[at(*margin)] -= too_high + too_low;
  }
  auto const system = cell_system(margins_, [](Index, Index, Index) { return true; });
  if (!system) return std::nullopt;
  auto const ray = confirmed_ray(*system, multiplier);
  if (!ray) return std::nullopt;
  return conflict_of(margins_, reason, *ray);
}

/// Two families of margins that cross in cells of a table of their own.
struct NationalConflicts::Slab {
  std::vector<Index> row_margins, column_margins;
  std::vector<std::array<Index, 3>> cell;  ///< [rows, columns] region, row and column
};

std::optional<NationalConflict> NationalConflicts::in_slab(Slab const& slab) const {
  std::vector<double> row_totals, column_totals;
  double magnitude = 0;
  bool plain = true;
  auto const take = [&](std::vector<Index> const& family, std::vector<double>& totals) {
    for (Index const margin : family) {
      totals.push_back(margins_.total(margin));
      magnitude += std::abs(totals.back());
      plain = plain && totals.back() >= 0;
    }
  };
  take(slab.row_margins, row_totals);
  take(slab.column_margins, column_totals);
  if (std::isnan(magnitude)) return std::nullopt;
  TableSupport support{.rows = static_cast<Index>(row_totals.size()),
                       .columns = static_cast<Index>(column_totals.size()),
                       .row_start = {0},
                       .column = {},
                       .sign = {}};
  for (std::size_t place = 0; place < slab.cell.size(); ++place) {
    auto const [k, i, j] = slab.cell[place];
    double const a = margins_.cell(k, i, j);
    if (a != 0 && remains(k, i, j)) {
      support.column.push_back(static_cast<Index>(place % column_totals.size()));
      support.sign.push_back(a > 0 ? std::int8_t{1} : std::int8_t{-1});
    }
    plain = plain && a > 0;
    if ((place + 1) % column_totals.size() == 0) support.row_start.push_back(static_cast<Index>(support.column.size()));
  }
  if (plain && wiped_.order.empty()) return std::nullopt;  // totals that agree can be met by a full table

  double const allowance = tolerance_ * magnitude;
  MarginChecks const checks = check_margins(support, row_totals, column_totals, allowance);
  std::optional<MarginConflict> found = checks.conflict;
  if (!found) {
    FlowResult const flow = check_flow(without_wiped(support, checks), row_totals, column_totals, allowance, 0);
    if (flow.conflict) found = with_wiped_margins(*flow.conflict, support, row_totals, column_totals);
  }
  if (!found) return std::nullopt;
  std::vector<double> multiplier(at(margins_.size()), 0.0);
  double const of_rows = found->columns_need_more ? -1 : 1;
  for (Index const row : found->rows) multiplier[at(slab.row_margins[at(row)])] = of_rows;
  for (Index const column : found->columns) multiplier[at(slab.column_margins[at(column)])] = -of_rows;
  return confirmed(found->reason, std::move(multiplier));
}

std::optional<NationalConflict> NationalConflicts::between_two_margins() const {
  Index const regions = margins_.regions(), rows = margins_.rows(), columns = margins_.columns();
  std::optional<NationalConflict> conflict;
  Slab slab;
  auto const look = [&](Index lines, Index places, auto const& row_margin, auto const& column_margin,
                        auto const& cell) {
    slab = {};
    for (Index a = 0; a < lines; ++a) slab.row_margins.push_back(row_margin(a));
    for (Index b = 0; b < places; ++b) slab.column_margins.push_back(column_margin(b));
    for (Index a = 0; a < lines; ++a) {
      for (Index b = 0; b < places; ++b) slab.cell.push_back(cell(a, b));
    }
    conflict = in_slab(slab);
  };
  using Cell = std::array<Index, 3>;
  for (Index k = 0; k < regions && !conflict; ++k) {
    look(
        rows, columns, [&](Index i) { return margins_.row(k, i); }, [&](Index j) { return margins_.column(k, j); },
        [&](Index i, Index j) {
          return Cell{k, i, j};
        });
  }
  for (Index i = 0; i < rows && !conflict; ++i) {
    look(
        regions, columns, [&](Index k) { return margins_.row(k, i); }, [&](Index j) { return margins_.national(i, j); },
        [&](Index k, Index j) {
          return Cell{k, i, j};
        });
  }
  for (Index j = 0; j < columns && !conflict; ++j) {
    look(
        regions, rows, [&](Index k) { return margins_.column(k, j); }, [&](Index i) { return margins_.national(i, j); },
        [&](Index k, Index i) {
          return Cell{k, i, j};
        });
  }
  return conflict;
}

std::optional<NationalConflict> NationalConflicts::along(std::span<double const> growth) const {
  auto const system = cell_system(margins_, [&](Index k, Index i, Index j) { return remains(k, i, j); });
  if (!system) return std::nullopt;
  std::vector<double> of_margins(growth.begin(), growth.end());
  for (Index margin = 0; margin < margins_.size(); ++margin) {
    if (!margins_.is_controlled(margin) || is_wiped(margin)) of_margins[at(margin)] = 0;
  }
  auto ray = verified_ray(*system, of_margins, std::max(tolerance_, rounding_of_totals));
  if (!ray) return std::nullopt;
  return confirmed(BalanceReason::conflicting_margins, std::move(ray->multiplier));
}

}  // namespace regio
