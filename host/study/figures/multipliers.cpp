#include <algorithm>
#include <cmath>
#include <numeric>

#include "study/figures/balance_figures.hpp"

namespace regio::study {
namespace {

/// Bars from either end of the order.
constexpr std::size_t most_from_an_end = 30;

/// exp(mean of ln) of the multipliers above 0; 1 when there is none.
double geometric_mean(VectorView<double const> multipliers) {
  double sum = 0;
  Index count = 0;
  for (double const multiplier : multipliers) {
    if (!(multiplier > 0)) continue;
    sum += std::log(multiplier);
    ++count;
  }
  return count == 0 ? 1 : std::exp(sum / static_cast<double>(count));
}

}  // namespace

Figure multipliers_figure(BalancedTable const& result, Margin margin, std::string const& source) {
  VectorView<double const> const multipliers = result.multipliers(margin);
  double const mean = geometric_mean(multipliers);
  std::vector<Index> order(static_cast<std::size_t>(multipliers.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return multipliers[a] > multipliers[b]; });

  std::string const what = margin_name(margin), whats = what + "s";
  ReportTable table{.name = whats + "-multipliers",
                    .caption = "Multipliers of the " + whats,
                    .columns = {margin == Margin::rows ? "Row" : "Column", "Multiplier", "Over the geometric mean"},
                    .digits = 4,
                    .file = "multipliers.csv"};
  for (Index const i : order) {
    table.rows.push_back({result.label(margin, i), multipliers[i], multipliers[i] / mean});
  }
  order.erase(std::remove_if(order.begin(), order.end(), [&](Index i) { return !(multipliers[i] > 0); }), order.end());
  auto const zeros = static_cast<Index>(multipliers.size() - std::ssize(order));
  std::size_t const positive = order.size();
  if (positive > 2 * most_from_an_end) {
    order.erase(order.begin() + most_from_an_end, order.end() - most_from_an_end);
  }
  Json values = Json::array(), labels = Json::array();
  for (Index const i : order) {
    labels.push_back(result.label(margin, i));
    values.push_back({{"label", result.label(margin, i)}, {"ratio", multipliers[i] / mean}});
  }
  Figure figure{
      .name = whats + "-multipliers",
      .title = order.empty() ? "Every " + what + " becomes zero"
                             : "The multipliers of the " + whats + " lie between " +
                                   short_number(multipliers[order.back()] / mean) + " and " +
                                   short_number(multipliers[order.front()] / mean) + " times their geometric mean",
      .description = "Bars: multiplier of each " + what + " over the geometric mean of all, sorted.",
      .source = source,
      .specification = vega_lite(std::move(values)),
      .data = std::move(table),
      .note = margin == Margin::rows
                  ? "Above 1: cells of the row grow more than those of other rows. For a table of inputs this "
                    "is read as the effect of substitution (Stone 1961)."
                  : "Above 1: cells of the column grow more than those of other columns. For a table of "
                    "inputs this is read as the effect of fabrication, more or fewer inputs for one "
                    "unit of output (Stone 1961)."};
  if (zeros > 0) figure.note += " " + counted(zeros, what + " has", whats + " have") + " the multiplier 0.";
  if (order.size() < positive) {
    figure.note += " The figure shows the 30 largest and the 30 smallest of " + std::to_string(positive) + ".";
  }
  Json x = {{"field", "ratio"},
            {"type", "quantitative"},
            {"title", "Multiplier over the geometric mean"},
            {"scale", {{"type", "log"}, {"nice", false}, {"padding", 4}}},
            {"axis", {{"orient", "top"}, {"tickCount", 6}, {"format", ".3~r"}, {"labelOverlap", "greedy"}}}};
  lying_bars(figure.specification, "label", labels, std::move(x),
             tooltip({{"label_name", margin == Margin::rows ? "Row" : "Column"}, {"ratio", "Multiplier"}}));
  figure.specification["encoding"]["x2"] = {{"datum", 1}};
  return figure;
}

}  // namespace regio::study
