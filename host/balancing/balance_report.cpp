#include <regio/balance.hpp>

#include <algorithm>
#include <limits>

namespace regio {

std::string_view name(BalanceMethod method) noexcept {
  switch (method) {
    case BalanceMethod::ras: return "ras";
    case BalanceMethod::gras: return "gras";
  }
  return "unknown";
}

std::string_view name(BalanceReason reason) noexcept {
  switch (reason) {
    case BalanceReason::none: return "none";
    case BalanceReason::totals_differ: return "totals_differ";
    case BalanceReason::empty_margin: return "empty_margin";
    case BalanceReason::sign: return "sign";
    case BalanceReason::conflicting_margins: return "conflicting_margins";
    case BalanceReason::forced_zeros: return "forced_zeros";
    case BalanceReason::slow: return "slow";
    case BalanceReason::rounding: return "rounding";
  }
  return "unknown";
}

BalanceReport::BalanceReport(std::vector<BalanceProblem> const& problems) {
  std::size_t const count = problems.size();
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  outcome.assign(count, Outcome::cancelled);
  reason.assign(count, BalanceReason::none);
  iterations.assign(count, 0);
  for (std::vector<double>* figures : {&row_residual, &column_residual, &gap, &rate}) figures->assign(count, unknown);
  history.resize(count);
  row_offset.assign(1, 0);
  column_offset.assign(1, 0);
  for (BalanceProblem const& problem : problems) {
    row_offset.push_back(row_offset.back() + problem.row_totals.size());
    column_offset.push_back(column_offset.back() + problem.column_totals.size());
  }
  all_row_multipliers.assign(static_cast<std::size_t>(row_offset.back()), unknown);
  all_column_multipliers.assign(static_cast<std::size_t>(column_offset.back()), unknown);
}

namespace {

VectorView<double const> part(std::vector<double> const& values, std::vector<Index> const& offset, Index b) {
  auto const i = static_cast<std::size_t>(b);
  return {values.data() + offset[i], offset[i + 1] - offset[i]};
}

}  // namespace

VectorView<double const> BalanceReport::row_multipliers(Index b) const noexcept {
  return part(all_row_multipliers, row_offset, b);
}

VectorView<double const> BalanceReport::column_multipliers(Index b) const noexcept {
  return part(all_column_multipliers, column_offset, b);
}

BalanceEvidence const* BalanceReport::evidence(Index b) const noexcept {
  auto const found =
      std::lower_bound(all_evidence.begin(), all_evidence.end(), b,
                       [](BalanceEvidence const& evidence, Index problem) { return evidence.problem < problem; });
  return found != all_evidence.end() && found->problem == b ? &*found : nullptr;
}

}  // namespace regio
