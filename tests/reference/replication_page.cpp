/// Writes docs/replication.md, or checks that it says what the library computes.
///
///   replication_page DATASETS PAGE           writes the page
///   replication_page DATASETS PAGE --check   exit status 1 when the page differs
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/reference/kazakhstan_2023.hpp"
#include "tests/reference/ukraine_2022.hpp"

namespace {

std::string page(std::filesystem::path const& datasets) {
  return "# Replication: published numbers beside ours\n\n"
         "This page is computed. `cmake --build build/release --target replication` writes it; the test\n"
         "`reference_replication_page` fails when it differs from what the library computes.\n\n" +
         regio::reference::ukraine_2022_section(regio::reference::read_ukraine_2022(datasets)) + "\n" +
         regio::reference::kazakhstan_2023_section(datasets);
}

std::string read(std::filesystem::path const& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Number of the first line in which two texts differ.
int first_difference(std::string const& a, std::string const& b) {
  int line = 1;
  for (std::size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) line += a[i] == '\n' ? 1 : 0;
  return line;
}

}  // namespace

int main(int argc, char** argv) {
  bool const check = argc == 4 && std::string(argv[3]) == "--check";
  if (argc != 3 && !check) {
    std::fputs("usage: replication_page DATASETS PAGE [--check]\n", stderr);
    return 2;
  }
  try {
    std::string const expected = page(argv[1]);
    if (check) {
      std::string const found = read(argv[2]);
      if (found == expected) return 0;
      std::fprintf(stderr,
                   "%s differs from line %d on; write it anew with: cmake --build build/release --target replication\n",
                   argv[2], first_difference(found, expected));
      return 1;
    }
    std::ofstream file(argv[2], std::ios::binary);
    file << expected;
    file.close();
    if (!file) throw std::runtime_error(std::string("cannot write ") + argv[2]);
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
