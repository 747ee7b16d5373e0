#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "study/figures/interaction_figures.hpp"
#include "study/figures/region_bars.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_industries = 30;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::string percent(double share) { return short_number(100 * share) + " %"; }

Json shares_axis(std::string const& field, std::string const& title) {
  Json x = magnitude_above(field, title);
  x["axis"]["format"] = ".0%";
  return x;
}

/// Least and largest of the values that are known; both NaN when none is.
std::pair<double, double> range_of(std::vector<double> const& values) {
  double least = std::nan(""), most = std::nan("");
  for (double const value : values) {
    least = std::fmin(least, value);
    most = std::fmax(most, value);
  }
  return {least, most};
}

}  // namespace

Figure traded_shares_figure(InteractionFigures const& study) {
  TradedSector const& sector = study.results.traded->sector;
  bool const has_product = study.results.has_traded_product();
  std::vector<BarSeries> series = {{"Share in employment", sector.employment_share}};
  if (has_product) series.push_back({"Share in product", sector.product_share});
  Figure figure{
      .name = "traded-shares",
      .title =
          fmt::format("The traded industries have {} of the employment", percent(sector.national_employment_share)),
      .description =
          "Bars: share of the traded industries in the employment of each region, and in its "
          "product where that is known.",
      .source = study.source,
      .data = {
          .name = "traded-shares", .caption = "The traded sector of each region", .decimals = 3, .file = "traded.csv"}};
  if (has_product) figure.title += fmt::format(" and {} of the product", percent(sector.national_product_share));
  region_bars(figure, study, series, shares_axis("value", "Share of the traded industries"));
  return figure;
}

Figure traded_figure(InteractionFigures const& study) {
  TradedSector const& sector = study.results.traded->sector;
  ReportTable table{
      .name = "traded",
      .caption = "Traded industries and their employment",
      .columns = {"Region", "Traded industries", "Share in employment", "Effective number of industries"},
      .decimals = 2,
      .note = "Effective number: so many equal industries would be as diverse as the region's employment.",
      .file = "traded.csv"};
  Json values = Json::array();
  for (std::size_t r = 0; r < sector.industries.size(); ++r) {
    std::string const label = study.label(static_cast<Index>(r));
    table.rows.push_back({label, static_cast<double>(sector.industries[r]), sector.employment_share[r],
                          sector.concentration[r].effective_number});
    if (std::isnan(sector.employment_share[r])) continue;
    values.push_back({{"label", label}, {"x", sector.industries[r]}, {"y", thousandths(sector.employment_share[r])}});
  }
  auto const [fewest, most] = std::minmax_element(sector.industries.begin(), sector.industries.end());
  auto const [least, largest] = range_of(sector.employment_share);
  Figure figure{.name = "traded",
                .title = std::isnan(least)
                             ? "No region has employment"
                             : fmt::format("Regions have {} to {} traded industries, with {} to {} of their employment",
                                           *fewest, *most, percent(least), percent(largest)),
                .description = "Points: share of the traded industries in employment over their number, by region.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table)};
  Json const x = {{"field", "x"},
                  {"type", "quantitative"},
                  {"title", "Traded industries with employment"},
                  {"scale", {{"zero", false}}},
                  {"axis", {{"tickCount", std::clamp<Index>(*most - *fewest, 1, 8)}, {"format", "d"}}}};
  Json const y = {{"field", "y"},
                  {"type", "quantitative"},
                  {"title", "Share in employment"},
                  {"axis", {{"tickCount", 5}, {"format", ".0%"}}}};
  figure.specification.update(
      {{"width", figure_width},
       {"height", 300},
       {"encoding", {{"x", x}, {"y", y}}},
       {"layer",
        {{{"mark", {{"type", "point"}, {"filled", true}, {"size", 60}, {"color", plain_colour}}},
          {"encoding",
           {{"tooltip", tooltip({{"label", "Region"}, {"x", "Traded industries"}, {"y", "Share in employment"}})}}}},
         {{"mark", {{"type", "text"}, {"align", "left"}, {"dx", 6}, {"fontSize", 10}}},
          {"encoding", {{"text", {{"field", "label"}}}}}}}}});
  return figure;
}

Figure productivity_figure(InteractionFigures const& study) {
  std::vector<double> const& productivity = study.results.traded->sector.productivity;
  Index const first = largest_first(productivity).front();
  double const largest = productivity[position(first)];
  Figure figure{
      .name = "productivity",
      .title = std::isnan(largest)
                   ? "No region has a traded sector with employment and product"
                   : fmt::format("In {} the traded industries' share in product is {} times that in employment",
                                 study.label(first), short_number(largest)),
      .description =
          "Bars from 1: share of the traded industries in the product of each region over their "
          "share in its employment.",
      .source = study.source,
      .data = {.name = "productivity",
               .caption = "Relative productivity of the traded sector",
               .decimals = 2,
               .file = "traded.csv"},
      .note = "Above 1: an employee of the traded industries makes more product than the region's mean."};
  Json x = magnitude_above("value", "Share in product over share in employment");
  x["scale"] = {{"zero", false}};
  region_bars(figure, study, {{"Relative productivity", productivity}}, std::move(x));
  figure.specification["encoding"]["x2"] = {{"datum", 1}};
  return figure;
}

Figure traded_industries_figure(InteractionFigures const& study) {
  TradedAnalysis const& analysis = *study.results.traded;
  RegionalFacts const& facts = *study.inputs.employment;
  MatrixView<double const> const employment = facts.table();
  std::vector<double> employed(analysis.classes.size(), std::nan(""));
  double all = 0;
  for (Index i = 0; i < employment.columns(); ++i) {
    if (analysis.classes[position(i)] != IndustryClass::traded) continue;
    double sum = 0;
    for (Index r = 0; r < employment.rows(); ++r) sum += employment(r, i);
    employed[position(i)] = sum;
    all += sum;
  }
  std::vector<Index> order = largest_first(employed);
  order.resize(
      static_cast<std::size_t>(std::count(analysis.classes.begin(), analysis.classes.end(), IndustryClass::traded)));
  ReportTable table{.name = "traded-industries",
                    .caption = "Traded industries by employment",
                    .columns = {"Industry", "Employment", "Share in traded employment in %"},
                    .digits = 4,
                    .file = "industry_classes.csv"};
  Json values = Json::array(), labels = Json::array();
  for (Index const i : order) {
    std::string const label = study.inputs.shipments.industry_label(facts.industries.codes()[position(i)]);
    double const own = employed[position(i)];
    table.rows.push_back({label, own, 100 * own / all});
    if (labels.size() >= most_industries) continue;
    labels.push_back(label);
    values.push_back({{"label", label}, {"employment", own}, {"share", percent(own / all)}});
  }
  Figure figure{.name = "traded-industries",
                .title = !(all > 0) ? "No traded industry has employment"
                                    : fmt::format("{} employs most of the traded industries: {} of their employment",
                                                  labels.front().get<std::string>(),
                                                  percent(employed[position(order.front())] / all)),
                .description = "Bars: employment of each traded industry in all regions.",
                .source = study.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table)};
  if (order.size() > most_industries) {
    figure.note = fmt::format("The figure shows the {} largest of {}.", most_industries, order.size());
  }
  Json x = magnitude_above("employment", "Employment");
  x["axis"]["format"] = "~s";
  lying_bars(figure.specification, "label", labels, std::move(x),
             tooltip({{"label_name", "Industry"}, {"employment", "Employment"}, {"share", "Of traded employment"}}));
  return figure;
}

}  // namespace regio::study
