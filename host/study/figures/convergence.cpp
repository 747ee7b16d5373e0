#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "study/figures/balance_figures.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_points = 400;
/// Points are drawn on lines with fewer sweeps.
constexpr std::size_t most_marked_points = 40;

std::string finding(Convergence const& run) {
  std::string const steps = counted(run.iterations, run.step, run.step + "s");
  if (run.converged) return fmt::format("{} to {:.0e} after {}", run.reached, run.tolerance, steps);
  return fmt::format("The largest residual is {} after {}", short_number(run.history.back()), steps);
}

}  // namespace

Figure convergence_figure(Convergence const& run, std::string const& source) {
  std::vector<double> const& history = run.history;
  std::string const title = capitalised(run.step);
  ReportTable table{.name = "convergence",
                    .caption = "Largest residual after each " + run.step,
                    .columns = {title, "Largest residual"}};
  Json values = Json::array();
  for (std::size_t const sweep : evenly_spaced(history.size(), most_points)) {
    table.rows.push_back({static_cast<double>(sweep + 1), history[sweep]});
    // A logarithmic axis has no place for 0.
    if (history[sweep] > 0) values.push_back({{"sweep", sweep + 1}, {"residual", history[sweep]}});
  }
  if (table.rows.size() < history.size())
    table.note = "Every n-th of " + std::to_string(history.size()) + " " + run.step + "s.";
  bool const has_tolerance = run.tolerance > 0;
  if (has_tolerance) values.push_back({{"tolerance", run.tolerance}});
  Figure figure{.name = "convergence",
                .title = finding(run),
                .description = "Line: the largest residual of a " + run.margin + " after each " + run.step +
                               ", on a logarithmic axis.",
                .source = source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note = "Residual: by how much the cells of a " + run.margin +
                        " miss their total, over the total or the "
                        "sum of the sizes of the cells, whichever is larger."};
  if (has_tolerance) figure.note += " The dashed rule is the tolerance.";
  Json const y_axis = {{"format", ".0e"}, {"tickCount", 6}, {"domain", false}, {"ticks", false}};
  Json mark = {{"type", "line"}, {"color", plain_colour}};
  if (history.size() <= most_marked_points) mark["point"] = {{"filled", true}, {"size", 35}, {"color", plain_colour}};
  Json layers = {{{"transform", {{{"filter", "isValid(datum.sweep)"}}}},
                  {"mark", std::move(mark)},
                  {"encoding",
                   {{"x",
                     {{"field", "sweep"},
                      {"type", "quantitative"},
                      {"title", title},
                      {"scale", {{"nice", false}, {"zero", false}}},
                      {"axis", {{"tickMinStep", 1}, {"format", "d"}, {"grid", false}}}}},
                    {"y",
                     {{"field", "residual"},
                      {"type", "quantitative"},
                      {"title", "Largest residual"},
                      {"scale", {{"type", "log"}}},
                      {"axis", y_axis}}},
                    {"tooltip", tooltip({{"sweep", title.c_str()}, {"residual", "Largest residual"}})}}}}};
  if (has_tolerance) {
    layers.push_back({{"transform", {{{"filter", "isValid(datum.tolerance)"}}}},
                      {"mark", {{"type", "rule"}, {"strokeDash", {4, 3}}}},
                      {"encoding", {{"y", {{"field", "tolerance"}, {"type", "quantitative"}}}}}});
  }
  figure.specification.update({{"width", figure_width}, {"height", 240}, {"layer", std::move(layers)}});
  return figure;
}

}  // namespace regio::study
