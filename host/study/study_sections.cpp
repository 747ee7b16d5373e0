#include "study/study_sections.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "study/figures/bootstrap_figures.hpp"
#include "study/figures/choice_figures.hpp"
#include "study/figures/profile_figures.hpp"
#include "study/figures/standing_figures.hpp"

namespace regio::study {
namespace {

using format::Notice;
using format::Paragraph;
using format::ReportSection;

/// Rows of a table that would make the page heavy.
constexpr std::size_t most_table_rows = 1000;

std::string k_text(std::vector<Index> const& all) {
  std::vector<std::string> words;
  for (Index const k : all) words.push_back(std::to_string(k));
  return enumeration(words);
}

std::string normalisation_text(IndicatorOptions const& options) {
  static constexpr std::array<char const*, 5> names = {"share of the best", "min-max", "z-score", "robust", "none"};
  std::string text = names[static_cast<std::size_t>(options.normalisation)];
  if (options.normalisation == Normalisation::none) return text;
  text += options.scope == NormalisationScope::year ? ", within each year" : ", over the whole panel";
  if (options.normalisation == Normalisation::share_of_best &&
      options.reference == NormalisationReference::own_history) {
    text += ", against the region's own best";
  }
  return text;
}

std::string missing_text(IndicatorOptions const& options) {
  switch (options.missing) {
    case MissingPolicy::error: return "none allowed";
    case MissingPolicy::drop_region: return "regions with gaps are left out";
    case MissingPolicy::drop_indicator: return "indicators with gaps are left out";
    case MissingPolicy::carry_forward: return "the last earlier value";
    case MissingPolicy::interpolate: return "straight line between neighbouring years";
    case MissingPolicy::nearest_regions: return "mean of the " + std::to_string(options.nearest) + " nearest regions";
  }
  return "";
}

std::string chain_text(ClusterStudyOptions const& options) {
  std::string const direction = options.direction == ChainDirection::forward ? "forward" : "backward";
  std::string const alignment = options.alignment == Alignment::overlap ? "shared members" : "distance of the centres";
  switch (options.chain) {
    case Chain::warm: return "warm, " + direction + ": each year starts from the centres of the year before";
    case Chain::independent: return "independent: the best restart of each year, numbers aligned by " + alignment;
    case Chain::guarded:
      return "guarded, " + direction + ": warm, but left for the best restart where that is better by more than " +
             short_number(100 * options.guard_share) + " %";
    case Chain::pooled: return "pooled: one typology over all years";
  }
  return "";
}

std::string order_text(ClusterStudyOptions const& options) {
  std::string text;
  switch (options.order) {
    case LabelOrder::mean_distance: text = "by mean distance of the members to their centre, the tightest first"; break;
    case LabelOrder::target: text = "by the target indicator"; break;
    case LabelOrder::size: text = "by size"; break;
    case LabelOrder::none: return "as the fit found them";
  }
  return text +
         (options.order_scope == OrderScope::anchor ? ", in the chain's first year, then carried" : ", each year");
}

std::string integral_text(ClusterStudyOptions const& options) {
  return options.integral == IntegralMethod::mean_deviation ? "the mean of the group's normalised values"
                                                            : "the first principal component of the group";
}

ReportTable choices_table(ClusterStudyReport const& study, ClusterStudyOptions const& options) {
  ReportTable table{.name = "choices", .caption = "The choices made", .columns = {"Choice", "Value"}};
  auto const add = [&](std::string const& choice, std::string const& value) { table.rows.push_back({choice, value}); };
  add("Missing values", missing_text(options.indicators));
  add("Normalisation", normalisation_text(options.indicators));
  add("Number of clusters", options.k > 0 ? "given: " + std::to_string(options.k)
                                          : "chosen by " + criterion_label(options.criterion) + " from " +
                                                std::to_string(options.choice.smallest) + " to " +
                                                std::to_string(options.choice.largest));
  if (options.k == 0) {
    add("One k for", options.k_scope == KScope::all     ? "all groups and years"
                     : options.k_scope == KScope::group ? "each group"
                                                        : "each group and year");
  }
  add("Restarts of each fit",
      std::to_string(options.choice.kmeans.restarts) + ", " +
          (options.choice.kmeans.init == KmeansInit::random ? "from random points" : "k-means++"));
  add("Chain", chain_text(options));
  add("Numbers of the clusters", order_text(options));
  add("Integral indicator", integral_text(options));
  add("Seed", std::to_string(options.seed));
  add("Fits made", std::to_string(study.fits) + " in " + std::to_string(study.problems) + " problems");
  return table;
}

ReportTable outcomes_table(ClusterStudyReport const& study) {
  ReportTable table{.name = "outcomes",
                    .caption = "Fits that did not converge",
                    .columns = {"Group", "Year", "k", "Outcome", "Iterations"},
                    .file = "fits.csv"};
  for (auto const& group : study.groups) {
    for (std::size_t y = 0; y < group.years.size(); ++y) {
      YearFit const& fit = group.years[y];
      if (fit.outcome == Outcome::converged) continue;
      table.rows.push_back({group.group, std::to_string(study.indicators.years[y]), static_cast<double>(fit.k),
                            std::string(name(fit.outcome)), static_cast<double>(fit.iterations)});
    }
  }
  return table;
}

ReportTable fills_table(Indicators const& indicators, FigureContext const& context) {
  ReportTable table{.name = "fills",
                    .caption = "Values put where the panel had gaps",
                    .columns = {"Region", "Year", "Indicator", "Value", "Rule"},
                    .file = "fills.csv"};
  for (auto const& fill : indicators.fills) {
    if (table.rows.size() == most_table_rows) break;
    table.rows.push_back(
        {context.label(fill.region), std::to_string(fill.year), fill.indicator, fill.value, fill.rule});
  }
  if (table.rows.size() < indicators.fills.size()) {
    table.note =
        "The first " + std::to_string(table.rows.size()) + " of " + std::to_string(indicators.fills.size()) + " fills.";
  }
  return table;
}

ReportTable shown_numbers_table(GroupStudy const& group, GroupName const& name) {
  ReportTable table{
      .name = name.name("numbers"),
      .caption = name.headline("numbers in the order of each year"),
      .columns = {"Year"},
      .note =
          "The columns are the numbers that clusters keep through the years, with their colours; the cells "
          "are their places in the year's own order."};
  auto const k = static_cast<std::size_t>(group.history.clusters);
  add_cluster_columns(table, k);
  for (std::size_t y = 0; y < group.history.years.size(); ++y) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(std::to_string(group.history.years[y]));
    for (std::size_t c = 0; c < k; ++c) {
      Index const shown = group.shown_number[y * k + c];
      row.emplace_back(shown == 0 ? std::nan("") : static_cast<double>(shown));
    }
  }
  return table;
}

ReportTable contiguity_table(GroupStudy const& group, GroupName const& name) {
  ReportTable table{
      .name = name.name("contiguity"),
      .caption = name.headline("do neighbours share a cluster?"),
      .columns = {"Year", "Clusters", "Neighbouring pairs", "In one cluster", "Expected by chance", "Ratio", "p"},
      .note =
          "Join count (Cliff and Ord 1981). By chance: clusters of the same sizes dealt out to the regions at "
          "random. p: share of random orders in which at least as many neighbours share a cluster.",
      .file = "contiguity.csv"};
  for (std::size_t y = 0; y < group.contiguity.size(); ++y) {
    JoinCount const& joins = group.contiguity[y];
    table.rows.push_back({std::to_string(group.history.years[y]), static_cast<double>(joins.clusters),
                          static_cast<double>(joins.pairs), static_cast<double>(joins.same_cluster), joins.expected,
                          joins.ratio, joins.p_value});
  }
  return table;
}

std::string transform_text(IndicatorDefinition const& definition) {
  std::string text = definition.series;
  if (!definition.per.empty()) text += " / " + definition.per;
  if (definition.transform == Transform::growth) text = "growth of " + text;
  if (definition.transform == Transform::share) text = "share in the total of " + text;
  if (definition.scale != 1) text += " x " + short_number(definition.scale);
  return text;
}

}  // namespace

ReportTable groups_table(ClusterStudyReport const& study, DynamicsOptions const& options) {
  ReportTable table{
      .name = "groups",
      .caption = "The groups of indicators at a glance",
      .columns = {"Group", "Indicators", "Clusters", "Stable regions", "Slowly changing", "Unstable", "Moves"},
      .note = options.classes == StabilityRule::modal
                  ? "Stable: nearly always in one cluster; unstable: seen in many. The thresholds stand below."
                  : "Stable: hardly ever moves; unstable: moves in half of the years or more."};
  for (auto const& group : study.groups) {
    std::array<Index, 3> classes{};
    Index moves = 0;
    for (auto const& region : group.dynamics.regions) {
      ++classes[static_cast<std::size_t>(region.stability)];
      moves += region.changes;
    }
    auto& row = table.rows.emplace_back();
    row.emplace_back(group.group);
    row.emplace_back(static_cast<double>(group.indicators.size()));
    row.emplace_back(k_text(distinct_k(group)));
    for (Index const count : classes) row.emplace_back(static_cast<double>(count));
    row.emplace_back(static_cast<double>(moves));
  }
  return table;
}

format::ReportSection profile_section(GroupStudy const& group, ClusterStudyReport const& study,
                                      ClusterStudyOptions const& options, GroupName const& name,
                                      FigureContext const& context) {
  ReportSection section{.name = name.name("profiles"), .title = name.headline("what the clusters are like")};
  ReportTable portraits = portraits_table(group, study.indicators, name, context);
  if (!portraits.rows.empty()) section.items.emplace_back(std::move(portraits));
  section.items.emplace_back(profiles_figure(group, study.indicators, options.indicators, name, context));
  if (group.ranking) {
    section.items.emplace_back(
        ranking_figure(group.history, *group.ranking, study.target_label, study.target_unit, name, context));
  }
  if (!group.contiguity.empty()) section.items.emplace_back(contiguity_table(group, name));
  if (options.order_scope == OrderScope::each_year) section.items.emplace_back(shown_numbers_table(group, name));
  return section;
}

format::ReportSection standing_section(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                                       FigureContext const& context) {
  ReportSection section{.name = "standing", .title = "Where the regions stand"};
  section.items.emplace_back(Paragraph{"In each group and year the regions are ranked by an integral indicator: " +
                                       integral_text(options) + ". Rank 1 is the best."});
  for (std::size_t g = 0; g < study.integral.size(); ++g) {
    IntegralIndicator const& integral = study.integral[g];
    section.items.emplace_back(
        integral_figure(integral, study.indicators, {integral.group, g, study.integral.size()}, context));
    if (options.integral == IntegralMethod::principal_component) {
      section.items.emplace_back(Paragraph{"The first principal component of " + integral.group + " explains " +
                                           short_number(100 * integral.explained) + " % of the variance."});
    }
  }
  if (study.integral.size() > 1) section.items.emplace_back(group_profile_figure(study, context));
  if (!study.unified.empty()) section.items.emplace_back(unified_figure(study, options.dynamics, context));
  return section;
}

format::ReportSection trust_section(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                                    FigureContext const& context) {
  ReportSection section{.name = "trust", .title = "Can it be trusted?"};
  section.items.emplace_back(choices_table(study, options));
  section.items.emplace_back(elbow_figure(study, options, context));
  section.items.emplace_back(criteria_figure(study, options, context));
  section.items.emplace_back(chain_cost_figure(study, options, context));
  bool const resampled = std::any_of(study.groups.begin(), study.groups.end(),
                                     [](GroupStudy const& group) { return group.bootstrap.has_value(); });
  if (resampled) {
    section.items.emplace_back(bootstrap_agreement_figure(study, context));
    for (std::size_t g = 0; g < study.groups.size(); ++g) {
      if (!study.groups[g].bootstrap) continue;
      GroupName const name{study.groups[g].group, g, study.groups.size()};
      section.items.emplace_back(bootstrap_clusters_figure(study.groups[g], name, context));
      section.items.emplace_back(bootstrap_regions_table(study.groups[g], name, context));
    }
  } else {
    section.items.emplace_back(
        Notice{"No bootstrap was asked for, so this report does not say how the clusters would change "
               "with other regions. [clusters] bootstrap = 200 adds it.",
               false});
  }
  ReportTable outcomes = outcomes_table(study);
  if (outcomes.rows.empty()) {
    section.items.emplace_back(Paragraph{"Every fit of the study converged."});
  } else {
    section.items.emplace_back(std::move(outcomes));
  }
  if (!study.indicators.fills.empty()) section.items.emplace_back(fills_table(study.indicators, context));
  return section;
}

format::ReportSection indicators_section(ClusterStudyReport const& study, FigureContext const& context) {
  ReportSection section{.name = "indicators", .title = "The indicators", .folded = true};
  Indicators const& indicators = study.indicators;
  ReportTable definitions{
      .name = "indicators", .caption = "Indicators", .columns = {"Indicator", "Unit", "Group", "Better", "Made from"}};
  for (auto const& definition : indicators.definitions) {
    definitions.rows.push_back({indicator_label(definition), definition.unit, definition.group,
                                definition.direction == Direction::higher_is_better ? "higher" : "lower",
                                transform_text(definition)});
  }
  section.items.emplace_back(std::move(definitions));

  std::vector<IndicatorDynamics> moves = study.indicator_dynamics;
  ReportTable table{.name = "indicator-dynamics",
                    .caption = "How the indicators moved",
                    .columns = {"Region", "Indicator", "First value", "Last value", "Mean growth a year, %",
                                "Trend a year", "Volatility"},
                    .note =
                        "In the units of the first table. Trend: least-squares slope. Volatility: standard deviation "
                        "around the trend over the mean "
                        "absolute value.",
                    .file = "indicator_dynamics.csv"};
  if (moves.size() > most_table_rows) {
    std::stable_sort(moves.begin(), moves.end(),
                     [](auto const& a, auto const& b) { return a.volatility > b.volatility; });
    moves.resize(most_table_rows);
    table.note += " The " + std::to_string(most_table_rows) + " most volatile of " +
                  std::to_string(study.indicator_dynamics.size()) + " rows.";
  }
  for (auto const& move : moves) {
    auto const& definition = indicators.definitions[static_cast<std::size_t>(move.indicator)];
    table.rows.push_back({context.label(indicators.regions[static_cast<std::size_t>(move.region)]),
                          indicator_label(definition), move.first, move.last, 100 * move.mean_growth, move.trend,
                          move.volatility});
  }
  if (!table.rows.empty()) section.items.emplace_back(std::move(table));
  return section;
}

}  // namespace regio::study
