/// Files of a folder and what is in them.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace regio {

inline std::string content_of(std::filesystem::path const& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline void put(std::filesystem::path const& path, std::string const& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// Every file below a folder with its content, hidden ones too.
inline std::map<std::string, std::string> tree(std::filesystem::path const& folder) {
  std::map<std::string, std::string> files;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
    files[entry.path().lexically_relative(folder).string()] = entry.is_regular_file() ? content_of(entry.path()) : "";
  }
  return files;
}

}  // namespace regio
