/// Is it UTF-8 text? What else it may be is named, for a user who saved a table from a spreadsheet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <regio/error.hpp>

namespace regio::format {

/// The text behind a byte order mark of UTF-8, if there is one.
std::string_view without_byte_order_mark(std::string_view text);

/// A finding when `text` is not UTF-8 (RFC 3629) or holds a NUL byte: UTF-16, UTF-32, a zip archive (a spreadsheet), or
/// the line and byte of the first wrong byte. Reads in parallel; the result does not depend on the threads.
std::optional<InputProblem> encoding_problem(std::string_view text, std::string const& file);

}  // namespace regio::format
