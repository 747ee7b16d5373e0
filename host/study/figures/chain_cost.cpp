#include <cmath>

#include "study/figures/choice_figures.hpp"

namespace regio::study {
namespace {

std::string chain_label(Chain chain) {
  switch (chain) {
    case Chain::warm: return "warm chain";
    case Chain::independent: return "chain of independent fits";
    case Chain::guarded: return "guarded chain";
    case Chain::pooled: return "pooled typology";
  }
  return "chain";
}

/// Share of inertia above the best restart's, in percent.
double excess(YearFit const& fit) { return fit.best_inertia > 0 ? 100 * (fit.inertia / fit.best_inertia - 1) : 0; }

}  // namespace

Figure chain_cost_figure(ClusterStudyReport const& study, ClusterStudyOptions const& options,
                         FigureContext const& context) {
  ReportTable table{.name = "chain",
                    .caption = "Inertia of the chain and of the best restart",
                    .columns = {"Group", "Year", "k", "Inertia", "Best restart", "Excess, %", "Iterations", "Outcome"},
                    .digits = 4,
                    .file = "fits.csv"};
  Json values = Json::array();
  double worst = 0;
  std::string where;
  for (auto const& group : study.groups) {
    for (std::size_t y = 0; y < group.years.size(); ++y) {
      YearFit const& fit = group.years[y];
      std::string const year = std::to_string(study.indicators.years[y]);
      table.rows.push_back({group.group, year, static_cast<double>(fit.k), fit.inertia, fit.best_inertia, excess(fit),
                            static_cast<double>(fit.iterations), std::string(name(fit.outcome))});
      values.push_back({{"group", group.group},
                        {"year", study.indicators.years[y]},
                        {"excess", thousandths(excess(fit))},
                        {"guarded", fit.guarded}});
      if (excess(fit) > worst) {
        worst = excess(fit);
        where = study.groups.size() > 1 ? group.group + ", " + year : year;
      }
    }
  }
  std::string const chain = chain_label(options.chain);
  Figure figure{.name = "chain-cost",
                .title = worst < 0.05 ? "The " + chain + " costs nothing: every year is as tight as its best restart"
                                      : "The " + chain + " costs at most " + short_number(worst) + " % of inertia (" +
                                            where + ")",
                .description =
                    "Bars: inertia of the study's fit above that of the best independent restart, in percent, by year.",
                .source = context.source,
                .specification = vega_lite(std::move(values)),
                .data = std::move(table),
                .note =
                    "Clusters that keep their identity through the years are bought with inertia; 0 means that a fresh "
                    "start would find nothing tighter."};
  Json layers = {{{"mark", {{"type", "bar"}, {"color", plain_colour}}},
                  {"encoding",
                   {{"x", year_bands(0.15)},
                    {"y", magnitude("excess", "Excess inertia, %", 4)},
                    {"tooltip", tooltip({{"group_name", "Group"}, {"year", "Year"}, {"excess", "Excess, %"}})}}}}};
  small_multiples(figure.specification, std::move(layers), "group", group_names(study.groups), 2,
                  {.width = 240, .height = 120});
  return figure;
}

}  // namespace regio::study
