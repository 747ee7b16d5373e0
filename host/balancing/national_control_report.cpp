#include <regio/national_control.hpp>

#include <algorithm>
#include <limits>

namespace regio {

NationalControlReport::NationalControlReport(std::vector<NationalControlProblem> const& problems) {
  std::size_t const count = problems.size();
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  outcome.assign(count, Outcome::cancelled);
  reason.assign(count, BalanceReason::none);
  iterations.assign(count, 0);
  for (std::vector<double>* figures : {&row_residual, &column_residual, &national_residual, &gap, &rate}) {
    figures->assign(count, unknown);
  }
  history.resize(count);
  regions_.reserve(count);
  row_offset.assign(1, 0);
  column_offset.assign(1, 0);
  national_offset.assign(1, 0);
  for (NationalControlProblem const& problem : problems) {
    Index const regions = problem.tables.count(), rows = problem.tables.rows(), columns = problem.tables.columns();
    regions_.push_back(regions);
    row_offset.push_back(row_offset.back() + regions * rows);
    column_offset.push_back(column_offset.back() + regions * columns);
    national_offset.push_back(national_offset.back() + rows * columns);
  }
  all_row_multipliers.assign(static_cast<std::size_t>(row_offset.back()), unknown);
  all_column_multipliers.assign(static_cast<std::size_t>(column_offset.back()), unknown);
  all_national_multipliers.assign(static_cast<std::size_t>(national_offset.back()), unknown);
}

namespace {

/// The part of problem b as `lines` lines.
MatrixView<double const> part(std::vector<double> const& values, std::vector<Index> const& offset, Index b,
                              Index lines) {
  auto const i = static_cast<std::size_t>(b);
  Index const size = offset[i + 1] - offset[i];
  return {values.data() + offset[i], lines, lines == 0 ? 0 : size / lines};
}

}  // namespace

MatrixView<double const> NationalControlReport::row_multipliers(Index b) const noexcept {
  return part(all_row_multipliers, row_offset, b, regions_[static_cast<std::size_t>(b)]);
}

MatrixView<double const> NationalControlReport::column_multipliers(Index b) const noexcept {
  return part(all_column_multipliers, column_offset, b, regions_[static_cast<std::size_t>(b)]);
}

MatrixView<double const> NationalControlReport::national_multipliers(Index b) const noexcept {
  return part(all_national_multipliers, national_offset, b, row_multipliers(b).columns());
}

NationalEvidence const* NationalControlReport::evidence(Index b) const noexcept {
  auto const found =
      std::lower_bound(all_evidence.begin(), all_evidence.end(), b,
                       [](NationalEvidence const& evidence, Index problem) { return evidence.problem < problem; });
  return found != all_evidence.end() && found->problem == b ? &*found : nullptr;
}

}  // namespace regio
