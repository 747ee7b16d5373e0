#include <algorithm>
#include <cmath>
#include <numeric>

#include "format/report_number.hpp"
#include "study/figures/profile_figures.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_members = 3;
constexpr std::size_t most_indicators = 2;
/// Standard deviations below which a cluster does not stand out.
constexpr double close_to_mean = 0.5;

/// Mean and standard deviation of an indicator over all regions of a year.
struct Spread {
  double mean = 0, deviation = 0;
};

Spread spread_of(Indicators const& indicators, std::size_t year, Index indicator) {
  std::size_t const n = indicators.regions.size(), count = indicators.definitions.size();
  auto const value = [&](std::size_t region) {
    return indicators.values[(year * n + region) * count + static_cast<std::size_t>(indicator)];
  };
  Spread spread;
  for (std::size_t r = 0; r < n; ++r) spread.mean += value(r) / static_cast<double>(n);
  double squares = 0;
  for (std::size_t r = 0; r < n; ++r) squares += (value(r) - spread.mean) * (value(r) - spread.mean);
  spread.deviation = std::sqrt(squares / static_cast<double>(n));
  return spread;
}

/// The members nearest to the centre.
std::string typical_members(GroupStudy const& group, std::size_t year, std::int32_t cluster,
                            FigureContext const& context) {
  auto const labels = group.history.year(static_cast<Index>(year));
  std::vector<std::size_t> members;
  for (std::size_t r = 0; r < group.history.regions.size(); ++r) {
    if (labels[static_cast<Index>(r)] == cluster) members.push_back(r);
  }
  std::vector<double> const& distance = group.years[year].distance;
  if (!distance.empty()) {
    std::stable_sort(members.begin(), members.end(),
                     [&](std::size_t a, std::size_t b) { return distance[a] < distance[b]; });
  }
  if (members.size() > most_members) members.resize(most_members);
  std::vector<std::string> names;
  names.reserve(members.size());
  for (std::size_t const r : members) names.push_back(context.label(group.history.regions[r]));
  return enumeration(names);
}

/// "Output per worker +2.1, Unemployment rate −1.3"
std::string outstanding_indicators(std::vector<double> const& scores, std::vector<std::string> const& labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return std::abs(scores[a]) > std::abs(scores[b]); });
  std::string text;
  for (std::size_t place = 0; place < std::min(most_indicators, order.size()); ++place) {
    double const score = scores[order[place]];
    if (std::abs(score) < close_to_mean) break;
    if (!text.empty()) text += ", ";
    text += labels[order[place]] + (score > 0 ? " +" : " ") + format::readable_number(score, 1);
  }
  return text.empty() ? "close to the mean in everything" : text;
}

}  // namespace

ReportTable portraits_table(GroupStudy const& group, Indicators const& indicators, GroupName const& name,
                            FigureContext const& context) {
  std::size_t const d = group.indicators.size(), last = group.years.size() - 1;
  auto const k = static_cast<std::size_t>(group.history.clusters);
  ReportTable table{
      .name = name.name("portraits"),
      .caption = name.headline("the clusters in " + std::to_string(indicators.years[last])),
      .columns = {"Cluster", "Regions", "Most typical", "Stands out by"},
      .note =
          "Most typical: the members nearest to the centre. Stands out by: how many standard deviations of all "
          "regions the mean of the members lies from the mean of all regions."};
  std::vector<double> const& means = group.years[last].means;
  std::vector<Spread> spreads;
  std::vector<std::string> labels;
  for (Index const i : group.indicators) {
    spreads.push_back(spread_of(indicators, last, i));
    labels.push_back(indicator_label(indicators.definitions[static_cast<std::size_t>(i)]));
  }
  for (std::size_t c = 0; c < k && means.size() >= k * d; ++c) {
    Index const members = group.dynamics.counts[last * k + c];
    if (members == 0) continue;
    std::vector<double> scores(d, 0.0);
    for (std::size_t i = 0; i < d; ++i) {
      double const score = (means[c * d + i] - spreads[i].mean) / spreads[i].deviation;
      if (std::isfinite(score)) scores[i] = score;
    }
    table.rows.push_back({std::to_string(c + 1), static_cast<double>(members),
                          typical_members(group, last, static_cast<std::int32_t>(c), context),
                          outstanding_indicators(scores, labels)});
  }
  return table;
}

}  // namespace regio::study
