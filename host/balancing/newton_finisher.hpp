/// Newton's method for tables whose sweeps gain little: near the boundary of what can be balanced, or of parts that
/// hold together weakly.
///
/// Where every row meets its total for given column multipliers s, what is left to solve is concave in b = log s:
///   gradient       g_j = v_j - sum_i x_ij
///   minus Hessian  H = D - |X|' E^-1 |X|,  D and E the columns' and rows' sums of |x_ij|
/// (the Hessian [[E, |X|], [|X|', D]] of both margins' multipliers with the rows eliminated, Knight and Ruiz 2013). H
/// applied to a direction is one read of the table, as is a sweep. Conjugate gradients, with D as preconditioner, need
/// as many as the table has slow directions, mostly a few; multipliers have only the sweeps' rate in each.
#pragma once

#include <vector>

#include <regio/views.hpp>

namespace regio {

/// What Newton's method asks of a table; `sweep` and `product` read it once each.
class NewtonTable {
 public:
  virtual ~NewtonTable() = default;

  /// Rows that meet their totals under the column multipliers, and the columns' sums and sums of magnitudes with them.
  /// Returns the largest residual of both margins; NaN where numbers have left their range.
  virtual double sweep(VectorView<double const> column_multipliers, VectorView<double> sums,
                       VectorView<double> magnitudes) = 0;
  /// |X|' E^-1 |X| direction, of the last sweep.
  virtual void product(VectorView<double const> direction, VectorView<double> result) = 0;
  /// Whether another read is allowed.
  virtual bool may_go_on() = 0;
};

/// Memory and rules of the method; one object serves many tables.
class NewtonFinisher {
 public:
  /// From the column multipliers on until the residual is within the tolerance: then true, and the table's last sweep
  /// was made with the multipliers returned. False when the table may not be read any more, or when three steps gain
  /// less than half: the multipliers are the best start for plain sweeps. Multipliers of 0 stay 0. Deterministic: plain
  /// sums in the order of the columns, and no function whose digits a library chooses.
  bool finish(NewtonTable& table, VectorView<double const> totals, double tolerance,
              VectorView<double> column_multipliers);

 private:
  /// Where the method stands: the residual, and what the last sweep said of the columns.
  struct State {
    double residual = 0;
    std::vector<double> multipliers, sums, magnitudes, gradient;
  };

  void evaluate(NewtonTable& table, VectorView<double const> totals, State& state);
  /// direction_ with H direction_ = gradient, up to `reduction` of the gradient.
  void find_direction(NewtonTable& table, State const& state, double reduction);
  /// Goes along direction_ as far as the concave objective rises; false where it does not.
  bool step(NewtonTable& table, VectorView<double const> totals);

  State state_, trial_;
  std::vector<double> direction_, rest_, search_, product_;
};

}  // namespace regio
