// Writes the reports that the browser tests open: report_samples FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/support/synthetic_study.hpp"

namespace {

void write(std::filesystem::path const& path, std::string const& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: report_samples FOLDER\n";
    return 2;
  }
  std::filesystem::path const folder = arguments[1];
  std::filesystem::create_directories(folder);
  using namespace regio;
  test::SyntheticShape const shape;
  study::ReportContext context{.title = "Clusters of twelve regions, 2001-2006",
                               .boundaries = test::synthetic_boundaries(shape.regions),
                               .source = "Source: constructed data."};
  write(folder / "study.html", format::render_html(study::cluster_report(test::synthetic_study(shape), {}, context)));
  return 0;
}
