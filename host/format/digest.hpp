/// SHA-256 of text and files, as 64 hexadecimal digits.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace regio::format {

std::string sha256(std::string_view text);
/// Throws InputError when the file cannot be read.
std::string sha256_file(std::filesystem::path const& path);

}  // namespace regio::format
