#include "study/interaction_report.hpp"

#include <algorithm>
#include <cmath>

#include <regio/version.hpp>

#include "study/figures/interaction_figures.hpp"
#include "study/interaction_results.hpp"
#include "study/report_sections.hpp"

namespace regio::study {
namespace {

using format::Notice;
using format::Paragraph;
using format::Report;
using format::ReportSection;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

class InteractionPage {
 public:
  InteractionPage(InteractionInputs const& inputs, InteractionResults const& results,
                  InteractionStudyOptions const& options, ReportContext const& context)
      : inputs_(inputs),
        results_(results),
        options_(options),
        context_(context),
        study_{inputs, results, options, context.source, context.boundaries} {}

  Report report() {
    Report report{.title = context_.title, .summary = headline()};
    ShipmentsFile const& file = inputs_.shipments;
    report.facts = {{"Regions", std::to_string(file.regions.size())},
                    {"Industries", std::to_string(file.industries.size())},
                    {"Computed on", context_.device}};
    if (file.has_years) {
      report.facts.insert(report.facts.begin() + 2, {"Years", std::to_string(file.years.front().year) + " to " +
                                                                  std::to_string(file.years.back().year)});
      report.facts.insert(report.facts.begin() + 3, {"Shown", std::to_string(file.years[results_.shown].year)});
    }
    for (std::string const& notice : context_.notices) report.notices.push_back({notice, false});
    report.sections = {index_section(), flows_section(), structure_section()};
    if (results_.traded) report.sections.push_back(traded_section());
    report.sections.push_back(dependence_section());
    if (!results_.gravity.empty()) report.sections.push_back(gravity_section());
    report.sections.push_back(repeat_section(context_));
    report.footer = "Made by regio " + version() + ".";
    return report;
  }

 private:
  [[nodiscard]] std::string headline() const {
    InteractionIndex const& index = results_.index();
    std::vector<std::string> first;
    for (Index rank = 1; rank <= 3; ++rank) {
      for (Index r = 0; r < inputs_.shipments.regions.size(); ++r) {
        if (index.rank[position(r)] == rank) first.push_back(study_.label(r));
      }
    }
    if (first.empty()) return "No region has an index: nothing is shipped between regions.";
    // With ties more regions than three may have the first three ranks.
    if (first.size() > 3) return study_.strongest() + ".";
    return enumeration(first) + (first.size() == 1 ? " interacts" : " interact") + " most with other regions.";
  }

  [[nodiscard]] ReportSection index_section() const {
    ReportSection section{.name = "index", .title = "The index of interaction"};
    section.items.emplace_back(
        Paragraph{"S = Q + A + V + R by default: how many of the traded industries a region ships, how much of what it "
                  "receives are raw materials and "
                  "supplies, how much it ships beside the mean, how many regions it interacts with."});
    section.items.emplace_back(index_figure(study_));
    if (results_.bootstrap) section.items.emplace_back(intervals_table());
    section.items.emplace_back(profile_figure(study_));
    if (inputs_.shipments.years.size() > 1) section.items.emplace_back(years_figure(study_));
    return section;
  }

  [[nodiscard]] ReportTable intervals_table() const {
    auto const& distribution = results_.bootstrap->distribution[0];
    InteractionIndex const& index = results_.bootstrap->estimate[0];
    auto const& of_index = distribution[static_cast<std::size_t>(InteractionSeries::index)];
    auto const& of_rank = distribution[static_cast<std::size_t>(InteractionSeries::rank)];
    ReportTable table{
        .name = "intervals",
        .caption = "How sure index and rank are under resampling of the shipments",
        .columns = {"Region", "S", "from", "to", "Rank", "best", "worst"},
        .note =
            "A shipment that is not drawn is missing from its replicate, so numbers of industries and links can only "
            "fall and intervals of S lie low.",
        .file = "index_intervals.csv"};
    for (Index r = 0; r < inputs_.shipments.regions.size(); ++r) {
      auto const k = position(r);
      table.rows.push_back({study_.label(r), index.index[k], of_index.low[k], of_index.high[k],
                            index.rank[k] == 0 ? std::string("-") : std::to_string(index.rank[k]), of_rank.low[k],
                            of_rank.high[k]});
    }
    return table;
  }

  [[nodiscard]] ReportSection flows_section() const {
    ReportSection section{.name = "flows", .title = "Who ships what to whom"};
    section.items.emplace_back(shipments_figure(study_));
    if (!results_.trades.empty()) {
      section.items.emplace_back(pairs_table());
      section.items.emplace_back(pair_industries_table());
    }
    if (!context_.boundaries.empty()) section.items.emplace_back(flow_map_figure(study_));
    section.items.emplace_back(flows_figure(study_));
    section.items.emplace_back(groups_figure(study_));
    return section;
  }

  [[nodiscard]] std::string pair_label(std::size_t p) const {
    return study_.label(results_.pairs[p].a) + " and " + study_.label(results_.pairs[p].b);
  }

  [[nodiscard]] ReportTable pairs_table() const {
    ReportTable table{.name = "pairs",
                      .caption = "The closest pairs, all years together",
                      .columns = {"Pair", "Volume", "First to second", "Second to first", "Grubel-Lloyd"},
                      .digits = 4,
                      .note = "Grubel-Lloyd: the part of the trade that goes both ways within industries, 0 to 1.",
                      .file = "pairs.csv"};
    for (std::size_t p = 0; p < results_.trades.size(); ++p) {
      RegionPair const& pair = results_.pairs[p];
      table.rows.push_back({pair_label(p), pair.volume, pair.a_to_b, pair.b_to_a, results_.trades[p].grubel_lloyd()});
    }
    return table;
  }

  [[nodiscard]] ReportTable pair_industries_table() const {
    ReportTable table{.name = "pair-industries",
                      .caption = "What the closest pairs ship",
                      .columns = {"Pair", "Industry", "Share in %", "First to second", "Second to first"},
                      .digits = 4,
                      .file = "pair_industries.csv"};
    for (std::size_t p = 0; p < results_.trades.size(); ++p) {
      PairTrade const& trade = results_.trades[p];
      Index shown = 0;
      for (Index const i : trade.industries_by_volume()) {
        if (shown++ == options_.top_industries) break;
        double const there = trade.a_to_b[position(i)], back = trade.b_to_a[position(i)];
        table.rows.push_back(
            {pair_label(p), study_.industry(i), 100 * (there + back) / results_.pairs[p].volume, there, back});
      }
    }
    return table;
  }

  [[nodiscard]] ReportSection structure_section() const {
    ReportSection section{.name = "structure", .title = "How alike regions are"};
    section.items.emplace_back(similarity_figure(study_));
    return section;
  }

  [[nodiscard]] ReportSection traded_section() const {
    ReportSection section{.name = "traded", .title = "The traded sector"};
    auto const count = [&](IndustryClass industry) {
      return std::count(results_.traded->classes.begin(), results_.traded->classes.end(), industry);
    };
    section.items.emplace_back(
        Paragraph{counted(count(IndustryClass::traded), "industry is traded", "industries are traded") + ", " +
                  std::to_string(count(IndustryClass::conditional)) + " conditionally, " +
                  std::to_string(count(IndustryClass::local)) + " local" +
                  (results_.traded->criteria ? ", by where their employment is (Porter 2003)."
                                             : ", as the industries file says.")});
    section.items.emplace_back(traded_shares_figure(study_));
    section.items.emplace_back(traded_figure(study_));
    if (results_.has_traded_product()) section.items.emplace_back(productivity_figure(study_));
    section.items.emplace_back(traded_industries_figure(study_));
    return section;
  }

  [[nodiscard]] ReportTable tests_table() const {
    ReportTable table{
        .name = "tests",
        .caption = "All tests",
        .columns = {"Test", "Of", "And", "Number", "Estimate", "from", "to", "p", "Corrected p", "Decision"},
        .note = "Number: of regions, or of flows in a gravity regression. Decision level " +
                short_number(100 * (1 - options_.confidence)) + " %" +
                (options_.correction ? ", p corrected for all tests (" + std::string(name(*options_.correction)) + ")."
                                     : ", p not corrected for the number of tests."),
        .file = "tests.csv"};
    for (DependenceTest const& test : results_.tests) {
      table.rows.push_back({test.test, test.y, test.x, static_cast<double>(test.objects), test.estimate, test.low,
                            test.high, test.p, test.adjusted,
                            std::string(is_significant(test, options_) ? "significant" : "not significant")});
    }
    return table;
  }

  [[nodiscard]] ReportSection dependence_section() const {
    ReportSection section{.name = "dependence", .title = "What interaction depends on"};
    std::size_t shown = 0;
    for (DependenceTest const& test : results_.tests) {
      if (!is_significant(test, options_)) continue;
      section.items.emplace_back(Paragraph{statement(test, options_)});
      ++shown;
    }
    if (shown == 0) section.items.emplace_back(Paragraph{"No dependence can be shown at the level asked for."});
    if (!results_.tests.empty()) section.items.emplace_back(tests_table());
    for (std::string const& sentence : results_.left_out) section.items.emplace_back(Notice{sentence, false});
    if (!inputs_.product.empty()) section.items.emplace_back(product_figure(study_));
    add_scatters(section);
    return section;
  }

  /// A figure of each two series that a correlation was found for.
  void add_scatters(ReportSection& section) const {
    auto const series = [&](std::string const& name) -> RegionSeries const* {
      for (RegionSeries const& candidate : results_.series) {
        if (candidate.name == name) return &candidate;
      }
      return nullptr;
    };
    for (DependenceTest const& test : results_.tests) {
      if (test.test != "Pearson") continue;
      RegionSeries const* const x = series(test.x);
      RegionSeries const* const y = series(test.y);
      if (x != nullptr && y != nullptr) section.items.emplace_back(scatter_figure(study_, *x, *y));
    }
  }

  [[nodiscard]] ReportSection gravity_section() const {
    ReportSection section{.name = "gravity", .title = "What distance does to shipments"};
    section.items.emplace_back(Paragraph{
        "Shipments from one region to another are explained by their distance and by the sizes of both: by an "
        "effect of each origin and destination, or by their products. The coefficient of ln distance is an "
        "elasticity: -0.9 says 0.9 % less for 1 % more distance."});
    section.items.emplace_back(gravity_figure(study_));
    section.items.emplace_back(coefficients_table());
    return section;
  }

  [[nodiscard]] ReportTable coefficients_table() const {
    ReportTable table{
        .name = "gravity-coefficients",
        .caption = "Coefficients of the gravity regressions" + study_.in_year(),
        .columns = {"Method", "Sizes", "Term", "Estimate", "from", "to", "p", "Flows", "Zeros left out", "R squared"},
        .note =
            "Poisson: by pseudo-maximum likelihood, flows of zero included; log-linear: by least squares, without "
            "them. Errors are clustered by pair of regions. R squared: of log-linear in logarithms, of poisson the "
            "squared correlation of shipments and expected ones.",
        .file = "gravity.csv"};
    for (GravityModel const& model : results_.gravity) {
      if (model.fit.outcome != Outcome::converged) continue;
      CoefficientTable const& found = model.fit.coefficients;
      for (std::size_t term = 0; term < model.terms.size(); ++term) {
        table.rows.push_back({std::string(name(model.method)), std::string(name(model.sizes)), model.terms[term],
                              found.estimate[term], found.lower[term], found.upper[term], found.p_value[term],
                              static_cast<double>(model.fit.observations),
                              static_cast<double>(model.fit.left_out_zeros), model.fit.r_squared});
      }
    }
    return table;
  }

  InteractionInputs const& inputs_;
  InteractionResults const& results_;
  InteractionStudyOptions const& options_;
  ReportContext const& context_;
  InteractionFigures study_;
};

}  // namespace

format::Report interaction_report(InteractionInputs const& inputs, InteractionResults const& results,
                                  InteractionStudyOptions const& options, ReportContext const& context) {
  return InteractionPage(inputs, results, options, context).report();
}

}  // namespace regio::study
