#include "cluster/kmeans_stream.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

#include "cluster/kmeans_iteration.hpp"

namespace regio {
namespace {

/// Memory of one thread.
struct PassSpace {
  AlignedArray<float> numbers, norms;  ///< of a tile
  std::vector<RangeLabels> ranges;     ///< by run
  DecisionSpace decision;
};

/// Screens one range of points for all runs.
void screen_range(StreamContext const& context, std::vector<StreamedRun*> const& runs, Index begin, Index end,
                  PassSpace& space) {
  StreamedPoints const& points = context.points;
  Index const d = points.features(), stride = points.rows.stride(0);
  PointTile const tile{space.numbers.reserve(d * tile_points), space.norms.reserve(tile_points)};
  Index const past_last = (points.count() - 1) * stride + d;
  for (Index from = begin; from < end; from += tile_points) {
    Index const count = std::min(tile_points, end - from);
    context.screen.lay_out(&points.rows(from, 0), stride, count, past_last - from * stride, d, points.screening_factor,
                           points.screening_shift.get(), tile);
    std::uint64_t const present = count == tile_points ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    for (std::size_t r = 0; r < runs.size(); ++r) {
      if (!runs[r]->screens()) continue;
      RangeLabels& range = space.ranges[r];
      Index const position = from - begin;
      std::uint64_t undecided =
          context.screen.screen(tile, d, runs[r]->screened(), range.chosen.get() + position) & present;
      for (; undecided != 0; undecided &= undecided - 1) {
        range.undecided.get()[range.undecided_count++] =
            static_cast<std::int32_t>(position + std::countr_zero(undecided));
      }
    }
  }
}

}  // namespace

std::vector<bool> HostPasses::assign(std::vector<StreamedRun*> const& runs, std::stop_token const& stop) {
  Index const n = context_.points.count(), size = labelled_range(context_.points.features());
  std::vector<PassSpace> spaces(static_cast<std::size_t>(context_.workers.count()));
  for (StreamedRun* const run : runs) run->begin_assignment();
  bool const screens = std::any_of(runs.begin(), runs.end(), [](StreamedRun const* run) { return run->screens(); });
  context_.workers.for_chunks(n, size, [&](Index begin, Index end, int worker) {
    if (stop.stop_requested()) return;
    PassSpace& space = spaces[static_cast<std::size_t>(worker)];
    space.ranges.resize(runs.size());
    for (std::size_t r = 0; r < runs.size(); ++r) {
      RangeLabels& range = space.ranges[r];
      range.chosen.reserve(size);
      std::int32_t* const undecided = range.undecided.reserve(size);
      range.undecided_count = 0;
      if (runs[r]->screens()) continue;
      range.undecided_count = end - begin;
      for (Index i = 0; i < end - begin; ++i) undecided[i] = static_cast<std::int32_t>(i);
    }
    if (screens) screen_range(context_, runs, begin, end, space);
    for (std::size_t r = 0; r < runs.size(); ++r) {
      runs[r]->settle(begin, end - begin, space.ranges[r], space.decision, worker);
    }
  });
  std::vector<bool> changed;
  changed.reserve(runs.size());
  for (StreamedRun* const run : runs) changed.push_back(run->end_assignment());
  return changed;
}

std::vector<double> HostPasses::inertias(std::vector<StreamedRun const*> const& runs) {
  StreamedPoints const& points = context_.points;
  Index const n = points.count(), count = static_cast<Index>(runs.size()), ranges = chunk_count(n, pass_chunk);
  std::vector<double> sums(static_cast<std::size_t>(ranges * count));
  context_.workers.for_chunks(n, pass_chunk, [&](Index begin, Index end, int) {
    for (Index r = 0; r < count; ++r) {
      StreamedRun const& run = *runs[static_cast<std::size_t>(r)];
      sums[static_cast<std::size_t>(r * ranges + begin / pass_chunk)] = context_.stream.inertia(
          points.rows, points.mean.get(), run.weights(), run.labels(), run.centres(), begin, end);
    }
  });
  std::vector<double> totals;
  totals.reserve(runs.size());
  for (Index r = 0; r < count; ++r) {
    totals.push_back(inertia_of_ranges(
        n, std::span(sums).subspan(static_cast<std::size_t>(r * ranges), static_cast<std::size_t>(ranges))));
  }
  return totals;
}

FarthestPoints HostPasses::farthest(StreamedRun& run, std::size_t most) {
  StreamedPoints const& points = context_.points;
  VectorView<double const> const weights = run.weights();
  std::vector<FarthestPoints> of_worker(static_cast<std::size_t>(context_.workers.count()), FarthestPoints(most));
  context_.workers.for_chunks(points.count(), pass_chunk, [&](Index begin, Index end, int worker) {
    for (Index i = begin; i < end; ++i) {
      if (!weights.empty() && weights[i] <= 0) continue;
      double const* const centre = run.centres() + run.labels()[i] * points.row_length();
      of_worker[static_cast<std::size_t>(worker)].offer(
          squared_distance(&points.rows(i, 0), points.mean.get(), centre, points.features()), i);
    }
  });
  for (std::size_t worker = 1; worker < of_worker.size(); ++worker) of_worker.front().offer_all(of_worker[worker]);
  return of_worker.front();
}

std::vector<LloydResult> lloyd_in_shared_reads(StreamContext const& context, std::vector<StreamedRun*> const& runs,
                                               double shift_limit, Index max_iterations, std::stop_token const& stop) {
  std::vector<LloydIteration> iterations(runs.size(), LloydIteration(shift_limit, max_iterations));
  std::vector<std::size_t> going(runs.size());
  for (std::size_t r = 0; r < runs.size(); ++r) going[r] = r;
  bool cancelled = false;
  while (!going.empty() && !cancelled) {
    std::vector<StreamedRun*> sharing;
    sharing.reserve(going.size());
    for (std::size_t const r : going) sharing.push_back(runs[r]);
    std::vector<bool> const changed = context.passes->assign(sharing, stop);
    cancelled = stop.stop_requested();
    if (cancelled) break;
    for (std::size_t g = 0; g < going.size(); ++g) iterations[going[g]].after_assignment(*runs[going[g]], changed[g]);
    std::erase_if(going, [&](std::size_t r) { return iterations[r].finished(); });
  }

  std::vector<LloydResult> results;
  results.reserve(runs.size());
  std::vector<double> sums(runs.size(), 0.0);
  if (!cancelled) sums = context.passes->inertias({runs.begin(), runs.end()});
  for (std::size_t r = 0; r < runs.size(); ++r) {
    results.push_back({.inertia = sums[r],
                       .iterations = iterations[r].iterations(),
                       .relocations = iterations[r].relocations(),
                       .outcome = cancelled ? Outcome::cancelled : iterations[r].outcome()});
  }
  return results;
}

}  // namespace regio
