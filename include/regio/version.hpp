/// The version of the library that a program runs with.
#pragma once

#include <string>

#include <regio/export.hpp>

namespace regio {

/// "0.1.0".
REGIO_API std::string version();

/// One line per optional part: found with its version, or left out.
REGIO_API std::string build_summary();

}  // namespace regio
