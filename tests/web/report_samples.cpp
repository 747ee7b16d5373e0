// Writes the reports that the browser tests open: report_samples FOLDER
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "study/balance_batch_report.hpp"
#include "study/balance_report.hpp"
#include "study/interaction_report.hpp"
#include "study/points_report.hpp"
#include "study/target_draws_report.hpp"
#include "study/totals_files.hpp"
#include "tests/support/synthetic_interaction.hpp"
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

std::string interaction_page(regio::test::InteractionShape const& shape,
                             std::map<std::string, std::string> const& labels) {
  using namespace regio::study;
  InteractionInputs inputs = regio::test::synthetic_interaction(shape);
  inputs.shipments.region_labels = labels;
  InteractionStudyOptions const options{.permutations = 99};
  auto engine = regio::Engine::cpu();
  InteractionResults const results = analyse(engine, inputs, options);
  ReportContext context{.title = "Interaction of constructed regions",
                        .source = "Source: constructed data.",
                        .command_line = "regio interaction shipments.csv",
                        .device = "CPU"};
  if (shape.with_facts) context.boundaries = regio::test::synthetic_boundaries(shape.regions);
  return regio::format::render_html(interaction_report(inputs, results, options, context));
}

/// A table and totals as CSV.
struct BalanceSample {
  std::string table, row_totals, column_totals;
};

std::string balance_page(std::filesystem::path const& folder, BalanceSample const& sample) {
  using namespace regio::study;
  std::filesystem::path const files = folder / "balance";
  std::filesystem::create_directories(files);
  write(files / "table.csv", sample.table);
  write(files / "rows.csv", sample.row_totals);
  write(files / "columns.csv", sample.column_totals);
  regio::format::Findings findings;
  BalancedTable result;
  result.table = std::make_shared<TableFile>(read_table(files / "table.csv", {}, findings));
  result.row_totals = read_totals(files / "rows.csv", Margin::rows, *result.table, findings);
  result.column_totals = read_totals(files / "columns.csv", Margin::columns, *result.table, findings);
  findings.throw_if_any();
  auto engine = regio::Engine::cpu();
  balance(engine, {&result, 1}, {});
  ReportContext const context{
      .title = "Balancing of a constructed table",
      .source = "Source: constructed data.",
      .command_line = "regio balance table.csv --row-totals rows.csv --column-totals columns.csv",
      .device = "CPU"};
  return regio::format::render_html(balance_report(result, context));
}

/// Three problems of one table, the second without a solution, and draws of the third.
std::string balance_many_page(std::filesystem::path const& folder) {
  using namespace regio::study;
  std::filesystem::path const files = folder / "balance";
  std::filesystem::create_directories(files);
  write(files / "many.csv", ",bread,constructor\nfarms,3,1\n__proto__,5,2\n");
  write(files / "rows.csv",
        "problem,label,value\n2010,farms,5\n2010,__proto__,8\n</script>,farms,6\n</script>,__proto__,8\n"
        "constructor,farms,4\nconstructor,__proto__,9\n");
  write(files / "columns.csv", "label,value\nbread,9\nconstructor,4\n");
  regio::format::Findings findings;
  BalanceBatch batch = read_batch({{{files / "many.csv"}}, files / "rows.csv", files / "columns.csv"}, {}, findings);
  findings.throw_if_any();
  auto engine = regio::Engine::cpu();
  balance(engine, batch.problems, {});
  BalancedTable shown = batch.problems.back();
  balance(engine, {&shown, 1}, {});
  regio::format::Report report = batch_report(batch, shown, {.title = "Constructed tables", .device = "CPU"});
  shown.row_errors = {0.5, 1};
  report.sections.push_back(draws_section(shown, draw_targets(engine, shown, {.draws = 100}, {}), 0.95, ""));
  return regio::format::render_html(report);
}

/// Clusters of points chosen from k = 1 to 6, with features of hostile names.
std::string points_page() {
  using namespace regio::study;
  PointsOptions options;
  PointsFits fits{.points = 1000};
  std::vector<std::string> const features = {"income", "constructor", "</script>", "__proto__"};
  for (regio::Index k = 1; k <= 6; ++k) {
    PointsFit& fit = fits.fits.emplace_back();
    fit.k = fit.scores.k = k;
    fit.restarts = 10;
    fit.iterations = 3 * k;
    fit.outcome = k == 6 ? regio::Outcome::iteration_limit : regio::Outcome::converged;
    fit.scores.inertia = 5000.0 / static_cast<double>(k * k);
    fit.scores.calinski_harabasz = fit.scores.davies_bouldin = fit.scores.silhouette =
        k == 1 ? std::nan("") : 0.1 * static_cast<double>(k);
    for (regio::Index c = 0; c < k; ++c) {
      fit.sizes.push_back(1000 / k);
      for (std::size_t j = 0; j < features.size(); ++j) {
        fit.centres.push_back(static_cast<double>((c * 7 + static_cast<regio::Index>(j) * 3) % 11));
      }
    }
  }
  fits.chosen = 3;
  ReportContext const context{.title = "Clusters of constructed points",
                              .source = "Source: constructed data.",
                              .command_line = "regio cluster points.npy",
                              .device = "CPU"};
  return regio::format::render_html(points_report(fits, options, features, context));
}

/// A table of 80 rows and 70 columns with holes and negative cells, whose totals have grown by different shares.
BalanceSample large_table() {
  constexpr int rows = 80, columns = 70;
  BalanceSample sample{"", "label,value\n", "label,value\n"};
  std::vector<double> sums(columns, 0.0);
  for (int j = 0; j < columns; ++j) sample.table += ",activity " + std::to_string(j + 1);
  for (int i = 0; i < rows; ++i) {
    sample.table += "\nproduct " + std::to_string(i + 1);
    double sum = 0;
    for (int j = 0; j < columns; ++j) {
      int const mixed = (i * 37 + j * 61 + i * j) % 101;
      double const cell = mixed < 30 ? 0 : mixed == 50 ? -3 : mixed;
      double const grown = cell * (1 + 0.02 * ((i * 7) % 11)) * (1 + 0.03 * ((j * 5) % 13));
      sample.table += "," + std::to_string(cell);
      sum += grown;
      sums[static_cast<std::size_t>(j)] += grown;
    }
    sample.row_totals += "product " + std::to_string(i + 1) + "," + std::to_string(sum) + "\n";
  }
  sample.table += "\n";
  for (int j = 0; j < columns; ++j) {
    sample.column_totals +=
        "activity " + std::to_string(j + 1) + "," + std::to_string(sums[static_cast<std::size_t>(j)]) + "\n";
  }
  return sample;
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
  write(folder / "interaction.html", interaction_page({}, {}));
  write(folder / "interaction-plain.html", interaction_page({.years = 1, .with_facts = false}, {}));
  write(folder / "interaction-large.html", interaction_page({.regions = 120, .industries = 40, .years = 2}, {}));
  write(folder / "interaction-hostile.html",
        interaction_page({}, {{"R1", "</script><script>alert(1)</script>"},
                              {"R2", "constructor"},
                              {"R3", "__proto__"},
                              {"R4", "\u041b\u044c\u0432\u0456\u0432, a city with a long name and more"}}));
  write(folder / "balance.html",
        balance_page(folder, {",goods,services,exports,taxes\nfarms,7,3,5,-3\nmills,2,9,8,0\nimports,-2,0,2,0\n",
                              "label,value\nfarms,15\nmills,26\nimports,-1\n",
                              "label,value\ngoods,9\nservices,16\nexports,17\ntaxes,-2\n"}));
  write(folder / "balance-large.html", balance_page(folder, large_table()));
  write(
      folder / "balance-conflict.html",
      balance_page(folder, {",bread,constructor,</script>\nfarms,3,0,0\nbakers,5,0,0\n__proto__,1,4,1\nsmiths,0,1,6\n",
                            "label,value\nfarms,4\nbakers,4\n__proto__,5\nsmiths,5\n",
                            "label,value\nbread,6\nconstructor,6\n</script>,6\n"}));
  write(folder / "balance-many.html", balance_many_page(folder));
  write(folder / "points.html", points_page());
  write(folder / "balance-zeros.html",
        balance_page(folder, {",x,y\na,1,1\nb,0,1\n", "label,value\na,1\nb,1\n", "label,value\nx,1\ny,1\n"}));
  write(folder / "balance-totals.html",
        balance_page(folder, {",x,y\na,1,1\nb,2,1\n", "label,value\na,1\nb,3\n", "label,value\nx,1\ny,1\n"}));
  return 0;
}
