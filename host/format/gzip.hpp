/// Unpacks gzip files.
#pragma once

#include <string>
#include <string_view>

namespace regio::format {

/// True when the bytes begin like a gzip file.
bool is_gzip(std::string_view bytes) noexcept;

/// The text in a gzip file of one or several members. Throws InputError, naming `file`: cut short, damaged, too large
/// for memory.
std::string unpacked_gzip(std::string_view bytes, std::string const& file);

}  // namespace regio::format
