/// SHA-256 of text and files, as 64 hexadecimal digits.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace regio::format {

/// Throws Interrupted once the token is raised, which is looked at every 16 MiB.
std::string sha256(std::string_view text, std::stop_token const& stop = {});
/// Throws InputError when the file cannot be read.
std::string sha256_file(std::filesystem::path const& path);

}  // namespace regio::format
