// Writes the reports that the browser tests open: report_samples FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/support/synthetic_study.hpp"

namespace {

void write(std::filesystem::path const& path, std::string const& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

std::string study_page(regio::ClusterStudyReport const& study, std::map<std::string, std::string> const& labels) {
  regio::study::ReportContext const context{
      .title = "Clusters of constructed regions",
      .region_labels = labels,
      .boundaries = regio::test::synthetic_boundaries(static_cast<regio::Index>(study.indicators.regions.size())),
      .source = "Source: constructed data.",
      .command_line = "regio run study.toml",
      .study_text = "[study]\nversion = 1\nkind = \"cluster\"\n",
      .digests = {{"panel.csv", std::string(64, '0')}},
      .device = "CPU",
      .notices = {"2 regions have no boundary and are not on the map."}};
  return regio::format::render_html(regio::study::cluster_report(study, {}, context));
}

std::string study_page(regio::test::SyntheticShape const& shape) {
  return study_page(regio::test::synthetic_study(shape), {});
}

/// Groups whose names are those of properties that every object of JavaScript has.
regio::ClusterStudyReport study_of_object_properties() {
  std::vector<std::string> const names = {"constructor", "__proto__", "toString"};
  regio::ClusterStudyReport study = regio::test::synthetic_study({.groups = 3});
  std::map<std::string, std::string> renamed;
  for (std::size_t g = 0; g < names.size(); ++g) {
    renamed[study.groups[g].group] = names[g];
    study.groups[g].group = study.integral[g].group = study.indicators.groups[g] = names[g];
  }
  for (auto& definition : study.indicators.definitions) {
    definition.group = renamed.at(definition.group);
    if (definition.indicator == "indicator_1") definition.label = "valueOf";
  }
  return study;
}

std::string dynamics_page() {
  auto const history = regio::test::synthetic_history({}, 0);
  regio::study::ReportContext const context{.title = "Given labels", .source = "Source: labels.csv"};
  return regio::format::render_html(regio::study::dynamics_report(
      {{"all", history, regio::test::synthetic_dynamics(history), std::nullopt}}, {}, context));
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
  write(folder / "study.html", study_page({}));
  write(folder / "one-group.html", study_page({.years = 1, .groups = 1}));
  write(folder / "dynamics.html", dynamics_page());
  write(folder / "many-clusters.html", study_page({.regions = 60, .years = 11, .clusters = 13, .groups = 1}));
  write(folder / "large.html", study_page({.regions = 500, .years = 30, .clusters = 8, .groups = 3, .indicators = 5}));
  write(folder / "largest.html",
        study_page({.regions = 1000, .years = 30, .clusters = 8, .groups = 3, .indicators = 5}));
  write(folder / "object-properties.html", study_page(study_of_object_properties(), {}));
  // Names that would break out of a page that did not escape them, in several scripts.
  write(folder / "hostile.html",
        study_page(test::synthetic_study({}), {{"R1", "</script><script>alert(1)</script>"},
                                               {"R2", "\"><img src=x onerror=alert(2)>"},
                                               {"R3", "{{title}} ' & <!--"},
                                               {"R4", "\u0644\u0628\u0646\u0627\u0646"},
                                               {"R5", "\u041b\u044c\u0432\u0456\u0432 \U0001F981"},
                                               {"R6", "constructor"}}));
  return 0;
}
