#include "study/runner.hpp"

#include <set>
#include <utility>

#include <regio/cluster_study.hpp>

#include "format/year_ranges.hpp"
#include "study/balance_study.hpp"
#include "study/cluster_report.hpp"
#include "study/cluster_study_file.hpp"
#include "study/cluster_tables.hpp"
#include "study/interaction_study.hpp"
#include "study/label_files.hpp"
#include "study/memory_limit.hpp"
#include "study/panel_files.hpp"
#include "study/points_study.hpp"
#include "study/study_run.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;
using format::ResultFolder;
using format::StudyDocument;

/// Finished blocks of a bootstrap, kept in the result folder until the run is complete.
class FolderStore : public BootstrapStore {
 public:
  explicit FolderStore(ResultFolder& folder) : folder_(folder) {}
  std::string load(Index block) override { return folder_.read_checkpoint(name(block)); }
  void save(Index block, std::string_view bytes) override { folder_.write_checkpoint(name(block), bytes); }

 private:
  static std::string name(Index block) { return "bootstrap-" + std::to_string(block); }

  ResultFolder& folder_;
};

/// Years that are missing between the first and the last.
std::vector<std::string> year_notices(std::vector<int> const& years) {
  std::vector<std::string> notices;
  for (std::size_t i = 1; i < years.size(); ++i) {
    if (years[i] == years[i - 1] + 1) continue;
    notices.push_back("There are no data between " + std::to_string(years[i - 1]) + " and " + std::to_string(years[i]) +
                      "; the two are treated as consecutive.");
  }
  return notices;
}

/// Names and boundaries, which both kinds of study may have.
struct Geography {
  std::map<std::string, std::string> labels;
  std::vector<format::Boundary> boundaries;
  std::vector<std::string> notices;
};

/// `unused`: columns of the regions file that this kind of study has no use for.
Geography read_geography(StudyRun& run, std::optional<RegionsFile> const& regions,
                         std::vector<std::string> const& unused, RegionCodes const& codes, Findings& findings) {
  Geography geography;
  auto const path = run.input("boundaries");
  if (!path.empty()) {
    BoundariesFile file = read_study_boundaries(path, codes, findings);
    geography.boundaries = std::move(file.boundaries);
    geography.notices = std::move(file.notices);
    for (auto const& boundary : geography.boundaries) {
      if (!boundary.label.empty()) geography.labels[boundary.region] = boundary.label;
    }
  }
  if (regions) {
    for (auto const& [code, label] : regions->labels) geography.labels[code] = label;
    for (std::string& notice : unused_columns_notice(*regions, unused)) geography.notices.push_back(std::move(notice));
  }
  return geography;
}

RunSummary run_cluster_study(Engine& engine, StudyDocument const& document, RunSettings const& settings) {
  ClusterStudyOptions options = cluster_options(document);
  StudyRun run(engine, document, "cluster", settings);
  options.seed = options.choice.kmeans.seed = run.seed();
  options.control = settings.control;

  Findings findings;
  PanelFile panel = read_panel(run.input("panel"), findings);
  auto const own_series = static_cast<Index>(panel.panel.series.size());
  RegionCodes const codes(panel.panel.regions);
  std::optional<RegionsFile> regions;
  if (auto const path = run.input("regions"); !path.empty()) {
    regions = read_regions(path, findings);
    if (findings.empty()) add_facts(*regions, panel, findings);
  }
  std::vector<IndicatorDefinition> definitions;
  if (auto const path = run.input("indicators"); !path.empty()) {
    definitions = read_indicators(path, panel.panel, findings);
  } else {
    definitions = every_series(panel.panel, own_series);
  }
  if (options.k > codes.size() && codes.size() > 0) {
    findings.add(document.problem("clusters", "k",
                                  "at most the number of regions, " + std::to_string(codes.size()) + " in " +
                                      format::year_ranges(panel.panel.years)));
  }
  std::vector<NeighbouringRegions> neighbours;
  if (auto const path = run.input("neighbours"); !path.empty()) neighbours = read_neighbours(path, codes, findings);
  std::vector<std::string> const unused = regions ? regions->text_columns : std::vector<std::string>();
  Geography geography = read_geography(run, regions, unused, codes, findings);
  if (findings.empty() && options.indicators.missing == MissingPolicy::error) {
    refuse_gaps(panel, definitions, findings);
  }
  findings.throw_if_any();
  options.memory = memory_for_study(settings.memory, options, panel.panel, definitions, engine.threads());

  run.open_folder();
  return run.resumable([&] {
    FolderStore store(run.folder());
    options.bootstrap_store = &store;
    ClusterStudyReport const study = cluster_study(engine, options, panel.panel, definitions, neighbours);
    ReportContext context = run.report_context();
    context.region_labels = std::move(geography.labels);
    context.boundaries = std::move(geography.boundaries);
    context.notices = geography.notices;
    for (std::string& notice : year_notices(study.indicators.years)) context.notices.push_back(std::move(notice));
    format::Report const report = cluster_report(study, options, context);
    run.write_results(cluster_tables(study), report);

    std::map<std::string, Index> outcomes;
    Json groups = Json::array();
    for (GroupStudy const& group : study.groups) {
      std::set<Index> k;
      for (YearFit const& fit : group.years) {
        ++outcomes[std::string(name(fit.outcome))];
        k.insert(fit.k);
      }
      groups.push_back({{"group", group.group}, {"k", std::vector<Index>(k.begin(), k.end())}});
    }
    Json facts;
    facts["regions"] = study.indicators.regions.size();
    facts["years"] = study.indicators.years;
    facts["groups"] = std::move(groups);
    facts["problems"] = study.problems;
    facts["fits"] = study.fits;
    std::vector<std::string> warnings = study.warnings;
    warnings.insert(warnings.end(), context.notices.begin(), context.notices.end());
    RunSummary summary = run.finish(facts, std::move(outcomes), std::move(warnings), report.summary);
    if (!summary.all_converged()) summary.unsolved = "not every problem converged; fits.csv says which";
    return summary;
  });
}

RunSummary run_dynamics_study(Engine& engine, StudyDocument const& document, RunSettings const& settings) {
  DynamicsOptions const options = dynamics_options(document, "dynamics");
  StudyRun run(engine, document, "dynamics", settings);

  Findings findings;
  LabelsFile labels = read_labels(run.input("labels"), findings);
  RegionCodes codes;
  for (ClusterHistory const& history : labels.histories) {
    for (std::string const& code : history.regions) codes.insert(code);
  }
  std::vector<std::optional<ClusterRanking>> rankings(labels.groups.size());
  if (auto const path = run.input("target"); !path.empty() && findings.empty()) {
    rankings = read_ranking(path, labels, findings);
  }
  std::optional<RegionsFile> regions;
  if (auto const path = run.input("regions"); !path.empty()) regions = read_regions(path, findings);
  std::vector<std::string> unused;
  if (regions) {
    unused = regions->facts;
    unused.insert(unused.end(), regions->text_columns.begin(), regions->text_columns.end());
  }
  Geography geography = read_geography(run, regions, unused, codes, findings);
  for (auto const& [code, label] : labels.labels) geography.labels.try_emplace(code, label);
  findings.throw_if_any();

  run.open_folder();
  return run.resumable([&] {
    std::vector<LabelledGroup> groups;
    for (std::size_t g = 0; g < labels.groups.size(); ++g) {
      LabelledGroup group;
      group.group = labels.groups[g];
      group.history = std::move(labels.histories[g]);
      group.dynamics = cluster_dynamics(group.history, options);
      group.ranking = std::move(rankings[g]);
      groups.push_back(std::move(group));
    }
    ReportContext context = run.report_context();
    context.region_labels = std::move(geography.labels);
    context.boundaries = std::move(geography.boundaries);
    context.notices = geography.notices;
    for (std::string& notice : year_notices(groups.front().history.years)) context.notices.push_back(std::move(notice));
    format::Report const report = dynamics_report(groups, options, context);
    run.write_results(dynamics_tables(groups), report);

    Json facts;
    facts["regions"] = codes.size();
    facts["years"] = groups.front().history.years;
    facts["groups"] = Json::array();
    for (LabelledGroup const& group : groups) {
      facts["groups"].push_back({{"group", group.group}, {"k", std::vector<Index>{group.history.clusters}}});
    }
    facts["problems"] = groups.size();
    std::map<std::string, Index> const outcomes = {{"converged", static_cast<Index>(groups.size())}};
    return run.finish(facts, outcomes, context.notices, report.summary);
  });
}

}  // namespace

bool RunSummary::all_converged() const {
  for (auto const& [outcome, count] : outcomes) {
    if (outcome != "converged" && count > 0) return false;
  }
  return true;
}

RunSummary run_study(Engine& engine, StudyDocument const& document, std::string const& kind,
                     RunSettings const& settings) {
  if (kind == "balance") return run_balance_study(engine, document, settings);
  if (kind == "points") return run_points_study(engine, document, settings);
  if (kind == "interaction") return run_interaction_study(engine, document, settings);
  return kind == "dynamics" ? run_dynamics_study(engine, document, settings)
                            : run_cluster_study(engine, document, settings);
}

}  // namespace regio::study
