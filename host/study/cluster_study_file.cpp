#include "study/cluster_study_file.hpp"

#include <array>
#include <string_view>

#include "format/findings.hpp"
#include "study/kmeans_keys.hpp"

namespace regio::study {
namespace {

using format::StudyDocument;

constexpr std::array missing_policies = {Word{"error", MissingPolicy::error},
                                         Word{"drop-region", MissingPolicy::drop_region},
                                         Word{"drop-indicator", MissingPolicy::drop_indicator},
                                         Word{"carry-forward", MissingPolicy::carry_forward},
                                         Word{"interpolate", MissingPolicy::interpolate},
                                         Word{"nearest-regions", MissingPolicy::nearest_regions}};
constexpr std::array normalisations = {Word{"share-of-best", Normalisation::share_of_best},
                                       Word{"min-max", Normalisation::min_max}, Word{"z-score", Normalisation::z_score},
                                       Word{"robust", Normalisation::robust}, Word{"none", Normalisation::none}};
constexpr std::array references = {Word{"regions", NormalisationReference::regions},
                                   Word{"own-history", NormalisationReference::own_history}};
constexpr std::array normalisation_scopes = {Word{"year", NormalisationScope::year},
                                             Word{"panel", NormalisationScope::panel}};
constexpr std::array criteria = {Word{"elbow", KCriterion::elbow},
                                 Word{"calinski-harabasz", KCriterion::calinski_harabasz},
                                 Word{"davies-bouldin", KCriterion::davies_bouldin},
                                 Word{"silhouette", KCriterion::silhouette},
                                 Word{"gap", KCriterion::gap},
                                 Word{"stability", KCriterion::stability}};
constexpr std::array k_scopes = {Word{"all", KScope::all}, Word{"group", KScope::group}, Word{"year", KScope::year}};
constexpr std::array inits = {Word{"k-means++", KmeansInit::kmeans_plus_plus}, Word{"random", KmeansInit::random}};
constexpr std::array chains = {Word{"warm", Chain::warm}, Word{"independent", Chain::independent},
                               Word{"guarded", Chain::guarded}, Word{"pooled", Chain::pooled}};
constexpr std::array chain_directions = {Word{"forward", ChainDirection::forward},
                                         Word{"backward", ChainDirection::backward}};
constexpr std::array label_orders = {Word{"mean-distance", LabelOrder::mean_distance},
                                     Word{"target", LabelOrder::target}, Word{"size", LabelOrder::size},
                                     Word{"none", LabelOrder::none}};
constexpr std::array order_scopes = {Word{"anchor", OrderScope::anchor}, Word{"each-year", OrderScope::each_year}};
constexpr std::array alignments = {Word{"overlap", Alignment::overlap}, Word{"centroids", Alignment::centroids}};
constexpr std::array stability_rules = {Word{"modal", StabilityRule::modal}, Word{"changes", StabilityRule::changes}};
constexpr std::array integral_methods = {Word{"mean-deviation", IntegralMethod::mean_deviation},
                                         Word{"principal-component", IntegralMethod::principal_component}};

// A bound of the same purpose as those of kmeans_keys.hpp.
constexpr double most_replicates = 1e7;

void add_stability_keys(TableKeys& keys) {
  keys.choice("classes", "a region is stable by the share of its modal cluster, or by its number of changes",
              stability_rules);
  keys.number("stable_share", "stable: at least this share of the years in one cluster (of the moves without a change)",
              DynamicsOptions{}.stable_share, 0, 1);
  keys.integer("unstable_clusters", "unstable under `modal`: seen in at least this many different clusters",
               DynamicsOptions{}.unstable_clusters, 2, most_clusters);
}

void add_names_and_map(TableKeys& input) {
  input.optional_file("regions", "names of the regions, and facts such as area or population", "\"regions.csv\"");
  input.optional_file("boundaries", "GeoJSON with the property `region`, for the maps", "\"regions.geojson\"");
}

}  // namespace

StudySchema cluster_schema() {
  ClusterStudyOptions const defaults;
  StudySchema schema = study_schema("cluster", "Clusters of regions through the years, from a panel of indicators.",
                                    "Clusters of regions through the years",
                                    "of every random number; the same seed gives the same bytes");

  TableKeys input(schema, "input");
  input.file("panel", "the series: region,year,<series>... or region,year,series,value", "panel.csv");
  input.optional_file("indicators", "how indicators come from series; without it every series is one, higher is better",
                      "\"indicators.csv\"");
  add_names_and_map(input);
  input.optional_file("neighbours", "which regions touch: from,to,distance; tells whether clusters lie together",
                      "\"neighbours.csv\"");

  TableKeys indicators(schema, "indicators");
  indicators.choice("missing", "what to do where the panel has a gap; every fill is listed", missing_policies);
  indicators.integer("nearest", "regions that `nearest-regions` averages", defaults.indicators.nearest, 1, 1e6);
  indicators.choice("normalisation", "what makes indicators comparable; share-of-best: 0 is the best, 1 the worst",
                    normalisations);
  indicators.choice("reference", "share-of-best: the best of all regions, or of the region's own years", references);
  indicators.choice("scope", "best, mean and spread of each year, or of the whole panel", normalisation_scopes);

  TableKeys clusters(schema, "clusters");
  clusters.integer_or_choice("k", "number of clusters, or the criterion that chooses it", criteria, 1, most_clusters);
  add_k_range_key(clusters);
  clusters.choice("k_scope", "one k for all, one a group, or one a group and year", k_scopes);
  add_start_keys(clusters, 100, inits);
  clusters.choice("chain", "how clusters keep their identity from year to year", chains);
  clusters.choice("direction", "the chain's direction", chain_directions);
  clusters.optional_integer("start_year", "where the chain starts; otherwise the first year (backward: the last)",
                            "1970", -100000, 100000);
  clusters.number("guard_share", "guarded: share of excess inertia that breaks the chain", defaults.guard_share, 0,
                  1e6);
  clusters.choice("alignment", "independent and guarded chains: how numbers are matched between years", alignments);
  clusters.choice("order", "what numbers the clusters: ascending mean distance, target, size, or nothing",
                  label_orders);
  clusters.choice("order_scope", "number the chain's first year and carry on, or each year anew", order_scopes);
  add_elbow_key(clusters);
  clusters.integer("gap_references", "random reference sets of the gap statistic; 0: no gap statistic",
                   defaults.choice.gap_references, 0, most_restarts);
  clusters.integer("gap_restarts", "random starts of each fit of a reference set", defaults.choice.gap_restarts, 1,
                   most_restarts);
  add_stopping_keys(clusters);
  clusters.optional_text("target", "indicator or series whose mean ranks the clusters", "\"product_per_head\"");
  clusters.choice("integral", "one number a group: mean of the normalised values, or first principal component",
                  integral_methods);
  clusters.integer("unified_clusters", "clusters of the consensus over groups; 0: the largest k of the groups",
                   defaults.unified_clusters, 0, most_clusters);
  add_stability_keys(clusters);
  clusters.integer("bootstrap", "replicates of the whole chain on resampled regions; 0: none", defaults.bootstrap, 0,
                   most_replicates);
  clusters.integer("bootstrap_restarts", "random starts of each fit of a replicate; 0: as many as restarts",
                   defaults.bootstrap_restarts, 0, most_restarts);
  return schema;
}

StudySchema dynamics_schema() {
  StudySchema schema =
      study_schema("dynamics", "Transitions, stability classes and ranking of clusters that are given.",
                   "Dynamics of clusters of regions", "kept for the record; nothing is random here");

  TableKeys input(schema, "input");
  input.file("labels", "the clusters: [group,]region,year,cluster or region[,label,code],<year>...", "clusters.csv");
  input.optional_file("target", "what ranks the clusters: [group,]year,cluster,mean or region,year,value",
                      "\"target.csv\"");
  add_names_and_map(input);

  TableKeys dynamics(schema, "dynamics");
  add_stability_keys(dynamics);
  return schema;
}

DynamicsOptions dynamics_options(StudyDocument const& document, std::string const& table) {
  DynamicsOptions options;
  options.classes = value_of(stability_rules, document.text(table, "classes"));
  options.stable_share = document.number(table, "stable_share");
  options.unstable_clusters = document.integer(table, "unstable_clusters");
  return options;
}

ClusterStudyOptions cluster_options(StudyDocument const& document) {
  format::Findings findings;
  ClusterStudyOptions options;
  options.seed = static_cast<std::uint64_t>(document.integer("study", "seed"));

  options.indicators.missing = value_of(missing_policies, document.text("indicators", "missing"));
  options.indicators.nearest = document.integer("indicators", "nearest");
  options.indicators.normalisation = value_of(normalisations, document.text("indicators", "normalisation"));
  options.indicators.reference = value_of(references, document.text("indicators", "reference"));
  options.indicators.scope = value_of(normalisation_scopes, document.text("indicators", "scope"));

  if (document.is_integer("clusters", "k")) {
    options.k = document.integer("clusters", "k");
  } else {
    options.criterion = value_of(criteria, document.text("clusters", "k"));
  }
  read_choice_of_k(document, options.choice, findings);
  options.choice.kmeans.init = value_of(inits, document.text("clusters", "init"));
  options.k_scope = value_of(k_scopes, document.text("clusters", "k_scope"));
  options.choice.kmeans.seed = options.seed;
  options.choice.gap_references = document.integer("clusters", "gap_references");
  options.choice.gap_restarts = document.integer("clusters", "gap_restarts");
  if (options.k == 0 && options.criterion == KCriterion::gap && options.choice.gap_references == 0) {
    findings.add(document.problem("clusters", "gap_references", "at least 1 when the gap statistic chooses k"));
  }

  options.chain = value_of(chains, document.text("clusters", "chain"));
  options.direction = value_of(chain_directions, document.text("clusters", "direction"));
  if (document.has("clusters", "start_year")) {
    options.start_year = static_cast<int>(document.integer("clusters", "start_year"));
  }
  options.guard_share = document.number("clusters", "guard_share");
  options.alignment = value_of(alignments, document.text("clusters", "alignment"));
  options.order = value_of(label_orders, document.text("clusters", "order"));
  options.order_scope = value_of(order_scopes, document.text("clusters", "order_scope"));
  if (document.has("clusters", "target")) options.target = document.text("clusters", "target");
  if (options.order == LabelOrder::target && options.target.empty()) {
    findings.add(
        document.problem("clusters", "order", "a target beside order = \"target\": name an indicator or series"));
  }
  options.integral = value_of(integral_methods, document.text("clusters", "integral"));
  options.unified_clusters = document.integer("clusters", "unified_clusters");
  options.bootstrap = document.integer("clusters", "bootstrap");
  options.bootstrap_restarts = document.integer("clusters", "bootstrap_restarts");
  options.dynamics = dynamics_options(document, "clusters");
  findings.throw_if_any();
  return options;
}

}  // namespace regio::study
