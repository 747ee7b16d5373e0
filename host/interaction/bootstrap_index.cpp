#include <regio/bootstrap_index.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/backend.hpp"
#include "core/contract.hpp"
#include "core/sorted_quantile.hpp"
#include "core/workers.hpp"
#include "interaction/bootstrap_index_operation.hpp"
#include "interaction/index_components.hpp"

namespace regio {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr Index replicates_of_task = 64;

void check_options(BootstrapIndexOptions const& options) {
  check_interaction_options("bootstrap_index: options.index", options.index);
  if (options.replicates < 2 || options.replicates > std::numeric_limits<std::int32_t>::max()) {
    refuse("bootstrap_index: options.replicates",
           fmt::format("is {}; a number from 2 to 2^31 - 1 is expected", options.replicates));
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    refuse("bootstrap_index: options.confidence",
           "is " + number_text(options.confidence) + "; a share between 0 and 1 is expected");
  }
}

BootstrapIndexItem laid_out(InteractionProblem const& problem, Index replicates) {
  BootstrapIndexItem item;
  item.shipments = resampled_shipments(problem);
  auto const cells = static_cast<std::size_t>(replicates * item.shipments.regions);
  item.sums = {std::vector<double>(cells), std::vector<double>(cells), std::vector<double>(cells),
               std::vector<std::int32_t>(cells), std::vector<std::int32_t>(cells)};
  return item;
}

class Distribution {
 public:
  Distribution(BootstrapIndexItem const& item, BootstrapIndexOptions const& options, Workers& workers)
      : item_(item), options_(options), workers_(workers), regions_(item.shipments.regions) {
    for (std::vector<double>& values : series_) values.resize(item.sums.out.size());
  }

  std::array<ReplicateDistribution, interaction_series_count> run() {
    workers_.for_chunks(options_.replicates, replicates_of_task, [&](Index begin, Index end, int) {
      for (Index b = begin; b < end; ++b) add(b);
    });
    std::array<ReplicateDistribution, interaction_series_count> result;
    for (ReplicateDistribution& distribution : result) {
      for (std::vector<double>* values :
           {&distribution.mean, &distribution.standard_deviation, &distribution.low, &distribution.high}) {
        values->assign(static_cast<std::size_t>(regions_), no_number);
      }
    }
    workers_.for_each(regions_ * static_cast<Index>(interaction_series_count), [&](Index k, int) {
      auto const s = static_cast<std::size_t>(k) % interaction_series_count;
      describe(s, k / static_cast<Index>(interaction_series_count), result[s]);
    });
    return result;
  }

 private:
  [[nodiscard]] std::vector<double> of_replicate(std::vector<double> const& sums, Index b) const {
    auto const first = sums.begin() + b * regions_;
    return {first, first + regions_};
  }
  [[nodiscard]] std::vector<double> shares(std::vector<std::int32_t> const& counts, Index b, Index all) const {
    std::vector<double> result;
    for (Index r = 0; r < regions_; ++r) {
      result.push_back(static_cast<double>(counts[static_cast<std::size_t>(b * regions_ + r)]) /
                       static_cast<double>(all));
    }
    return result;
  }

  void add(Index b) {
    InteractionIndex const index = interaction_from(
        shares(item_.sums.industries, b, item_.shipments.traded_industries), shares(item_.sums.links, b, regions_),
        {of_replicate(item_.sums.out, b), of_replicate(item_.sums.in, b), of_replicate(item_.sums.supplies, b)},
        options_.index);
    for (Index r = 0; r < regions_; ++r) {
      auto const region = static_cast<std::size_t>(r);
      double const rank = index.rank[region] == 0 ? no_number : static_cast<double>(index.rank[region]);
      std::array<double, interaction_series_count> const values{index.industries[region], index.supplies[region],
                                                                index.volume[region],     index.links[region],
                                                                index.index[region],      rank};
      for (std::size_t s = 0; s < values.size(); ++s) {
        series_[s][static_cast<std::size_t>(r * options_.replicates + b)] = values[s];
      }
    }
  }

  void describe(std::size_t s, Index region, ReplicateDistribution& distribution) const {
    auto const first = series_[s].begin() + region * options_.replicates;
    std::vector<double> values;
    std::copy_if(first, first + options_.replicates, std::back_inserter(values),
                 [](double value) { return !std::isnan(value); });
    if (values.size() < 2) return;
    auto const count = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (double const value : values) sum += value;
    double const mean = sum / count;
    for (double const value : values) squares += (value - mean) * (value - mean);
    std::sort(values.begin(), values.end());
    auto const r = static_cast<std::size_t>(region);
    distribution.mean[r] = mean;
    distribution.standard_deviation[r] = std::sqrt(squares / (count - 1));
    distribution.low[r] = sorted_quantile(values, (1 - options_.confidence) / 2);
    distribution.high[r] = sorted_quantile(values, (1 + options_.confidence) / 2);
  }

  BootstrapIndexItem const& item_;
  BootstrapIndexOptions const& options_;
  Workers& workers_;
  Index regions_;
  std::array<std::vector<double>, interaction_series_count> series_;  ///< [regions, replicates]
};

}  // namespace

BootstrapIndexReport bootstrap_index(Engine& engine, BootstrapIndexOptions const& options,
                                     std::vector<InteractionProblem> const& problems) {
  check_options(options);
  InteractionReport estimate = interaction_index(engine, options.index, problems);
  BootstrapIndexReport report;
  report.outcome = std::move(estimate.outcome);
  report.estimate = std::move(estimate.interaction);
  report.distribution.resize(problems.size());
  for (std::size_t b = 0; b < problems.size(); ++b) {
    // One period at a time: the replicates of all of them may be too many to keep.
    std::vector<BootstrapIndexItem> items;
    items.push_back(laid_out(problems[b], options.replicates));
    report.shipments.push_back(items[0].shipments.size());
    BootstrapIndexOperation operation{.items = items,
                                      .replicates = options.replicates,
                                      .seed = options.seed,
                                      .links = options.index.links,
                                      .link_threshold = options.index.link_threshold,
                                      .control = options.index.control};
    if (report.outcome[b] == Outcome::converged && !options.index.control.stop.stop_requested()) run(engine, operation);
    if (items[0].finished) {
      report.distribution[b] = Distribution(items[0], options, engine.backend().workers()).run();
    } else {
      report.outcome[b] = Outcome::cancelled;
    }
  }
  return report;
}

}  // namespace regio
