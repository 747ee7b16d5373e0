/// Numbers as people read them in the tables of a report.
#pragma once

#include <string>
#include <vector>

namespace regio::format {

/// Decimals that give the typical value of a column `digits` significant digits: 0 when every value is whole; NaN is
/// left out.
int column_decimals(std::vector<double> const& values, int digits);
/// With a minus sign and thin spaces between thousands from 10,000 on; powers of ten beyond 10^15 and where rounding
/// would leave nothing; NaN is a dash.
std::string readable_number(double value, int decimals);

}  // namespace regio::format
