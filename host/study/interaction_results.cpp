#include "study/interaction_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "format/csv_writer.hpp"
#include "study/figures/vega_lite.hpp"

namespace regio::study {
namespace {

using format::CsvWriter;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

class Tables {
 public:
  Tables(InteractionInputs const& inputs, InteractionResults const& results, InteractionStudyOptions const& options)
      : file_(inputs.shipments), inputs_(inputs), results_(results), options_(options) {}

  std::vector<ResultTable> all() {
    std::vector<ResultTable> tables{{"index.csv", index()}};
    if (results_.bootstrap) tables.push_back({"index_intervals.csv", intervals()});
    tables.push_back({"pairs.csv", pairs()});
    tables.push_back({"pair_industries.csv", pair_industries()});
    tables.push_back({"similarity.csv", similarity()});
    tables.push_back({"intensity.csv", intensity()});
    tables.push_back({"groups.csv", groups()});
    if (results_.traded) {
      tables.push_back({"traded.csv", traded()});
      tables.push_back({"industry_classes.csv", classes()});
    }
    if (!results_.gravity.empty()) {
      tables.push_back({"gravity.csv", gravity()});
      if (shown_model(results_.gravity) != nullptr) tables.push_back({"gravity_flows.csv", gravity_flows()});
    }
    tables.push_back({"tests.csv", tests()});
    return tables;
  }

 private:
  [[nodiscard]] std::string year(std::size_t y) const {
    return file_.has_years ? std::to_string(file_.years[y].year) : "all";
  }
  [[nodiscard]] std::string const& region(Index r) const { return file_.regions.codes()[position(r)]; }
  [[nodiscard]] std::string const& industry(Index i) const { return file_.industries.codes()[position(i)]; }

  [[nodiscard]] std::string index() const {
    CsvWriter csv({"year", "region", "Q", "A", "V", "R", "S", "rank"});
    for (std::size_t y = 0; y < file_.years.size(); ++y) {
      InteractionIndex const& found = results_.years.interaction[y];
      for (Index r = 0; r < file_.regions.size(); ++r) {
        auto const k = position(r);
        csv.cell(year(y)).cell(region(r)).cell(found.industries[k]).cell(found.supplies[k]).cell(found.volume[k]);
        csv.cell(found.links[k]).cell(found.index[k]);
        if (found.rank[k] == 0) {
          csv.cell("");
        } else {
          csv.cell(std::int64_t{found.rank[k]});
        }
        csv.end_row();
      }
    }
    return csv.text();
  }

  [[nodiscard]] std::string intervals() const {
    constexpr char const* names[] = {"Q", "A", "V", "R", "S", "rank"};
    CsvWriter csv({"year", "region", "series", "estimate", "mean", "standard_deviation", "low", "high"});
    InteractionIndex const& found = results_.bootstrap->estimate[0];
    for (Index r = 0; r < file_.regions.size(); ++r) {
      auto const k = position(r);
      double const rank = found.rank[k] == 0 ? std::nan("") : static_cast<double>(found.rank[k]);
      double const estimates[] = {found.industries[k], found.supplies[k], found.volume[k],
                                  found.links[k],      found.index[k],    rank};
      for (std::size_t s = 0; s < interaction_series_count; ++s) {
        ReplicateDistribution const& distribution = results_.bootstrap->distribution[0][s];
        csv.cell(year(results_.shown)).cell(region(r)).cell(names[s]).cell(estimates[s]).cell(distribution.mean[k]);
        csv.cell(distribution.standard_deviation[k]).cell(distribution.low[k]).cell(distribution.high[k]).end_row();
      }
    }
    return csv.text();
  }

  [[nodiscard]] std::string pairs() const {
    CsvWriter csv({"year", "a", "b", "volume", "a_to_b", "b_to_a"});
    auto const add = [&](std::string const& of, std::vector<RegionPair> const& pairs) {
      for (RegionPair const& pair : pairs) {
        csv.cell(of).cell(region(pair.a)).cell(region(pair.b)).cell(pair.volume).cell(pair.a_to_b).cell(pair.b_to_a);
        csv.end_row();
      }
    };
    for (std::size_t y = 0; file_.has_years && y < file_.years.size(); ++y) add(year(y), results_.pairs_of_year[y]);
    add("all", results_.pairs);
    return csv.text();
  }

  [[nodiscard]] std::string pair_industries() const {
    CsvWriter csv({"a", "b", "grubel_lloyd", "industry", "volume", "a_to_b", "b_to_a", "share"});
    for (std::size_t p = 0; p < results_.trades.size(); ++p) {
      PairTrade const& trade = results_.trades[p];
      for (Index const i : trade.industries_by_volume()) {
        double const a_to_b = trade.a_to_b[position(i)], b_to_a = trade.b_to_a[position(i)];
        csv.cell(region(results_.pairs[p].a)).cell(region(results_.pairs[p].b)).cell(trade.grubel_lloyd());
        csv.cell(industry(i)).cell(a_to_b + b_to_a).cell(a_to_b).cell(b_to_a);
        csv.cell((a_to_b + b_to_a) / results_.pairs[p].volume).end_row();
      }
    }
    return csv.text();
  }

  [[nodiscard]] std::string similarity() const {
    CsvWriter csv({"a", "b", "measure", "value"});
    Index const regions = file_.regions.size();
    for (std::size_t m = 0; m < results_.similarity.size(); ++m) {
      for (Index a = 0; a < regions; ++a) {
        for (Index b = a + 1; b < regions; ++b) {
          csv.cell(region(a)).cell(region(b)).cell(name(structure_measures[m]));
          csv.cell(results_.similarity[m][position(a * regions + b)]).end_row();
        }
      }
    }
    return csv.text();
  }

  [[nodiscard]] std::string intensity() const {
    CsvWriter csv({"origin", "destination", "value"});
    Index const regions = file_.regions.size();
    for (Index r = 0; r < regions; ++r) {
      for (Index s = 0; s < regions; ++s) {
        if (r != s) {
          csv.cell(region(r)).cell(region(s)).cell(results_.intensity[position(r * regions + s)]).end_row();
        }
      }
    }
    return csv.text();
  }

  [[nodiscard]] std::string groups() const {
    CsvWriter csv({"industry", "volume", "share", "rank"});
    std::vector<double> const& volume = results_.volume_of_industry;
    double const all = std::accumulate(volume.begin(), volume.end(), 0.0);
    std::vector<Index> order(volume.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](Index i, Index j) { return volume[position(i)] > volume[position(j)]; });
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
      double const own = volume[position(order[rank])];
      csv.cell(industry(order[rank])).cell(own).cell(own / all).cell(static_cast<std::int64_t>(rank + 1)).end_row();
    }
    return csv.text();
  }

  [[nodiscard]] std::string traded() const {
    CsvWriter csv({"region", "industries", "employment_share", "product_share", "productivity", "hhi", "entropy"});
    TradedSector const& sector = results_.traded->sector;
    for (Index r = 0; r < file_.regions.size(); ++r) {
      auto const k = position(r);
      csv.cell(region(r)).cell(std::int64_t{sector.industries[k]}).cell(sector.employment_share[k]);
      csv.cell(sector.product_share[k]).cell(sector.productivity[k]).cell(sector.concentration[k].hhi);
      csv.cell(sector.concentration[k].entropy).end_row();
    }
    return csv.text();
  }

  [[nodiscard]] std::string classes() const {
    CsvWriter csv(
        {"industry", "class", "employment", "specialised_share", "leading_quotient", "gini", "population_correlation"});
    MatrixView<double const> const employment = inputs_.employment->table();
    for (Index i = 0; i < employment.columns(); ++i) {
      double employed = 0;
      for (Index r = 0; r < employment.rows(); ++r) employed += employment(r, i);
      csv.cell(inputs_.employment->industries.codes()[position(i)]).cell(name(results_.traded->classes[position(i)]));
      csv.cell(employed);
      auto const& criteria = results_.traded->criteria;
      for (auto const values : {&TradedIndustries::specialised_share, &TradedIndustries::leading_quotient,
                                &TradedIndustries::gini, &TradedIndustries::population_correlation}) {
        csv.cell(criteria ? ((*criteria).*values)[position(i)] : std::nan(""));
      }
      csv.end_row();
    }
    return csv.text();
  }

  [[nodiscard]] std::string gravity() const {
    CsvWriter csv({"method", "sizes", "outcome", "term", "estimate", "standard_error", "statistic", "p", "low", "high",
                   "flows", "zeros_left_out", "flows_of_dropped_regions", "r_squared"});
    for (GravityModel const& model : results_.gravity) {
      CoefficientTable const& table = model.fit.coefficients;
      bool const converged = model.fit.outcome == Outcome::converged;
      for (std::size_t term = 0; term < model.terms.size(); ++term) {
        csv.cell(name(model.method)).cell(name(model.sizes)).cell(name(model.fit.outcome)).cell(model.terms[term]);
        for (auto const values :
             {&CoefficientTable::estimate, &CoefficientTable::standard_error, &CoefficientTable::statistic,
              &CoefficientTable::p_value, &CoefficientTable::lower, &CoefficientTable::upper}) {
          csv.cell(converged ? (table.*values)[term] : std::nan(""));
        }
        csv.cell(std::int64_t{model.fit.observations}).cell(std::int64_t{model.fit.left_out_zeros});
        csv.cell(std::int64_t{model.fit.dropped_flows}).cell(model.fit.r_squared).end_row();
      }
    }
    return csv.text();
  }

  /// Flows of the shown year beside what the shown model expects of them.
  [[nodiscard]] std::string gravity_flows() const {
    CsvWriter csv({"origin", "destination", "distance", "shipments", "expected"});
    GravityModel const& model = *shown_model(results_.gravity);
    Index const regions = file_.regions.size();
    for (Index r = 0; r < regions; ++r) {
      for (Index s = 0; s < regions; ++s) {
        if (r == s) continue;
        auto const k = position(r * regions + s);
        csv.cell(region(r)).cell(region(s)).cell(inputs_.distances[k]).cell(results_.totals().flows[k]);
        csv.cell(model.fit.expected[k]).end_row();
      }
    }
    return csv.text();
  }

  [[nodiscard]] std::string tests() const {
    CsvWriter csv({"test", "x", "y", "n", "estimate", "low", "high", "p", "adjusted_p", "decision"});
    for (DependenceTest const& test : results_.tests) {
      csv.cell(test.test).cell(test.x).cell(test.y).cell(std::int64_t{test.objects}).cell(test.estimate);
      csv.cell(test.low).cell(test.high).cell(test.p).cell(test.adjusted);
      csv.cell(is_significant(test, options_) ? "significant" : "not significant").end_row();
    }
    return csv.text();
  }

  ShipmentsFile const& file_;
  InteractionInputs const& inputs_;
  InteractionResults const& results_;
  InteractionStudyOptions const& options_;
};

}  // namespace

std::vector<ResultTable> interaction_tables(InteractionInputs const& inputs, InteractionResults const& results,
                                            InteractionStudyOptions const& options) {
  return Tables(inputs, results, options).all();
}

bool is_significant(DependenceTest const& test, InteractionStudyOptions const& options) {
  double const p = std::isnan(test.adjusted) ? test.p : test.adjusted;
  return p <= 1 - options.confidence;
}

std::string p_value_text(double p) {
  constexpr double least = 0.0001;
  return p < least ? fmt::format("p < {}", least) : fmt::format("p = {:.2g}", p);
}

std::string statement(DependenceTest const& test, InteractionStudyOptions const& options) {
  std::string const level = fmt::format("{:.3g} %", 100 * (1 - options.confidence));
  std::string text = fmt::format("{} of {} and {} over {} {}: {}", capitalised(test.test), test.y, test.x, test.objects,
                                 test.objects_are, short_number(test.estimate));
  if (!std::isnan(test.low)) {
    text += fmt::format(" ({:.3g} % interval {} to {})", 100 * options.confidence, short_number(test.low),
                        short_number(test.high));
  }
  text += ", " + p_value_text(test.p);
  if (!std::isnan(test.adjusted)) {
    text += fmt::format(", corrected for all tests ({}) {}", name(*options.correction), p_value_text(test.adjusted));
  }
  return text +
         (is_significant(test, options) ? ": significant at the level of " : ": not significant at the level of ") +
         level + ".";
}

}  // namespace regio::study
