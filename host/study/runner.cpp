#include "study/runner.hpp"

#include <chrono>
#include <ctime>
#include <set>
#include <utility>
#include <variant>

#include <regio/cluster_study.hpp>
#include <regio/version.hpp>

#include "format/digest.hpp"
#include "format/year_ranges.hpp"
#include "study/cluster_report.hpp"
#include "study/cluster_study_file.hpp"
#include "study/cluster_tables.hpp"
#include "study/label_files.hpp"
#include "study/memory_limit.hpp"
#include "study/panel_files.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::Json;
using format::ResultFolder;
using format::StudyDocument;

std::string utc_now() {
  std::time_t const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// An input file as the manifest lists it.
struct InputFile {
  std::string name;  ///< relative to the study
  std::uintmax_t bytes = 0;
  std::string sha256;
};

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

/// The state that both kinds of study share on their way from inputs to manifest.
class Run {
 public:
  Run(Engine& engine, StudyDocument const& document, std::string kind, RunSettings const& settings)
      : engine_(engine), document_(document), kind_(std::move(kind)), settings_(settings), started_(utc_now()) {
    seed_ = settings.seed.value_or(static_cast<std::uint64_t>(document.integer("study", "seed")));
  }

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  [[nodiscard]] std::string title() const { return document_.text("study", "title"); }
  /// As the study names it; otherwise its first input, which every kind of study has.
  [[nodiscard]] std::string source() const {
    return document_.has("study", "source") ? document_.text("study", "source") : inputs_.front().name;
  }

  void stop_if_interrupted() const {
    if (settings_.control.stop.stop_requested()) throw Interrupted("interrupted");
  }

  /// Path of an input, its digest taken; empty when the study does not name one.
  std::filesystem::path input(std::string const& key) {
    std::filesystem::path path = document_.path("input", key);
    if (!path.empty()) pending_.push_back(path);
    return path;
  }

  /// After all inputs were read without a finding.
  void open_folder() {
    stop_if_interrupted();
    std::string identity = regio::version() + '\n' + kind_ + '\n' + std::to_string(seed_) + '\n' + document_.source();
    for (std::filesystem::path const& path : pending_) {
      InputFile file;
      file.name = std::filesystem::absolute(path)
                      .lexically_proximate(std::filesystem::absolute(settings_.input_folder / "."))
                      .generic_string();
      file.bytes = std::filesystem::file_size(path);
      file.sha256 = format::sha256_file(path);
      identity += '\n' + file.name + '\n' + file.sha256;
      inputs_.push_back(std::move(file));
    }
    folder_.emplace(settings_.folder, format::sha256(identity), settings_.existing);
  }

  [[nodiscard]] ReportContext report_context() const {
    ReportContext context;
    context.title = title();
    context.command_line = settings_.command_line;
    context.study_text = document_.source();
    for (InputFile const& file : inputs_) context.digests.emplace_back(file.name, file.sha256);
    context.device = engine_.device() == Device::cuda ? "CUDA" : "CPU";
    context.source = "Source: " + source() + "; own calculations.";
    return context;
  }

  /// Runs work that an interruption may end; what the folder holds then stays for --resume.
  template <class Work>
  auto resumable(Work&& work) {
    try {
      return work();
    } catch (Interrupted const&) {
      folder_->keep_unfinished();
      throw;
    }
  }

  [[nodiscard]] ResultFolder& folder() { return *folder_; }

  void write_results(std::vector<ResultTable> const& tables, format::Report const& report) {
    for (ResultTable const& table : tables) write(table.name, table.text);
    for (format::Figure const* const figure : format::figures_of(report)) {
      write("figures/" + figure->name + ".vl.json", format::specification_text(*figure));
    }
    write("report.html", format::render_html(report));
  }

  /// Writes the manifest and describes the run for the caller. `facts` are the study's own entries.
  RunSummary finish(Json const& facts, std::map<std::string, Index> outcomes, std::vector<std::string> warnings,
                    std::string headline) {
    Json manifest;
    manifest["regio"] = regio::version();
    manifest["kind"] = kind_;
    manifest["title"] = title();
    manifest["study"] = {{"sha256", format::sha256(document_.source())}, {"text", document_.source()}};
    manifest["seed"] = seed_;
    manifest["inputs"] = Json::array();
    for (InputFile const& file : inputs_) {
      manifest["inputs"].push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
    for (auto const& [key, value] : facts.items()) manifest[key] = value;
    manifest["outcomes"] = Json(outcomes);
    manifest["warnings"] = warnings;
    std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - clock_;
    manifest["run"] = {{"started", started_},
                       {"finished", utc_now()},
                       {"seconds", elapsed.count()},
                       {"device", engine_.description()},
                       {"threads", engine_.threads()}};
    RunSummary summary;
    summary.folder = folder_->path();
    summary.headline = std::move(headline);
    summary.problems = facts.value("problems", Index{0});
    summary.json = {{"kind", kind_},
                    {"title", title()},
                    {"folder", folder_->path().string()},
                    {"report", (folder_->path() / "report.html").string()},
                    {"headline", summary.headline}};
    for (auto const& [key, value] : facts.items()) summary.json[key] = value;
    summary.json["outcomes"] = manifest["outcomes"];
    summary.json["warnings"] = warnings;
    summary.json["files"] = names_;
    summary.json["files"].push_back("manifest.json");
    folder_->finish(std::move(manifest));
    summary.outcomes = std::move(outcomes);
    summary.warnings = std::move(warnings);
    return summary;
  }

 private:
  void write(std::string const& name, std::string const& content) {
    stop_if_interrupted();
    if (!folder_->has(name)) folder_->write(name, content);
    names_.push_back(name);
  }

  Engine& engine_;
  StudyDocument const& document_;
  std::string kind_;
  RunSettings const& settings_;
  std::string started_;
  std::chrono::steady_clock::time_point clock_ = std::chrono::steady_clock::now();
  std::uint64_t seed_ = 0;
  std::vector<std::filesystem::path> pending_;
  std::vector<InputFile> inputs_;
  std::vector<std::string> names_;
  std::optional<ResultFolder> folder_;
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
Geography read_geography(Run& run, std::optional<RegionsFile> const& regions, std::vector<std::string> const& unused,
                         RegionCodes const& codes, Findings& findings) {
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
  Run run(engine, document, "cluster", settings);
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
    return run.finish(facts, std::move(outcomes), std::move(warnings), report.summary);
  });
}

RunSummary run_dynamics_study(Engine& engine, StudyDocument const& document, RunSettings const& settings) {
  DynamicsOptions const options = dynamics_options(document, "dynamics");
  Run run(engine, document, "dynamics", settings);

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
  return kind == "dynamics" ? run_dynamics_study(engine, document, settings)
                            : run_cluster_study(engine, document, settings);
}

}  // namespace regio::study
