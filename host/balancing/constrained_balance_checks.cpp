#include "balancing/constrained_balance_checks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/contract.hpp"

namespace regio {
namespace {

class ProblemCheck {
 public:
  ProblemCheck(std::string const& where, ConstrainedMethod method, ConstrainedBalanceProblem const& problem)
      : where_(where),
        method_(method),
        problem_(problem),
        rows_(problem.table.rows()),
        columns_(problem.table.columns()) {}

  void run() {
    check_table();
    check_totals("row_totals", problem_.row_totals, rows_, "rows");
    check_totals("column_totals", problem_.column_totals, columns_, "columns");
    check_groups();
    check_bounds();
    check_reliability("row_reliability", problem_.row_reliability, problem_.row_totals.size(), "row totals");
    check_reliability("column_reliability", problem_.column_reliability, problem_.column_totals.size(),
                      "column totals");
    check_reliability("group_reliability", problem_.group_reliability, problem_.groups.size(), "groups");
    check_variance();
    MatrixView<double> const& balanced = problem_.balanced;
    if (!balanced.empty() && (balanced.rows() != rows_ || balanced.columns() != columns_)) {
      refuse(where_ + ".balanced",
             fmt::format("is [{}, {}]; expected [{}, {}]", balanced.rows(), balanced.columns(), rows_, columns_));
    }
  }

 private:
  void check_table() const {
    if (rows_ < 1 || columns_ < 1) {
      refuse(where_ + ".table", fmt::format("is [{}, {}]; expected at least one row and column", rows_, columns_));
    }
    constexpr Index most = std::numeric_limits<std::int32_t>::max();
    if (rows_ > most / columns_) {
      refuse(where_ + ".table", fmt::format("is [{}, {}]; expected at most {} cells", rows_, columns_, most));
    }
    for (Index i = 0; i < rows_; ++i) {
      for (Index j = 0; j < columns_; ++j) {
        if (!std::isfinite(problem_.table(i, j))) {
          refuse(where_ + ".table",
                 fmt::format("row {}, column {} is {}; cells must be finite", i, j, number_text(problem_.table(i, j))));
        }
      }
    }
  }

  void check_totals(char const* argument, VectorView<double const> totals, Index expected, char const* margins) const {
    if (totals.empty()) return;
    if (totals.size() != expected) {
      refuse(where_ + '.' + argument,
             fmt::format("has {} entries; the table has {} {}", totals.size(), expected, margins));
    }
    for (Index i = 0; i < totals.size(); ++i) {
      if (std::isinf(totals[i])) {
        refuse(where_ + '.' + argument, fmt::format("entry {} is {}; totals must be finite, or NaN where there is none",
                                                    i, number_text(totals[i])));
      }
    }
  }

  void check_cell(std::string const& where, Index entry, TableCell cell) const {
    if (cell.row < 0 || cell.row >= rows_ || cell.column < 0 || cell.column >= columns_) {
      refuse(where, fmt::format("entry {} is row {}, column {}; the table has {} rows and {} columns", entry, cell.row,
                                cell.column, rows_, columns_));
    }
  }
  [[nodiscard]] std::size_t position(TableCell cell) const {
    return static_cast<std::size_t>(cell.row * columns_ + cell.column);
  }

  void check_groups() const {
    CellGroups const& groups = problem_.groups;
    std::string const where = where_ + ".groups.";
    Index const terms = groups.cell.size();
    if (groups.size() == 0 && groups.start.size() <= 1 && terms == 0) return;
    if (groups.start.size() != groups.size() + 1) {
      refuse(where + "start",
             fmt::format("has {} entries; expected one more than the {} totals", groups.start.size(), groups.size()));
    }
    if (groups.start[0] != 0) refuse(where + "start", fmt::format("begins with {}; expected 0", groups.start[0]));
    for (Index g = 0; g < groups.size(); ++g) {
      if (groups.start[g + 1] < groups.start[g] || groups.start[g + 1] > terms) {
        refuse(where + "start",
               fmt::format("entry {} is {}; expected {} to {}", g + 1, groups.start[g + 1], groups.start[g], terms));
      }
      if (!std::isfinite(groups.total[g])) {
        refuse(where + "total",
               fmt::format("entry {} is {}; totals of groups must be finite", g, number_text(groups.total[g])));
      }
    }
    if (groups.start[groups.size()] != terms) {
      refuse(where + "start",
             fmt::format("ends with {}; expected {}, the number of cells", groups.start[groups.size()], terms));
    }
    if (!groups.coefficient.empty() && groups.coefficient.size() != terms) {
      refuse(where + "coefficient",
             fmt::format("has {} entries; expected {}, one for each cell", groups.coefficient.size(), terms));
    }
    check_group_terms(where);
  }

  void check_group_terms(std::string const& where) const {
    CellGroups const& groups = problem_.groups;
    std::vector<Index> last_group(static_cast<std::size_t>(rows_ * columns_), -1);
    for (Index g = 0; g < groups.size(); ++g) {
      for (Index t = groups.start[g]; t < groups.start[g + 1]; ++t) {
        TableCell const cell = groups.cell[t];
        check_cell(where + "cell", t, cell);
        Index& last = last_group[position(cell)];
        if (last == g) {
          refuse(where + "cell",
                 fmt::format("entry {}, row {}, column {}, stands twice in group {}", t, cell.row, cell.column, g));
        }
        last = g;
        if (groups.coefficient.empty()) continue;
        double const coefficient = groups.coefficient[t];
        if (!std::isfinite(coefficient) || coefficient == 0) {
          refuse(where + "coefficient", fmt::format("entry {} is {}; coefficients must be finite and other than 0", t,
                                                    number_text(coefficient)));
        }
      }
    }
  }

  void check_bounds() const {
    if (problem_.bounds.empty()) return;
    std::string const where = where_ + ".bounds";
    std::vector<bool> seen(static_cast<std::size_t>(rows_ * columns_));
    for (Index e = 0; e < problem_.bounds.size(); ++e) {
      CellBounds const& bounds = problem_.bounds[e];
      check_cell(where, e, bounds.cell);
      if (seen[position(bounds.cell)]) {
        refuse(where, fmt::format("entry {}, row {}, column {}, stands twice", e, bounds.cell.row, bounds.cell.column));
      }
      seen[position(bounds.cell)] = true;
      constexpr double infinity = std::numeric_limits<double>::infinity();
      if (!(bounds.lower <= bounds.upper) || bounds.lower == infinity || bounds.upper == -infinity) {
        refuse(where,
               fmt::format("entry {}, row {}, column {}, has lower {} and upper {}; expected lower <= upper", e,
                           bounds.cell.row, bounds.cell.column, number_text(bounds.lower), number_text(bounds.upper)));
      }
      check_sign(where, e, bounds);
    }
  }

  /// A frozen cell may have any value; another one must be able to keep what the method keeps of it.
  void check_sign(std::string const& where, Index entry, CellBounds const& bounds) const {
    if (bounds.lower == bounds.upper) return;
    double const a = problem_.table(bounds.cell.row, bounds.cell.column);
    if (a != 0 && method_ == ConstrainedMethod::least_squares) return;
    bool const excluded = (a >= 0 && bounds.upper < 0) || (a <= 0 && bounds.lower > 0);
    if (!excluded) return;
    refuse(where,
           fmt::format("entry {}, row {}, column {}, has lower {} and upper {}, but the cell is {}: {}", entry,
                       bounds.cell.row, bounds.cell.column, number_text(bounds.lower), number_text(bounds.upper),
                       number_text(a),
                       a == 0 ? "a cell that is 0 stays 0 unless it is frozen" : "its sign would have to change"));
  }

  void check_reliability(char const* argument, VectorView<double const> reliability, Index totals,
                         char const* margins) const {
    if (reliability.empty()) return;
    std::string const where = where_ + '.' + argument;
    if (reliability.size() != totals) {
      refuse(where, fmt::format("has {} entries; the problem has {} {}", reliability.size(), totals, margins));
    }
    for (Index i = 0; i < totals; ++i) {
      if (!(reliability[i] > 0)) {
        refuse(where, fmt::format("entry {} is {}; reliabilities must be above 0, infinite where a total must be met",
                                  i, number_text(reliability[i])));
      }
      if (method_ == ConstrainedMethod::mr_gras && !std::isinf(reliability[i])) {
        refuse(where, fmt::format("entry {} is {}; mr-gras meets every total, soft and kras take reliabilities", i,
                                  number_text(reliability[i])));
      }
    }
  }

  void check_variance() const {
    MatrixView<double const> const& variance = problem_.variance;
    if (variance.empty()) return;
    std::string const where = where_ + ".variance";
    if (method_ != ConstrainedMethod::least_squares) {
      refuse(where, fmt::format("is given with {}; only least-squares has variances", name(method_)));
    }
    if (variance.rows() != rows_ || variance.columns() != columns_) {
      refuse(where,
             fmt::format("is [{}, {}]; expected [{}, {}]", variance.rows(), variance.columns(), rows_, columns_));
    }
    for (Index i = 0; i < rows_; ++i) {
      for (Index j = 0; j < columns_; ++j) {
        if (!std::isfinite(variance(i, j)) || variance(i, j) <= 0) {
          refuse(where, fmt::format("row {}, column {} is {}; variances must be finite and above 0", i, j,
                                    number_text(variance(i, j))));
        }
      }
    }
  }

  std::string const& where_;
  ConstrainedMethod method_;
  ConstrainedBalanceProblem const& problem_;
  Index rows_, columns_;
};

}  // namespace

void check_constrained_options(ConstrainedBalanceOptions const& options) {
  std::string const where = "balance_constrained: options.";
  if (!std::isfinite(options.tolerance) || options.tolerance <= 0 || options.tolerance >= 1) {
    refuse(where + "tolerance", "is " + number_text(options.tolerance) + "; expected a number above 0 and below 1");
  }
  if (options.max_iterations < 1) {
    refuse(where + "max_iterations", fmt::format("is {}; expected at least 1", options.max_iterations));
  }
}

void check_constrained_problem(std::string const& where, ConstrainedMethod method,
                               ConstrainedBalanceProblem const& problem) {
  ProblemCheck(where, method, problem).run();
}

}  // namespace regio
