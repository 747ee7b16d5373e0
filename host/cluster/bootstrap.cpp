#include "cluster/bootstrap.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include <regio/partition.hpp>

#include "cluster/memory_parts.hpp"
#include "cluster/random_streams.hpp"
#include "core/backend.hpp"
#include "core/philox.hpp"
#include "core/progress_meter.hpp"
#include "core/workers.hpp"

namespace regio {
namespace {

constexpr Index block_size = 256;

/// Where the sums over replicates of one group stand in a flat array.
struct GroupSums {
  Index years, regions, clusters;
  std::size_t begin;

  [[nodiscard]] std::size_t at(Index position) const { return begin + static_cast<std::size_t>(position); }
  [[nodiscard]] std::size_t agreement(Index y) const { return at(y); }
  [[nodiscard]] std::size_t own_label(Index y, Index region) const { return at(years + y * regions + region); }
  [[nodiscard]] std::size_t jaccard(Index y, Index c) const { return at(years + years * regions + y * clusters + c); }
  /// Replicates in which a member of the cluster was drawn.
  [[nodiscard]] std::size_t drawn(Index y, Index c) const { return jaccard(years + y, c); }
  [[nodiscard]] std::size_t end() const { return drawn(years, 0); }
};

/// The sums begin with the numbers of problems and of runs.
constexpr std::size_t problems_at = 0, fits_at = 1, first_group_at = 2;

std::vector<GroupSums> lay_out(std::vector<BootstrapGroup> const& groups) {
  std::vector<GroupSums> layout;
  std::size_t begin = first_group_at;
  for (BootstrapGroup const& group : groups) {
    layout.push_back({group.series.years, group.series.regions(), group.history->clusters, begin});
    begin = layout.back().end();
  }
  return layout;
}

/// How often each region is drawn in a replicate.
std::vector<double> resample(Index regions, std::uint64_t seed, Index replicate) {
  std::vector<double> times(static_cast<std::size_t>(regions));
  PhiloxStream random(seed, resampling_stream, static_cast<std::uint32_t>(replicate));
  for (Index draw = 0; draw < regions; ++draw) times[random.next_below(static_cast<std::uint32_t>(regions))] += 1;
  return times;
}

/// Best Jaccard similarity of each cluster of `own` with a cluster of `other`, among the regions drawn; -1 when none of
/// a cluster's members was.
std::vector<double> best_jaccard(VectorView<std::int32_t const> own, Index clusters,
                                 VectorView<std::int32_t const> other, Index other_clusters,
                                 std::vector<double> const& times) {
  std::vector<Index> common(static_cast<std::size_t>(clusters * other_clusters));
  std::vector<Index> own_size(static_cast<std::size_t>(clusters)), other_size(static_cast<std::size_t>(other_clusters));
  for (Index r = 0; r < own.size(); ++r) {
    if (times[static_cast<std::size_t>(r)] == 0) continue;
    ++common[static_cast<std::size_t>(own[r] * other_clusters + other[r])];
    ++own_size[static_cast<std::size_t>(own[r])];
    ++other_size[static_cast<std::size_t>(other[r])];
  }
  std::vector<double> best(static_cast<std::size_t>(clusters), -1.0);
  for (std::size_t c = 0; c < best.size(); ++c) {
    if (own_size[c] == 0) continue;
    for (std::size_t o = 0; o < other_size.size(); ++o) {
      Index const both = common[c * other_size.size() + o];
      best[c] = std::max(best[c], static_cast<double>(both) / static_cast<double>(own_size[c] + other_size[o] - both));
    }
  }
  return best;
}

void compare(BootstrapGroup const& group, ChainedSeries const& replicate, std::vector<double> const& times,
             GroupSums const& where, std::vector<double>& sums) {
  ClusterHistory const& history = *group.history;
  std::vector<std::int32_t> const number =
      align_by_overlap(history.labels, history.clusters, replicate.labels, replicate.numbers);
  for (Index y = 0; y < where.years; ++y) {
    VectorView<std::int32_t const> const own = history.year(y);
    VectorView<std::int32_t const> const other(replicate.labels.data() + y * where.regions, where.regions);
    sums[where.agreement(y)] = adjusted_rand(own, other);
    for (Index r = 0; r < where.regions; ++r) {
      sums[where.own_label(y, r)] = number[static_cast<std::size_t>(other[r])] == own[r] ? 1 : 0;
    }
    std::vector<double> const jaccard = best_jaccard(own, where.clusters, other, replicate.numbers, times);
    for (Index c = 0; c < where.clusters; ++c) {
      double const best = jaccard[static_cast<std::size_t>(c)];
      sums[where.jaccard(y, c)] = std::max(best, 0.0);
      sums[where.drawn(y, c)] = best >= 0 ? 1 : 0;
    }
  }
}

/// Adds the replicates first .. first+count-1 to the sums, one after the other, from one batch.
void add_replicates(Engine& engine, BootstrapOptions const& options, std::vector<BootstrapGroup> const& groups,
                    std::vector<GroupSums> const& layout, Index first, Index count, std::vector<double>& total) {
  Index const regions = groups.front().series.regions();
  std::vector<std::vector<double>> times;
  std::vector<ChainSeries> series;
  for (Index r = 0; r < count; ++r) {
    times.push_back(resample(regions, options.chain.kmeans.seed, first + r));
    for (BootstrapGroup const& group : groups) {
      ChainSeries& replicate = series.emplace_back(group.series);
      replicate.weights = times.back();
      replicate.stream = bootstrap_runs(first + r);
    }
  }
  Chains const chains = run_chains(engine, options.chain, series);
  std::vector<std::vector<double>> sums(static_cast<std::size_t>(count));
  engine.backend().workers().for_each(count, [&](Index r, int) {
    auto const replicate = static_cast<std::size_t>(r);
    sums[replicate].resize(layout.back().end());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      compare(groups[g], chains.series[replicate * groups.size() + g], times[replicate], layout[g], sums[replicate]);
    }
  });
  for (std::vector<double> const& replicate : sums) {
    for (std::size_t p = first_group_at; p < total.size(); ++p) total[p] += replicate[p];
  }
  total[problems_at] += static_cast<double>(chains.problems);
  total[fits_at] += static_cast<double>(chains.fits);
}

/// Replicates of a batch, within the limit of memory.
Index replicates_of_a_batch(Engine const& engine, BootstrapOptions const& options,
                            std::vector<BootstrapGroup> const& groups, std::vector<GroupSums> const& layout) {
  std::uint64_t const sums = layout.back().end() * sizeof(double);
  std::uint64_t workspace = 0;
  std::uint64_t replicate = sums + static_cast<std::uint64_t>(groups.front().series.regions()) * sizeof(double);
  for (BootstrapGroup const& group : groups) {
    replicate += sizeof(ChainSeries) + group.series.clusters.size() * sizeof(Index);
    replicate += chain_bytes(options.chain, group.series);
    workspace = std::max(workspace, chain_workspace_bytes(options.chain, group.series, engine.threads()));
  }
  // Sums over all replicates and over the block.
  std::uint64_t const limit = memory_left(options.memory, workspace + 2 * sums);
  return end_of_part(0, block_size, limit, [&](Index) { return replicate; });
}

/// Sums over the replicates first .. first+count-1. Their order is that of the replicates, however they are divided.
std::vector<double> run_block(Engine& engine, BootstrapOptions const& options,
                              std::vector<BootstrapGroup> const& groups, std::vector<GroupSums> const& layout,
                              Index first, Index count) {
  std::vector<double> total(layout.back().end());
  Index const batch = replicates_of_a_batch(engine, options, groups, layout);
  for (Index done = 0; done < count; done += batch) {
    add_replicates(engine, options, groups, layout, first + done, std::min(batch, count - done), total);
  }
  return total;
}

bool load(BootstrapStore* store, Index block, std::vector<double>& sums) {
  if (store == nullptr) return false;
  std::string const bytes = store->load(block);
  if (bytes.size() != sums.size() * sizeof(double)) return false;
  std::memcpy(sums.data(), bytes.data(), bytes.size());
  return true;
}

BootstrapSummary summarise(std::vector<double> const& sums, GroupSums const& where, Index replicates) {
  BootstrapSummary summary;
  summary.replicates = replicates;
  auto const count = static_cast<double>(replicates);
  for (Index y = 0; y < where.years; ++y) {
    summary.agreement.push_back(sums[where.agreement(y)] / count);
    for (Index r = 0; r < where.regions; ++r) summary.region_stability.push_back(sums[where.own_label(y, r)] / count);
    for (Index c = 0; c < where.clusters; ++c) {
      double const drawn = sums[where.drawn(y, c)];
      summary.jaccard.push_back(drawn > 0 ? sums[where.jaccard(y, c)] / drawn
                                          : std::numeric_limits<double>::quiet_NaN());
    }
  }
  return summary;
}

}  // namespace

BootstrapResult bootstrap_chains(Engine& engine, BootstrapOptions const& options,
                                 std::vector<BootstrapGroup> const& groups) {
  std::vector<GroupSums> const layout = lay_out(groups);
  std::vector<double> sums(layout.back().end());
  ProgressMeter meter(options.progress, "bootstrap", options.replicates, "replicates");
  for (Index first = 0; first < options.replicates; first += block_size) {
    Index const count = std::min(block_size, options.replicates - first);
    std::vector<double> block(sums.size());
    if (!load(options.store, first / block_size, block)) {
      block = run_block(engine, options, groups, layout, first, count);
      if (options.store != nullptr) {
        options.store->save(first / block_size,
                            {reinterpret_cast<char const*>(block.data()), block.size() * sizeof(double)});
      }
    }
    for (std::size_t p = 0; p < sums.size(); ++p) sums[p] += block[p];
    meter.advance(count);
  }
  BootstrapResult result;
  for (GroupSums const& where : layout) result.groups.push_back(summarise(sums, where, options.replicates));
  result.problems = static_cast<Index>(sums[problems_at]);
  result.fits = static_cast<Index>(sums[fits_at]);
  return result;
}

}  // namespace regio
