#include "study/cluster_tables.hpp"

#include <cstddef>
#include <string_view>

#include "format/csv_writer.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }
Index count(auto const& values) { return static_cast<Index>(values.size()); }
/// A cluster as files number it.
std::int64_t number_of(std::int64_t cluster) { return cluster + 1; }

/// One group's dynamics, wherever they are kept.
struct GroupDynamics {
  std::string const& group;
  ClusterHistory const& history;
  DynamicsReport const& dynamics;
  ClusterRanking const* ranking;
};

std::string indicators_table(Indicators const& indicators) {
  CsvWriter csv({"region", "year", "indicator", "value", "normalised"});
  for (Index r = 0; r < count(indicators.regions); ++r) {
    for (Index y = 0; y < count(indicators.years); ++y) {
      for (Index i = 0; i < count(indicators.definitions); ++i) {
        std::size_t const at = position(indicators.offset(y, r, i));
        csv.cell(indicators.regions[position(r)]).cell(indicators.years[position(y)]);
        csv.cell(indicators.definitions[position(i)].indicator);
        csv.cell(indicators.values[at]).cell(indicators.normalised[at]).end_row();
      }
    }
  }
  return csv.text();
}

std::string indicator_dynamics_table(ClusterStudyReport const& study) {
  CsvWriter csv({"region", "indicator", "first", "last", "mean_growth", "trend", "volatility"});
  for (IndicatorDynamics const& d : study.indicator_dynamics) {
    csv.cell(study.indicators.regions[position(d.region)]);
    csv.cell(study.indicators.definitions[position(d.indicator)].indicator);
    csv.cell(d.first).cell(d.last).cell(d.mean_growth).cell(d.trend).cell(d.volatility).end_row();
  }
  return csv.text();
}

std::string fills_table(Indicators const& indicators) {
  CsvWriter csv({"region", "year", "indicator", "value", "rule"});
  for (Fill const& fill : indicators.fills) {
    csv.cell(fill.region).cell(fill.year).cell(fill.indicator).cell(fill.value).cell(fill.rule).end_row();
  }
  return csv.text();
}

std::string clusters_table(ClusterStudyReport const& study) {
  CsvWriter csv({"group", "year", "region", "cluster", "distance"});
  for (GroupStudy const& group : study.groups) {
    for (Index y = 0; y < count(group.history.years); ++y) {
      auto const labels = group.history.year(y);
      for (Index r = 0; r < labels.size(); ++r) {
        if (labels[r] < 0) continue;
        csv.cell(group.group).cell(group.history.years[position(y)]).cell(group.history.regions[position(r)]);
        csv.cell(number_of(labels[r])).cell(group.years[position(y)].distance[position(r)]).end_row();
      }
    }
  }
  return csv.text();
}

std::string centres_table(ClusterStudyReport const& study) {
  CsvWriter csv({"group", "year", "cluster", "indicator", "value", "normalised"});
  for (GroupStudy const& group : study.groups) {
    Index const clusters = group.history.clusters;
    Index const features = count(group.indicators);
    for (Index y = 0; y < count(group.years); ++y) {
      YearFit const& fit = group.years[position(y)];
      for (Index c = 0; c < clusters; ++c) {
        if (group.shown_number[position(y * clusters + c)] == 0) continue;  // the year has no such cluster
        for (Index i = 0; i < features; ++i) {
          std::size_t const at = position(c * features + i);
          csv.cell(group.group).cell(group.history.years[position(y)]).cell(number_of(c));
          csv.cell(study.indicators.definitions[position(group.indicators[position(i)])].indicator);
          csv.cell(fit.means[at]).cell(fit.centres[at]).end_row();
        }
      }
    }
  }
  return csv.text();
}

std::string choice_of_k_table(ClusterStudyReport const& study) {
  CsvWriter csv({"group", "year", "k", "inertia", "calinski_harabasz", "davies_bouldin", "silhouette", "gap",
                 "gap_error", "stability"});
  for (GroupStudy const& group : study.groups) {
    for (Index y = 0; y < count(group.sweeps); ++y) {
      for (KScores const& s : group.sweeps[position(y)].scores) {
        csv.cell(group.group).cell(group.history.years[position(y)]).cell(std::int64_t{s.k}).cell(s.inertia);
        csv.cell(s.calinski_harabasz).cell(s.davies_bouldin).cell(s.silhouette).cell(s.gap).cell(s.gap_error);
        csv.cell(s.stability).end_row();
      }
    }
  }
  return csv.text();
}

std::string fits_table(ClusterStudyReport const& study) {
  CsvWriter csv({"group", "year", "k", "inertia", "iterations", "outcome", "restarts"});
  for (GroupStudy const& group : study.groups) {
    for (Index y = 0; y < count(group.years); ++y) {
      YearFit const& fit = group.years[position(y)];
      csv.cell(group.group).cell(group.history.years[position(y)]).cell(std::int64_t{fit.k}).cell(fit.inertia);
      csv.cell(std::int64_t{fit.iterations}).cell(name(fit.outcome)).cell(std::int64_t{fit.restarts}).end_row();
    }
  }
  return csv.text();
}

std::string integral_table(ClusterStudyReport const& study) {
  CsvWriter csv({"group", "year", "region", "value", "rank"});
  Index const regions = count(study.indicators.regions);
  for (IntegralIndicator const& integral : study.integral) {
    for (Index y = 0; y < count(study.indicators.years); ++y) {
      for (Index r = 0; r < regions; ++r) {
        std::size_t const at = position(y * regions + r);
        csv.cell(integral.group).cell(study.indicators.years[position(y)]).cell(study.indicators.regions[position(r)]);
        csv.cell(integral.values[at]).cell(integral.ranks[at]).end_row();
      }
    }
  }
  return csv.text();
}

std::string unified_table(ClusterStudyReport const& study) {
  CsvWriter csv({"year", "region", "cluster", "agreement"});
  for (Index y = 0; y < count(study.unified); ++y) {
    UnifiedYear const& unified = study.unified[position(y)];
    for (Index r = 0; r < count(unified.labels); ++r) {
      csv.cell(study.indicators.years[position(y)]).cell(study.indicators.regions[position(r)]);
      csv.cell(number_of(unified.labels[position(r)])).cell(unified.agreement[position(r)]).end_row();
    }
  }
  return csv.text();
}

std::string contiguity_table(ClusterStudyReport const& study) {
  CsvWriter csv({"group", "year", "k", "pairs", "same_cluster", "expected", "ratio", "p_value"});
  for (GroupStudy const& group : study.groups) {
    for (Index y = 0; y < count(group.contiguity); ++y) {
      JoinCount const& joins = group.contiguity[position(y)];
      csv.cell(group.group).cell(group.history.years[position(y)]).cell(std::int64_t{joins.clusters});
      csv.cell(std::int64_t{joins.pairs}).cell(std::int64_t{joins.same_cluster}).cell(joins.expected);
      csv.cell(joins.ratio).cell(joins.p_value).end_row();
    }
  }
  return csv.text();
}

/// Long form, because the three measures speak of a year, a cluster and a region.
std::string bootstrap_table(ClusterStudyReport const& study) {
  CsvWriter csv({"group", "year", "measure", "subject", "value"});
  for (GroupStudy const& group : study.groups) {
    if (!group.bootstrap) continue;
    BootstrapSummary const& summary = *group.bootstrap;
    Index const regions = count(group.history.regions);
    for (Index y = 0; y < count(group.history.years); ++y) {
      auto const row = [&](std::string_view measure, std::string_view subject, double value) {
        csv.cell(group.group).cell(group.history.years[position(y)]).cell(measure).cell(subject).cell(value).end_row();
      };
      row("agreement", "", summary.agreement[position(y)]);
      for (Index c = 0; c < group.history.clusters; ++c) {
        row("jaccard", std::to_string(number_of(c)), summary.jaccard[position(y * group.history.clusters + c)]);
      }
      for (Index r = 0; r < regions; ++r) {
        row("stability", group.history.regions[position(r)], summary.region_stability[position(y * regions + r)]);
      }
    }
  }
  return csv.text();
}

std::string counts_table(std::vector<GroupDynamics> const& groups) {
  CsvWriter csv({"group", "year", "cluster", "regions"});
  for (GroupDynamics const& g : groups) {
    for (Index y = 0; y < count(g.history.years); ++y) {
      for (Index c = 0; c < g.history.clusters; ++c) {
        csv.cell(g.group).cell(g.history.years[position(y)]).cell(number_of(c));
        csv.cell(std::int64_t{g.dynamics.counts[position(y * g.history.clusters + c)]}).end_row();
      }
    }
  }
  return csv.text();
}

std::string transitions_table(std::vector<GroupDynamics> const& groups) {
  CsvWriter csv({"group", "span", "from_year", "to_year", "from", "to", "count"});
  for (GroupDynamics const& g : groups) {
    auto const write = [&](std::string_view span, Transition const& transition) {
      for (Index from = 0; from < g.history.clusters; ++from) {
        for (Index to = 0; to < g.history.clusters; ++to) {
          Index const moves = transition.counts[position(from * g.history.clusters + to)];
          if (moves == 0) continue;
          csv.cell(g.group).cell(span).cell(g.history.years[position(transition.from_year)]);
          csv.cell(g.history.years[position(transition.to_year)]).cell(number_of(from)).cell(number_of(to));
          csv.cell(std::int64_t{moves}).end_row();
        }
      }
    };
    for (Transition const& transition : g.dynamics.consecutive) write("consecutive", transition);
    if (!g.dynamics.consecutive.empty()) write("whole", g.dynamics.whole);
  }
  return csv.text();
}

std::string mobility_table(std::vector<GroupDynamics> const& groups) {
  CsvWriter csv({"group", "from_year", "to_year", "moved", "shorrocks", "adjusted_rand"});
  for (GroupDynamics const& g : groups) {
    for (Transition const& transition : g.dynamics.consecutive) {
      csv.cell(g.group).cell(g.history.years[position(transition.from_year)]);
      csv.cell(g.history.years[position(transition.to_year)]).cell(std::int64_t{transition.moved});
      csv.cell(transition.shorrocks).cell(transition.adjusted_rand).end_row();
    }
  }
  return csv.text();
}

std::string regions_table(std::vector<GroupDynamics> const& groups) {
  CsvWriter csv({"group", "region", "changes", "distinct", "modal_cluster", "modal_share", "class"});
  for (GroupDynamics const& g : groups) {
    for (Index r = 0; r < count(g.dynamics.regions); ++r) {
      RegionDynamics const& region = g.dynamics.regions[position(r)];
      csv.cell(g.group).cell(g.history.regions[position(r)]).cell(std::int64_t{region.changes});
      csv.cell(std::int64_t{region.distinct}).cell(number_of(region.modal_cluster)).cell(region.modal_share);
      csv.cell(name(region.stability)).end_row();
    }
  }
  return csv.text();
}

std::string events_table(std::vector<GroupDynamics> const& groups) {
  CsvWriter csv({"group", "year", "event", "cluster", "regions"});
  for (GroupDynamics const& g : groups) {
    for (ClusterEvent const& event : g.dynamics.events) {
      std::string regions;
      for (Index const r : event.regions) regions += (regions.empty() ? "" : ";") + g.history.regions[position(r)];
      csv.cell(g.group).cell(g.history.years[position(event.year)]).cell(name(event.kind));
      csv.cell(number_of(event.cluster)).cell(regions).end_row();
    }
  }
  return csv.text();
}

std::string ranking_table(std::vector<GroupDynamics> const& groups) {
  CsvWriter csv({"group", "year", "cluster", "mean", "rank"});
  for (GroupDynamics const& g : groups) {
    if (g.ranking == nullptr) continue;
    for (Index y = 0; y < count(g.history.years); ++y) {
      for (Index c = 0; c < g.history.clusters; ++c) {
        std::size_t const at = position(y * g.history.clusters + c);
        if (g.ranking->rank[at] == 0) continue;  // no members
        csv.cell(g.group).cell(g.history.years[position(y)]).cell(number_of(c));
        csv.cell(g.ranking->mean[at]).cell(g.ranking->rank[at]).end_row();
      }
    }
  }
  return csv.text();
}

std::vector<ResultTable> tables_of(std::vector<GroupDynamics> const& groups) {
  return {{"counts.csv", counts_table(groups)},     {"transitions.csv", transitions_table(groups)},
          {"mobility.csv", mobility_table(groups)}, {"regions.csv", regions_table(groups)},
          {"events.csv", events_table(groups)},     {"ranking.csv", ranking_table(groups)}};
}

}  // namespace

std::vector<ResultTable> cluster_tables(ClusterStudyReport const& study) {
  std::vector<ResultTable> tables = {{"indicators.csv", indicators_table(study.indicators)},
                                     {"indicator_dynamics.csv", indicator_dynamics_table(study)},
                                     {"fills.csv", fills_table(study.indicators)},
                                     {"clusters.csv", clusters_table(study)},
                                     {"centres.csv", centres_table(study)},
                                     {"choice_of_k.csv", choice_of_k_table(study)},
                                     {"fits.csv", fits_table(study)},
                                     {"integral.csv", integral_table(study)},
                                     {"unified.csv", unified_table(study)},
                                     {"contiguity.csv", contiguity_table(study)},
                                     {"bootstrap.csv", bootstrap_table(study)}};
  std::vector<GroupDynamics> groups;
  for (GroupStudy const& group : study.groups) {
    groups.push_back({group.group, group.history, group.dynamics, group.ranking ? &*group.ranking : nullptr});
  }
  for (ResultTable& table : tables_of(groups)) tables.push_back(std::move(table));
  return tables;
}

std::vector<ResultTable> dynamics_tables(std::vector<LabelledGroup> const& labelled) {
  std::vector<GroupDynamics> groups;
  for (LabelledGroup const& group : labelled) {
    groups.push_back({group.group, group.history, group.dynamics, group.ranking ? &*group.ranking : nullptr});
  }
  return tables_of(groups);
}

}  // namespace regio::study
