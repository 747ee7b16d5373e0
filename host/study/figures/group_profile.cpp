#include <algorithm>
#include <numeric>

#include "study/figures/standing_figures.hpp"

namespace regio::study {
namespace {

/// The region whose ranks in the groups lie furthest apart.
std::string profile_sentence(ClusterStudyReport const& study, std::size_t last, FigureContext const& context) {
  std::size_t const n = study.indicators.regions.size();
  int widest = -1;
  std::size_t where = 0, best = 0, worst = 0;
  for (std::size_t r = 0; r < n; ++r) {
    std::size_t high = 0, low = 0;
    for (std::size_t g = 1; g < study.integral.size(); ++g) {
      if (study.integral[g].ranks[last * n + r] < study.integral[high].ranks[last * n + r]) high = g;
      if (study.integral[g].ranks[last * n + r] > study.integral[low].ranks[last * n + r]) low = g;
    }
    int const distance = study.integral[low].ranks[last * n + r] - study.integral[high].ranks[last * n + r];
    if (distance > widest) widest = distance, where = r, best = high, worst = low;
  }
  return context.label(study.indicators.regions[where]) + " stands furthest apart in " +
         std::to_string(study.indicators.years[last]) + ": rank " +
         std::to_string(study.integral[best].ranks[last * n + where]) + " in " + study.integral[best].group + ", " +
         std::to_string(study.integral[worst].ranks[last * n + where]) + " in " + study.integral[worst].group;
}

}  // namespace

Figure group_profile_figure(ClusterStudyReport const& study, FigureContext const& context) {
  std::size_t const n = study.indicators.regions.size(), last = study.indicators.years.size() - 1;
  std::string const year = std::to_string(study.indicators.years[last]);
  bool const has_unified = last < study.unified.size();
  ReportTable table{.name = "group-profile",
                    .caption = "Regions over the groups in " + year,
                    .columns = {"Region"},
                    .note = "Rank by the group's integral indicator, and cluster, in " + year + "."};
  for (auto const& group : study.groups) {
    table.columns.push_back("Rank, " + group.group);
    table.columns.push_back("Cluster, " + group.group);
  }
  if (has_unified) {
    table.columns.insert(table.columns.end(), {"Unified cluster", "Agreement"});
    table.note +=
        " Agreement: in what share of the groups a region stands together with the others of its unified cluster.";
  }
  std::vector<int> sums(n, 0);
  for (std::size_t r = 0; r < n; ++r) {
    for (auto const& integral : study.integral) sums[r] += integral.ranks[last * n + r];
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sums[a] < sums[b]; });
  for (std::size_t const r : order) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(context.label(study.indicators.regions[r]));
    for (std::size_t g = 0; g < study.groups.size(); ++g) {
      row.emplace_back(static_cast<double>(study.integral[g].ranks[last * n + r]));
      std::int32_t const cluster = study.groups[g].history.labels[last * n + r];
      row.emplace_back(cluster < 0 ? std::nan("") : static_cast<double>(cluster + 1));
    }
    if (has_unified) {
      row.emplace_back(static_cast<double>(study.unified[last].labels[r] + 1));
      row.emplace_back(study.unified[last].agreement[r]);
    }
  }
  std::vector<std::size_t> const shown = evenly_spaced(n, most_rows);
  Json values = Json::array(), rows = Json::array();
  for (std::size_t const place : shown) {
    std::string const label = context.label(study.indicators.regions[order[place]]);
    rows.push_back(label);
    for (auto const& integral : study.integral) {
      values.push_back(
          {{"region", label}, {"group", integral.group}, {"rank", integral.ranks[last * n + order[place]]}});
    }
  }
  Figure figure{.name = "group-profile",
                .title = profile_sentence(study, last, context),
                .description = "Heat map of the rank of each region in each group of indicators in " + year + ".",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "Rows are ordered by the sum of the ranks."};
  figure.note += thinning_note(shown.size(), n);
  std::string const name = number_names(figure.specification, "group", group_names(study.integral));
  region_heat_map(figure.specification,
                  {{"field", "group"},
                   {"type", "ordinal"},
                   {"scale", {{"paddingInner", 0.03}}},
                   {"axis",
                    {{"orient", "top"},
                     {"labelExpr", name},
                     {"labelAngle", 0},
                     {"title", nullptr},
                     {"ticks", false},
                     {"domain", false}}}},
                  rows, magnitude_colour("rank", "Rank"),
                  tooltip({{"region_name", "Region"}, {"group_name", "Group"}, {"rank", "Rank"}}));
  return figure;
}

}  // namespace regio::study
