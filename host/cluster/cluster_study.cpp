#include <regio/cluster_study.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include <regio/error.hpp>

#include "cluster/bootstrap.hpp"
#include "cluster/chain.hpp"
#include "cluster/label_order.hpp"
#include "cluster/study_memory.hpp"
#include "cluster/study_plan.hpp"
#include "core/backend.hpp"
#include "core/workers.hpp"
#include "format/year_ranges.hpp"

namespace regio {
namespace {

constexpr KCriterion criteria[] = {
    KCriterion::elbow, KCriterion::calinski_harabasz, KCriterion::davies_bouldin, KCriterion::silhouette,
    KCriterion::gap,   KCriterion::stability};

/// The study while it is made: what every step reads and the report that they fill.
struct Study {
  ClusterStudyOptions const& options;
  std::vector<GroupData> groups;
  Index start = 0;
  std::vector<NeighbourPair> neighbours = {};
  ChoiceOfKOptions choice = {};    ///< of the fits for every k, a given k included
  std::uint64_t batch_memory = 0;  ///< what a step's batches may take; 0: no limit
  ClusterStudyReport report = {};

  [[nodiscard]] Index years() const { return static_cast<Index>(report.indicators.years.size()); }
  [[nodiscard]] Index regions() const { return static_cast<Index>(report.indicators.regions.size()); }
  [[nodiscard]] MatrixView<double const> points(std::size_t g) const {
    return {groups[g].values.data(), years() * regions(), static_cast<Index>(groups[g].indicators.size())};
  }
  /// The k range that criteria choose from.
  [[nodiscard]] ChoiceOfKOptions candidates() const {
    ChoiceOfKOptions range = choice;
    range.largest = std::min(range.largest, options.choice.largest);
    return range;
  }
  void warn(std::string text) { report.warnings.push_back(std::move(text)); }
};

ChoiceOfKOptions choice_options(ClusterStudyOptions const& options) {
  ChoiceOfKOptions choice = options.choice;
  choice.largest = std::max(choice.largest, options.k);
  choice.kmeans.seed = options.seed;
  choice.kmeans.control = options.control;
  choice.memory = 0;
  return choice;
}

/// Throws InputError when the limit of memory is too low for the study.
void divide_memory(Engine const& engine, Study& study) {
  if (study.options.memory == 0) return;
  StudyShape shape{study.regions(), study.years(), {}};
  for (GroupData const& group : study.groups) shape.features.push_back(static_cast<Index>(group.indicators.size()));
  StudyMemory const needed = study_memory(study.options, shape, engine.threads());
  if (needed.least > study.options.memory) {
    InputProblem problem;
    problem.field = "memory";
    problem.found = std::to_string(study.options.memory);
    problem.expected = "at least " + std::to_string(needed.least) + " bytes for this study";
    throw InputError({std::move(problem)});
  }
  study.batch_memory = study.choice.memory = study.options.memory - needed.kept;
}

void fit_every_k(Engine& engine, Study& study) {
  if (study.choice.largest > study.regions()) {
    study.warn("k goes up to " + std::to_string(study.regions()) + ", the number of regions, not to " +
               std::to_string(study.choice.largest) + " as asked");
    study.choice.largest = study.regions();
    study.choice.smallest = std::min(study.choice.smallest, study.choice.largest);
  }
  std::vector<MatrixView<double const>> data;
  for (std::size_t g = 0; g < study.groups.size(); ++g) {
    ChainSeries series;
    series.points = study.points(g);
    series.years = study.years();
    for (Index y = 0; y < study.years(); ++y) data.push_back(series.year(y));
  }
  KSweeps sweeps = sweep_k(engine, study.choice, data);
  study.report.problems += sweeps.problems;
  study.report.fits += sweeps.runs;
  Index const stopped = std::count(sweeps.fits.outcome.begin(), sweeps.fits.outcome.end(), Outcome::iteration_limit);
  if (stopped > 0) {
    study.warn(std::to_string(stopped) + " of " + std::to_string(sweeps.fits.size()) +
               " fits for the choice of k ended at the limit of " + std::to_string(study.choice.kmeans.max_iterations) +
               " iterations");
  }
  auto next = std::make_move_iterator(sweeps.sweeps.begin());
  for (GroupData const& data_of_group : study.groups) {
    GroupStudy& group = study.report.groups.emplace_back();
    group.group = data_of_group.name;
    group.indicators = data_of_group.indicators;
    group.sweeps.assign(next, next + study.years());
    next += study.years();
  }
}

std::vector<KSweep const*> sweeps_of(GroupStudy const& group) {
  std::vector<KSweep const*> sweeps;
  for (KSweep const& sweep : group.sweeps) sweeps.push_back(&sweep);
  return sweeps;
}

/// The k that the study's criterion chooses; 0: none satisfies it.
Index chosen_k(Study const& study, std::vector<KSweep const*> const& sweeps) {
  return choose_k(sweeps, study.options.criterion, study.candidates());
}

/// The k for where the criterion chooses none: the largest candidate, with a warning.
Index largest_candidate(Study& study, std::string const& where) {
  ChoiceOfKOptions const candidates = study.candidates();
  study.warn("no k from " + std::to_string(candidates.smallest) + " to " + std::to_string(candidates.largest) +
             " satisfies the criterion " + std::string(name(study.options.criterion)) + where + "; " +
             std::to_string(candidates.largest) + " is used");
  return candidates.largest;
}

/// k of every year of a group by itself.
std::vector<Index> choose_k_by_year(Study& study, GroupStudy const& group) {
  std::vector<Index> clusters;
  std::vector<int> undecided;
  for (std::size_t y = 0; y < group.sweeps.size(); ++y) {
    clusters.push_back(chosen_k(study, {&group.sweeps[y]}));
    if (clusters.back() == 0) undecided.push_back(study.report.indicators.years[y]);
  }
  if (undecided.empty()) return clusters;
  Index const largest = largest_candidate(study, " in group " + group.group + ", " + format::year_ranges(undecided));
  std::replace(clusters.begin(), clusters.end(), Index{0}, largest);
  return clusters;
}

/// k of every group and year, and what each criterion would choose.
std::vector<std::vector<Index>> choose_every_k(Study& study) {
  ClusterStudyOptions const& options = study.options;
  std::vector<KSweep const*> all;
  for (GroupStudy& group : study.report.groups) {
    std::vector<KSweep const*> const own = sweeps_of(group);
    for (KCriterion const criterion : criteria) {
      group.chosen_by_criterion.push_back(choose_k(own, criterion, study.candidates()));
    }
    all.insert(all.end(), own.begin(), own.end());
  }
  for (KCriterion const criterion : criteria) {
    study.report.chosen_by_criterion.push_back(choose_k(all, criterion, study.candidates()));
  }
  Index common = options.k;
  if (common == 0 && options.k_scope == KScope::all) {
    common = chosen_k(study, all);
    if (common == 0) common = largest_candidate(study, "");
  }
  std::vector<std::vector<Index>> clusters;
  for (GroupStudy const& group : study.report.groups) {
    if (common == 0 && options.k_scope == KScope::year) {
      clusters.push_back(choose_k_by_year(study, group));
      continue;
    }
    Index k = common;
    if (k == 0) k = chosen_k(study, sweeps_of(group));
    if (k == 0) k = largest_candidate(study, " in group " + group.group);
    clusters.emplace_back(static_cast<std::size_t>(study.years()), k);
  }
  return clusters;
}

ChainOptions chain_options(Study const& study) {
  return {study.options.chain, study.start, study.options.alignment, study.options.guard_share, study.choice.kmeans};
}

std::vector<ChainSeries> chain_series(Study const& study, std::vector<std::vector<Index>> const& clusters) {
  std::vector<ChainSeries> series;
  for (std::size_t g = 0; g < study.groups.size(); ++g) {
    series.push_back({study.points(g), study.years(), {}, clusters[g]});
  }
  return series;
}

void warn_of_fits(Study& study, std::string const& group, ChainedSeries const& chain) {
  std::vector<int> unfinished;
  std::map<Index, std::vector<int>> coinciding;  // by k
  for (std::size_t y = 0; y < chain.years.size(); ++y) {
    int const year = study.report.indicators.years[y];
    if (chain.years[y].outcome == Outcome::iteration_limit) unfinished.push_back(year);
    if (chain.years[y].coinciding) coinciding[chain.years[y].k].push_back(year);
  }
  if (!unfinished.empty()) {
    study.warn(group + ", " + format::year_ranges(unfinished) + ": the fit ended at the limit of " +
               std::to_string(study.choice.kmeans.max_iterations) + " iterations");
  }
  for (auto const& [k, years] : coinciding) {
    study.warn(group + ", " + format::year_ranges(years) + ": regions coincide, so that fewer than " +
               std::to_string(k) + " clusters have members");
  }
}

double distance_between(VectorView<double const> a, double const* b) {
  double sum = 0;
  for (Index j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

/// Means of the members of each cluster in the indicators' units, [cluster, indicator of the group].
std::vector<double> member_means(Indicators const& indicators, std::vector<Index> const& members, Index year,
                                 VectorView<std::int32_t const> labels, Index clusters) {
  std::size_t const d = members.size();
  std::vector<double> sum(static_cast<std::size_t>(clusters) * d);
  std::vector<double> count(static_cast<std::size_t>(clusters));
  for (Index r = 0; r < labels.size(); ++r) {
    auto const c = static_cast<std::size_t>(labels[r]);
    count[c] += 1;
    for (std::size_t j = 0; j < d; ++j) {
      sum[c * d + j] += indicators.values[static_cast<std::size_t>(indicators.offset(year, r, members[j]))];
    }
  }
  for (std::size_t c = 0; c < count.size(); ++c) {
    for (std::size_t j = 0; j < d; ++j) {
      double& mean = sum[c * d + j];
      mean = count[c] > 0 ? mean / count[c] : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return sum;
}

/// The chain's years as the report has them, in the chain's numbers.
std::vector<YearFit> year_fits(Study const& study, std::size_t g, ChainedSeries const& chain) {
  Index const d = study.points(g).columns();
  std::vector<YearFit> fits;
  for (std::size_t y = 0; y < chain.years.size(); ++y) {
    ChainedYear const& year = chain.years[y];
    YearFit fit;
    fit.k = year.k;
    fit.inertia = year.inertia;
    fit.best_inertia = study.report.groups[g].sweeps[y].scores[static_cast<std::size_t>(year.k - 1)].inertia;
    fit.iterations = year.iterations;
    fit.restarts = year.restarts;
    fit.outcome = year.outcome;
    fit.guarded = year.guarded;
    fit.centres.assign(static_cast<std::size_t>(chain.numbers * d), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t c = 0; c < year.number.size(); ++c) {
      std::copy_n(year.centres.begin() + static_cast<Index>(c) * d, d, fit.centres.begin() + year.number[c] * d);
    }
    for (Index r = 0; r < study.regions(); ++r) {
      Index const row = static_cast<Index>(y) * study.regions() + r;
      double const* const centre =
          &fit.centres[static_cast<std::size_t>(chain.labels[static_cast<std::size_t>(row)] * d)];
      fit.distance.push_back(distance_between(study.points(g).row(row), centre));
    }
    fits.push_back(std::move(fit));
  }
  return fits;
}

/// What decides the order in one year.
OrderedPoints points_of_year(Study const& study, ClusterHistory const& history, YearFit const& fit, Index year) {
  OrderedPoints points{history.year(year), fit.distance, {}};
  if (!study.report.target.empty()) {
    points.target = {study.report.target.data() + year * study.regions(), study.regions()};
  }
  return points;
}

/// Places of the numbers by the year that the chain starts in, or by all years where there is one typology.
std::vector<std::int32_t> anchor_places(Study const& study, GroupStudy const& group) {
  if (study.options.chain != Chain::pooled) {
    YearFit const& fit = group.years[static_cast<std::size_t>(study.start)];
    return label_places(study.options.order, points_of_year(study, group.history, fit, study.start),
                        group.history.clusters);
  }
  std::vector<double> distance;
  for (YearFit const& fit : group.years) distance.insert(distance.end(), fit.distance.begin(), fit.distance.end());
  return label_places(study.options.order, {group.history.labels, distance, study.report.target},
                      group.history.clusters);
}

void renumber(GroupStudy& group, std::vector<std::int32_t> const& place) {
  for (std::int32_t& label : group.history.labels) label = place[static_cast<std::size_t>(label)];
  std::size_t const d = group.indicators.size();
  for (YearFit& fit : group.years) {
    std::vector<double> centres(fit.centres.size());
    for (std::size_t c = 0; c < place.size(); ++c) {
      std::copy_n(fit.centres.data() + c * d, d, centres.data() + static_cast<std::size_t>(place[c]) * d);
    }
    fit.centres = std::move(centres);
  }
}

/// Numbers that a reader sees, [year, cluster].
std::vector<Index> shown_numbers(Study const& study, GroupStudy const& group) {
  std::vector<Index> shown;
  std::size_t const d = group.indicators.size();
  for (Index y = 0; y < study.years(); ++y) {
    YearFit const& fit = group.years[static_cast<std::size_t>(y)];
    std::vector<std::int32_t> place;
    if (study.options.order_scope == OrderScope::each_year) {
      place = label_places(study.options.order, points_of_year(study, group.history, fit, y), group.history.clusters);
    } else {
      for (std::int32_t c = 0; c < group.history.clusters; ++c) place.push_back(c);
    }
    for (std::size_t c = 0; c < place.size(); ++c) {
      shown.push_back(std::isnan(fit.centres[c * d]) ? 0 : place[c] + 1);
    }
  }
  return shown;
}

void fill_group(Study& study, std::size_t g, ChainedSeries const& chain) {
  GroupStudy& group = study.report.groups[g];
  Indicators const& indicators = study.report.indicators;
  warn_of_fits(study, group.group, chain);
  group.history = {indicators.regions, indicators.years, chain.numbers, chain.labels};
  group.years = year_fits(study, g, chain);
  renumber(group, anchor_places(study, group));
  group.shown_number = shown_numbers(study, group);
  for (Index y = 0; y < study.years(); ++y) {
    group.years[static_cast<std::size_t>(y)].means =
        member_means(indicators, group.indicators, y, group.history.year(y), group.history.clusters);
  }
  group.dynamics = cluster_dynamics(group.history, study.options.dynamics);
  if (!study.report.target.empty()) {
    group.ranking = rank_clusters(group.history, {study.report.target.data(), study.years(), study.regions()});
  }
}

void count_joins(Engine& engine, Study& study) {
  if (study.neighbours.empty()) return;
  for (GroupStudy& group : study.report.groups) group.contiguity.resize(static_cast<std::size_t>(study.years()));
  JoinCountOptions options;
  options.seed = study.options.seed;
  auto const groups = static_cast<Index>(study.report.groups.size());
  engine.backend().workers().for_each(groups * study.years(), [&](Index task, int) {
    GroupStudy& group = study.report.groups[static_cast<std::size_t>(task / study.years())];
    Index const y = task % study.years();
    group.contiguity[static_cast<std::size_t>(y)] = join_count(group.history.year(y), study.neighbours, options);
  });
}

/// Consensus of the groups in every year; each year's numbers agree with the year before as far as possible.
void unify(Study& study) {
  ClusterStudyReport& report = study.report;
  if (report.groups.size() < 2) return;
  Index clusters = study.options.unified_clusters;
  for (GroupStudy const& group : report.groups) {
    for (YearFit const& fit : group.years) {
      if (study.options.unified_clusters == 0) clusters = std::max(clusters, fit.k);
    }
  }
  clusters = std::min(clusters, study.regions());
  for (Index y = 0; y < study.years(); ++y) {
    std::vector<VectorView<std::int32_t const>> labellings;
    for (GroupStudy const& group : report.groups) labellings.push_back(group.history.year(y));
    Consensus consensus = consensus_clusters(labellings, clusters);
    if (y > 0) {
      std::vector<std::int32_t> const number =
          align_by_overlap(report.unified.back().labels, clusters, consensus.labels, clusters);
      for (std::int32_t& label : consensus.labels) label = number[static_cast<std::size_t>(label)];
    }
    report.unified.push_back({std::move(consensus.labels), std::move(consensus.agreement)});
  }
}

void run_bootstrap(Engine& engine, Study& study, std::vector<ChainSeries> const& series) {
  if (study.options.bootstrap == 0) return;
  std::vector<BootstrapGroup> groups;
  for (std::size_t g = 0; g < series.size(); ++g) groups.push_back({series[g], &study.report.groups[g].history});
  BootstrapOptions bootstrap{study.options.bootstrap, chain_options(study), study.options.bootstrap_store,
                             study.options.control.progress};
  bootstrap.chain.kmeans.control.progress = nullptr;
  bootstrap.memory = study.batch_memory;
  if (study.options.bootstrap_restarts > 0) bootstrap.chain.kmeans.restarts = study.options.bootstrap_restarts;
  BootstrapResult result = bootstrap_chains(engine, bootstrap, groups);
  study.report.problems += result.problems;
  study.report.fits += result.fits;
  for (std::size_t g = 0; g < groups.size(); ++g) study.report.groups[g].bootstrap = std::move(result.groups[g]);
}

}  // namespace

ClusterStudyReport cluster_study(Engine& engine, ClusterStudyOptions const& options, Panel const& panel,
                                 std::vector<IndicatorDefinition> const& definitions,
                                 std::vector<NeighbouringRegions> const& neighbours) {
  check_study_options(options);
  Study study{options, {}, 0, {}, choice_options(options)};
  study.report.indicators = compute_indicators(panel, definitions, options.indicators);
  Indicators const& indicators = study.report.indicators;
  study.report.warnings = indicators.warnings;
  study.groups = group_data(indicators, definitions);
  study.start = start_position(options, indicators.years);
  check_regions(options, indicators);
  study.neighbours = neighbour_pairs(neighbours, indicators, panel);
  Target target = find_target(options.target, indicators, panel);
  study.report.target = std::move(target.values);
  study.report.target_label = std::move(target.label);
  study.report.target_unit = std::move(target.unit);
  study.report.indicator_dynamics = indicator_dynamics(indicators);
  study.report.integral = integral_indicators(indicators, options.indicators, options.integral);

  divide_memory(engine, study);
  fit_every_k(engine, study);
  std::vector<ChainSeries> const series = chain_series(study, choose_every_k(study));
  Chains const chains = run_chains(engine, chain_options(study), series);
  study.report.problems += chains.problems;
  study.report.fits += chains.fits;
  for (std::size_t g = 0; g < series.size(); ++g) fill_group(study, g, chains.series[g]);
  count_joins(engine, study);
  unify(study);
  run_bootstrap(engine, study, series);
  return std::move(study.report);
}

}  // namespace regio
