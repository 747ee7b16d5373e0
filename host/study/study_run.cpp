#include "study/study_run.hpp"

#include <ctime>
#include <utility>

#include <regio/version.hpp>

#include "format/digest.hpp"

namespace regio::study {
namespace {

using format::Json;

std::string utc_now() {
  std::time_t const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

StudyRun::StudyRun(Engine& engine, format::StudyDocument const& document, std::string kind, RunSettings const& settings)
    : engine_(engine), document_(document), kind_(std::move(kind)), settings_(settings), started_(utc_now()) {
  seed_ = settings.seed.value_or(static_cast<std::uint64_t>(document.integer("study", "seed")));
}

std::string StudyRun::source() const {
  return document_.has("study", "source") ? document_.text("study", "source") : inputs_.front().name;
}

void StudyRun::stop_if_interrupted() const {
  if (settings_.control.stop.stop_requested()) throw Interrupted("interrupted");
}

std::filesystem::path StudyRun::input(std::string const& key) {
  std::filesystem::path path = document_.path("input", key);
  if (!path.empty()) pending_.push_back({path, nullptr});
  return path;
}

std::shared_ptr<format::UnchangedFile const> StudyRun::unchanged_input(std::string const& key) {
  std::filesystem::path const path = document_.path("input", key);
  if (path.empty()) return nullptr;
  auto file = std::make_shared<format::UnchangedFile const>(path);
  pending_.push_back({path, file});
  return file;
}

std::vector<std::filesystem::path> StudyRun::input_folder(std::vector<std::filesystem::path> files) {
  for (std::filesystem::path const& path : files) pending_.push_back({path, nullptr});
  return files;
}

void StudyRun::open_folder() {
  stop_if_interrupted();
  std::string identity = regio::version() + '\n' + kind_ + '\n' + std::to_string(seed_) + '\n' + document_.source();
  for (PendingInput const& input : pending_) {
    InputFile file = describe(input);
    identity += '\n' + file.name + '\n' + file.sha256;
    inputs_.push_back(std::move(file));
  }
  folder_.emplace(settings_.folder, format::sha256(identity), settings_.existing);
}

StudyRun::InputFile StudyRun::describe(PendingInput const& input) const {
  InputFile file;
  file.name = std::filesystem::absolute(input.path)
                  .lexically_proximate(std::filesystem::absolute(settings_.input_folder / "."))
                  .generic_string();
  if (input.mapped) {
    file.bytes = input.mapped->bytes().size();
    file.sha256 = format::sha256(input.mapped->bytes(), settings_.control.stop);
    input.mapped->require_unchanged();
  } else {
    file.bytes = std::filesystem::file_size(input.path);
    file.sha256 = format::sha256_file(input.path);
  }
  return file;
}

ReportContext StudyRun::report_context() const {
  ReportContext context;
  context.title = title();
  context.command_line = settings_.command_line;
  context.study_text = document_.source();
  for (InputFile const& file : inputs_) context.digests.emplace_back(file.name, file.sha256);
  context.device = engine_.device() == Device::cuda ? "CUDA" : "CPU";
  context.source = "Source: " + source() + "; own calculations.";
  return context;
}

std::shared_ptr<format::MappedOutput> StudyRun::map(std::string const& name, std::size_t bytes) {
  return folder_->map(name, bytes);
}

void StudyRun::publish(std::string const& name, format::MappedOutput& file) {
  stop_if_interrupted();
  if (!folder_->has(name)) folder_->publish(name, file);
  names_.push_back(name);
}

void StudyRun::write_results(std::vector<ResultTable> const& tables, format::Report const& report) {
  for (ResultTable const& table : tables) write(table.name, table.text);
  for (format::Figure const* const figure : format::figures_of(report)) {
    write("figures/" + figure->name + ".vl.json", format::specification_text(*figure));
  }
  write("report.html", format::render_html(report));
}

RunSummary StudyRun::finish(Json const& facts, std::map<std::string, Index> outcomes, std::vector<std::string> warnings,
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

RunSummary StudyRun::finish_problem(Json facts, Json result, Outcome outcome, std::vector<std::string> warnings,
                                    std::string headline, std::vector<std::string> const& explanation) {
  facts["problems"] = 1;
  facts["results"] = Json::array({std::move(result)});
  RunSummary summary =
      finish(facts, {{std::string(regio::name(outcome)), 1}}, std::move(warnings), std::move(headline));
  for (std::string const& sentence : explanation) {
    summary.unsolved += (summary.unsolved.empty() ? "" : "\n") + sentence;
  }
  return summary;
}

void StudyRun::write(std::string const& name, std::string const& content) {
  stop_if_interrupted();
  if (!folder_->has(name)) folder_->write(name, content);
  names_.push_back(name);
}

}  // namespace regio::study
