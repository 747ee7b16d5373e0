#include "study/points_study.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "cluster/kmeans_plan.hpp"
#include "study/change_watch.hpp"
#include "study/kmeans_keys.hpp"
#include "study/memory_limit.hpp"
#include "study/points_files.hpp"
#include "study/points_report.hpp"
#include "study/points_results.hpp"
#include "study/study_run.hpp"

namespace regio::study {
namespace {

using format::Findings;

constexpr char labels_name[] = "labels.npy";
constexpr std::int64_t usual_restarts = 10;
constexpr std::array criteria = {
    Word{"elbow", KCriterion::elbow}, Word{"calinski-harabasz", KCriterion::calinski_harabasz},
    Word{"davies-bouldin", KCriterion::davies_bouldin}, Word{"simplified-silhouette", KCriterion::silhouette}};
constexpr std::array inits = {Word{"k-means++", KmeansInit::kmeans_plus_plus},
                              Word{"k-means||", KmeansInit::kmeans_parallel}, Word{"random", KmeansInit::random}};

/// The files of a run, as they were when it began.
struct PointsInputs {
  PointsFile points;
  std::optional<PointWeights> weights;

  [[nodiscard]] PointsData data() const {
    return {.points = points.points(),
            .single_points = points.single_points(),
            .weights = weights ? weights->values() : VectorView<double const>()};
  }
  [[nodiscard]] std::vector<std::shared_ptr<format::UnchangedFile const>> files() const {
    std::vector<std::shared_ptr<format::UnchangedFile const>> files = {points.file};
    if (weights) files.push_back(weights->file);
    return files;
  }
  void require_unchanged() const {
    for (auto const& file : files()) file->require_unchanged();
  }
};

void refuse_too_many_clusters(format::StudyDocument const& document, PointsOptions const& options, Index points,
                              Findings& findings) {
  std::string const expected = fmt::format("at most the number of points, {}", points);
  if (options.k > points) findings.add(document.problem("clusters", "k", expected));
  if (options.k == 0 && options.choice.smallest > points) {
    findings.add(document.problem("clusters", "k_range", fmt::format("a smallest k of {}", expected)));
  }
}

PointsInputs read_inputs(StudyRun& run, format::StudyDocument const& document, PointsOptions const& options) {
  Findings findings;
  PointsInputs inputs;
  auto const file = run.unchanged_input("points");
  inputs.points = read_points(file, run.input("features"), findings);
  findings.throw_if_any();
  if (auto const weights = run.unchanged_input("weights")) {
    inputs.weights = read_point_weights(weights, inputs.points.count(), findings);
    if (options.k == 0 && options.criterion != KCriterion::elbow) {
      findings.add(document.problem("clusters", "k", "elbow or a whole number where points have weights"));
    }
  }
  refuse_too_many_clusters(document, options, inputs.points.count(), findings);
  if (options.choice.kmeans.init == KmeansInit::kmeans_parallel &&
      kmeans_regime(points_problem(inputs.data(), 1)) != KmeansRegime::large) {
    findings.add(
        document.problem("clusters", "init",
                         fmt::format("k-means++ or random: k-means|| is for float32 points, more than {} numbers",
                                     tiny_bytes / static_cast<Index>(sizeof(double)))));
  }
  findings.throw_if_any();
  return inputs;
}

/// The labels of every fit, behind the header of the result that one of them becomes: pages of the file, so that they
/// take none of the process's own memory.
class LabelsFile {
 public:
  LabelsFile(StudyRun& run, Index points, std::size_t fits)
      : points_(points), header_(format::npy_header({points}, "<i4")) {
    std::size_t const labels = static_cast<std::size_t>(points) * fits;
    file_ = run.map(labels_name, header_.size() + sizeof(std::int32_t) * labels);
    std::copy(header_.begin(), header_.end(), reinterpret_cast<char*>(file_->data()));
    labels_ = {reinterpret_cast<std::int32_t*>(file_->data() + header_.size()), static_cast<Index>(labels)};
  }

  [[nodiscard]] VectorView<std::int32_t> labels() const { return labels_; }

  /// Leaves the labels of one fit, counted from 1 as in all files, and makes them the result.
  void publish(StudyRun& run, std::size_t fit) {
    std::int32_t const* const chosen = labels_.data_handle() + static_cast<Index>(fit) * points_;
    std::transform(chosen, chosen + points_, labels_.data_handle(), [](std::int32_t label) { return label + 1; });
    file_->shorten(header_.size() + sizeof(std::int32_t) * static_cast<std::size_t>(points_));
    run.publish(labels_name, *file_);
  }

 private:
  Index points_;
  std::string header_;
  std::shared_ptr<format::MappedOutput> file_;
  VectorView<std::int32_t> labels_;
};

/// Fits, and tells a file that was changed meanwhile, or holds numbers that are none, from everything else that ends
/// the work.
PointsFits fit_inputs(Engine& engine, PointsOptions options, PointsInputs const& inputs, Control const& control,
                      VectorView<std::int32_t> labels) {
  ChangeWatch const watch(inputs.files(), control.stop);
  options.choice.kmeans.control = {.stop = watch.token(), .progress = control.progress};
  try {
    PointsFits fits = fit_points(engine, options, inputs.data(), labels);
    inputs.require_unchanged();
    return fits;
  } catch (Interrupted const&) {
    inputs.require_unchanged();
    throw;
  } catch (ContractError const& error) {
    inputs.require_unchanged();
    if (!error.where().ends_with("points")) throw;
    InputProblem const refused{.file = inputs.points.file->path().string(), .expected = error.what()};
    throw InputError({inputs.points.first_not_finite().value_or(refused)});
  }
}

}  // namespace

format::StudySchema points_schema() {
  StudySchema schema = study_schema("points", "Clusters of points in a file that may be larger than memory.",
                                    "Clusters of points", "of every random number; the same seed gives the same bytes");

  TableKeys input(schema, "input");
  input.file("points", "a .npy array [points, features] of float32 or float64", "points.npy");
  input.optional_file("features", "of a .npy array: names of its features, a table with the column `feature`",
                      "\"features.csv\"");
  input.optional_file("weights", "of a .npy array: the weight of each point, a .npy array [points]", "\"weights.npy\"");

  TableKeys clusters(schema, "clusters");
  clusters.integer_or_choice("k", "number of clusters, or the criterion that chooses it", criteria, 1, most_clusters);
  add_k_range_key(clusters);
  add_start_keys(clusters, usual_restarts, inits);
  add_elbow_key(clusters);
  add_stopping_keys(clusters);
  return schema;
}

PointsOptions points_options(format::StudyDocument const& document) {
  Findings findings;
  PointsOptions options;
  if (document.is_integer("clusters", "k")) {
    options.k = document.integer("clusters", "k");
  } else {
    options.criterion = value_of(criteria, document.text("clusters", "k"));
  }
  read_choice_of_k(document, options.choice, findings);
  options.choice.kmeans.init = value_of(inits, document.text("clusters", "init"));
  findings.throw_if_any();
  return options;
}

RunSummary run_points_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings) {
  PointsOptions options = points_options(document);
  StudyRun run(engine, document, "points", settings);
  options.choice.kmeans.seed = run.seed();
  PointsInputs const inputs = read_inputs(run, document, options);
  PointsData const data = inputs.data();
  std::vector<Index> const k = fitted_k(options, data.count());
  options.choice.kmeans.runs_at_once =
      runs_within_memory(settings.memory, points_problem(data, k.back()), engine.threads());

  run.open_folder();
  return run.resumable([&] {
    LabelsFile labels(run, data.count(), k.size());
    PointsFits const fits = fit_inputs(engine, options, inputs, settings.control, labels.labels());
    labels.publish(run, fits.chosen);
    format::Report const report = points_report(fits, options, inputs.points.features, run.report_context());
    run.write_results(points_tables(fits, inputs.points.features), report);

    std::map<std::string, Index> outcomes;
    for (PointsFit const& fit : fits.fits) ++outcomes[std::string(name(fit.outcome))];
    RunSummary summary =
        run.finish(points_json(fits, inputs.points.features), std::move(outcomes), fits.warnings, report.summary);
    if (!summary.all_converged()) summary.unsolved = "not every fit converged; fits.csv says which";
    return summary;
  });
}

}  // namespace regio::study
