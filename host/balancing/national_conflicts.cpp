#include "balancing/national_conflicts.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "balancing/balance_checks.hpp"
#include "balancing/compensated_sum.hpp"
#include "balancing/exact_sum.hpp"
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

/// Sums of the lines of totals, and of their magnitudes.
struct SumsOfLines {
  explicit SumsOfLines(Index lines) : sum(at(lines)), magnitude(at(lines), 0.0) {}

  std::vector<CompensatedSum> sum;
  std::vector<double> magnitude;
  bool all_positive = true;
};

/// By row and by column of `totals`; a line with NaN sums to NaN.
std::pair<SumsOfLines, SumsOfLines> sums_of(MatrixView<double const> totals) {
  std::pair<SumsOfLines, SumsOfLines> sums{totals.rows(), totals.columns()};
  for (Index a = 0; a < totals.rows(); ++a) {
    for (Index b = 0; b < totals.columns(); ++b) {
      double const total = totals(a, b);
      sums.first.sum[at(a)].add(total);
      sums.first.magnitude[at(a)] += std::abs(total);
      sums.second.sum[at(b)].add(total);
      sums.second.magnitude[at(b)] += std::abs(total);
      sums.first.all_positive = sums.first.all_positive && !(total <= 0);
    }
  }
  return sums;
}

/// Which lines of totals should be equal.
enum class EqualSums : std::uint8_t { of_region, of_row, of_column };

NationalConflict disagreement(NationalMargins const& margins, EqualSums kind, Index line, double gap) {
  FarkasRay ray{.multiplier = std::vector<double>(at(margins.size()), 0.0), .deficit = 0};
  double const of_one = gap > 0 ? 1 : -1;
  switch (kind) {
    case EqualSums::of_region:
      for (Index i = 0; i < margins.rows(); ++i) ray.multiplier[at(margins.row(line, i))] = of_one;
      for (Index j = 0; j < margins.columns(); ++j) ray.multiplier[at(margins.column(line, j))] = -of_one;
      break;
    case EqualSums::of_row:
      for (Index k = 0; k < margins.regions(); ++k) ray.multiplier[at(margins.row(k, line))] = of_one;
      for (Index j = 0; j < margins.columns(); ++j) ray.multiplier[at(margins.national(line, j))] = -of_one;
      break;
    case EqualSums::of_column:
      for (Index k = 0; k < margins.regions(); ++k) ray.multiplier[at(margins.column(k, line))] = of_one;
      for (Index i = 0; i < margins.rows(); ++i) ray.multiplier[at(margins.national(i, line))] = -of_one;
      break;
  }
  ExactSum deficit;
  for (Index margin = 0; margin < margins.size(); ++margin) {
    double const d = ray.multiplier[at(margin)];
    if (d != 0) deficit.add(d * margins.total(margin));
  }
  ray.deficit = deficit.rounded();
  return conflict_of(margins, BalanceReason::totals_differ, ray);
}

}  // namespace

TotalsAgreement compare_totals(NationalControlProblem const& problem, double tolerance) {
  auto const [of_regions, of_rows] = sums_of(problem.row_totals);
  auto const [of_regions_columns, of_columns] = sums_of(problem.column_totals);
  auto const [national_rows, national_columns] = sums_of(problem.national);

  TotalsAgreement agreement;
  agreement.all_positive = of_regions.all_positive && of_regions_columns.all_positive && national_rows.all_positive;
  std::optional<EqualSums> worst_kind;
  double worst_gap = 0;
  Index worst_line = 0;
  auto const compare = [&](EqualSums kind, SumsOfLines const& one, SumsOfLines const& other) {
    for (std::size_t line = 0; line < one.sum.size() && line < other.sum.size(); ++line) {
      CompensatedSum difference = one.sum[line];
      difference.add(-other.sum[line].value());
      double const gap = difference.value(), size = std::abs(gap);
      if (std::isnan(gap)) continue;  // not all are controlled
      agreement.largest_gap = std::max(agreement.largest_gap, size);
      agreement.all_gaps += size;
      double const magnitude = one.magnitude[line] + other.magnitude[line];
      bool const differ = size > std::max(tolerance, rounding_of_totals) * magnitude;
      if (!differ || (worst_kind && (kind != *worst_kind || size <= std::abs(worst_gap)))) continue;
      worst_kind = kind;
      worst_gap = gap;
      worst_line = static_cast<Index>(line);
    }
  };
  compare(EqualSums::of_region, of_regions, of_regions_columns);
  compare(EqualSums::of_row, of_rows, national_rows);
  compare(EqualSums::of_column, of_columns, national_columns);
  if (worst_kind) agreement.conflict = disagreement(NationalMargins(problem), *worst_kind, worst_line, worst_gap);
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
  for (std::size_t left = wiped_.order.size(); left > 0; --left) {
    Index const margin = wiped_.order[left - 1];
    double too_high = 0, too_low = 0;
    margins_.for_cells(margin, [&](Index k, Index i, Index j) {
      auto const of_cell = margins_.of_cell(k, i, j);
      bool const its_own =
          std::all_of(of_cell.begin(), of_cell.end(), [&](Index other) { return turn[at(other)] >= turn[at(margin)]; });
      if (!its_own) return;
      if (margins_.cell(k, i, j) > 0) too_high = std::max(too_high, weight(k, i, j));
      if (margins_.cell(k, i, j) < 0) too_low = std::min(too_low, weight(k, i, j));
    });
    multiplier[at(margin)] -= too_high + too_low;
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
