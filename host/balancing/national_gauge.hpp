/// Which of the multipliers that give the same tables national control reports.
#pragma once

#include <regio/views.hpp>

namespace regio {

/// Changes multipliers r [regions, m], s [regions, n] and t [m, n] to those of the same products r_ki s_kj t_ij with
/// s_1j = 1 for the first region in each column j whose national cells are all controlled, r_1i = 1 in each such row i,
/// and then the largest s of every region 1. Multipliers that are 0, infinite or NaN stay as they are, and so does what
/// would be divided by them. `national` [m, n]: NaN where not controlled; empty: nowhere.
void fix_national_gauge(MatrixView<double const> national, MatrixView<double> row_multipliers,
                        MatrixView<double> column_multipliers, MatrixView<double> national_multipliers);

}  // namespace regio
