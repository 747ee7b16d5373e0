/// Writing to standard output without losing an error.
#pragma once

#include <string_view>

namespace regio::cli {

/// Writes all of the text. A reader that has gone away ends the program as the signal SIGPIPE does, without a message;
/// throws OutputError for anything else (a full disk).
void print(std::string_view text);

/// Writes a line to standard error; whoever does not listen there misses it.
void print_message(std::string_view line);

}  // namespace regio::cli
