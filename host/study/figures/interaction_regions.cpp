#include <fmt/format.h>

#include <cmath>

#include "study/figures/interaction_figures.hpp"
#include "study/figures/region_bars.hpp"

namespace regio::study {
namespace {

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// Sum of the values that are known.
double sum_of_known(std::vector<double> const& values) {
  double sum = 0;
  for (double const value : values) sum += std::isnan(value) ? 0 : value;
  return sum;
}

Json amounts_axis(std::string const& title) {
  Json x = magnitude_above("value", title);
  x["axis"]["format"] = "~s";
  return x;
}

}  // namespace

std::string with_unit(std::string const& name, std::string const& unit) {
  return unit.empty() ? name : fmt::format("{}, {}", name, unit);
}

Figure shipments_figure(InteractionFigures const& study) {
  ShipmentTotals const& totals = study.results.totals();
  double const all = sum_of_known(totals.deliveries_out);
  Index const first = largest_first(totals.deliveries_out).front();
  Figure figure{
      .name = "shipments",
      .title = all > 0
                   ? fmt::format("{} ships most to other regions{}: {} % of all that is shipped", study.label(first),
                                 study.in_year(), short_number(100 * totals.deliveries_out[position(first)] / all))
                   : "No region ships to another" + study.in_year(),
      .description = "Bars: what each region ships to other regions, and what it receives from them.",
      .source = study.source,
      .data = {.name = "shipments", .caption = "Shipments to and from other regions" + study.in_year(), .digits = 4}};
  region_bars(figure, study,
              {{"To other regions", totals.deliveries_out}, {"From other regions", totals.deliveries_in}},
              amounts_axis(with_unit("Shipments", study.inputs.unit)));
  return figure;
}

Figure product_figure(InteractionFigures const& study) {
  std::vector<double> const& product = study.inputs.product;
  double const all = sum_of_known(product);
  Index const first = largest_first(product).front();
  Figure figure{.name = "product",
                .title = all > 0 ? fmt::format("{} has the largest product: {} % of what is known of all regions",
                                               study.label(first), short_number(100 * product[position(first)] / all))
                                 : "No region has a product",
                .description = "Bars: the product of each region.",
                .source = study.source,
                .data = {.name = "product", .caption = "Product of the regions", .digits = 4}};
  auto const unknown = std::count_if(product.begin(), product.end(), [](double value) { return std::isnan(value); });
  if (unknown > 0) {
    figure.note = fmt::format("The product of {} is not known.", counted(unknown, "region", "regions"));
  }
  region_bars(figure, study, {{"Product", product}}, amounts_axis(with_unit("Product", study.inputs.product_unit)));
  return figure;
}

}  // namespace regio::study
