/// "Did you mean": the nearest of the known words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace regio::format {

/// Edits (insert, delete, replace, swap of neighbours) between two words.
int edit_distance(std::string_view a, std::string_view b);
/// "; did you mean 'x'?" for the nearest known word within a third of its length, otherwise "".
std::string did_you_mean(std::string_view word, std::vector<std::string> const& known);

}  // namespace regio::format
