#include "cluster/kmeans_start.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_points.hpp"

namespace regio {
namespace {

/// The point at which the running sum of w D^2 first exceeds `target`. `potentials` are the sums over the ranges. When
/// rounding carries the target past the end of its range, the last point of the range that can be drawn; when nothing
/// can be drawn because every distance is zero, the first point that has weight.
Index point_at(CentredPoints const& points, double const* distances, double const* potentials, double target) {
  Index const n = points.count(), chunks = chunk_count(n, pass_chunk);
  double before = 0;
  Index chosen = -1;
  for (Index chunk = 0; chunk < chunks; ++chunk) {
    if (potentials[chunk] <= 0) continue;
    chosen = chunk;
    if (before + potentials[chunk] > target) break;
    before += potentials[chunk];
  }
  if (chosen < 0) {
    Index i = 0;
    while (i + 1 < n && points.weights[i] <= 0) ++i;
    return i;
  }
  Index last = chosen * pass_chunk;
  double sum = before;
  for (Index i = chosen * pass_chunk; i < std::min(n, (chosen + 1) * pass_chunk); ++i) {
    double const term = points.weights[i] * distances[i];
    if (term <= 0) continue;
    last = i;
    sum += term;
    if (sum > target) break;
  }
  return last;
}

/// Greedy k-means++ (Arthur and Vassilvitskii 2007): each further centre is the best of 2 + floor(ln k) points drawn
/// with probability proportional to w D^2, D being the distance to the nearest centre so far; the best lowers the sum
/// most, the first drawn of equals. The first centre is drawn by weight: every distance counts as 1.
void start_plus_plus(KmeansKernels const& kernels, Index k, PhiloxStream& stream, ChunkLoop const& for_chunks,
                     KmeansWorkspace& space) {
  CentredPoints const& points = space.prepared.points;
  Index const n = points.count(), length = points.row_length(), chunks = chunk_count(n, pass_chunk);
  Index const candidate_count = plus_plus_candidates(k);
  double* const centres = space.centres.reserve(k * length);
  double* const distances = space.distances.reserve(points.padded_count());
  double* const potentials = space.potentials.reserve(chunks);
  double* const candidates = space.candidates.reserve(candidate_count * length);
  double* const candidate_potentials = space.chunk_potentials.reserve(chunks * candidate_count);

  auto const draw = [&] {
    double const total = std::accumulate(potentials, potentials + chunks, 0.0);
    return point_at(points, distances, potentials, stream.next_uniform() * total);
  };
  auto const lower = [&](double const* centre) {
    for_chunks(n, pass_chunk, [&](Index chunk, Index begin, Index end) {
      potentials[chunk] = kernels.lower_distances(points, centre, begin, end, distances);
    });
  };

  std::fill(distances, distances + points.padded_count(), 1.0);
  for (Index chunk = 0; chunk < chunks; ++chunk) {
    potentials[chunk] = std::accumulate(points.weights + chunk * pass_chunk,
                                        points.weights + std::min(n, (chunk + 1) * pass_chunk), 0.0);
  }
  centred_row(points, &points.rows(draw(), 0), centres);
  std::fill(distances, distances + points.padded_count(), std::numeric_limits<double>::infinity());
  if (k > 1) lower(centres);

  for (Index c = 1; c < k; ++c) {
    for (Index l = 0; l < candidate_count; ++l) centred_row(points, &points.rows(draw(), 0), candidates + l * length);
    for_chunks(n, pass_chunk, [&](Index chunk, Index begin, Index end) {
      kernels.candidate_potentials(points, distances, candidates, candidate_count, begin, end,
                                   candidate_potentials + chunk * candidate_count);
    });
    Index best = 0;
    double lowest = std::numeric_limits<double>::infinity();
    for (Index l = 0; l < candidate_count; ++l) {
      double potential = 0;
      for (Index chunk = 0; chunk < chunks; ++chunk) potential += candidate_potentials[chunk * candidate_count + l];
      if (potential < lowest) {
        lowest = potential;
        best = l;
      }
    }
    double* const centre = centres + c * length;
    std::copy(candidates + best * length, candidates + (best + 1) * length, centre);
    if (c + 1 < k) lower(centre);
  }
}

/// k different points, each with equal probability: the first k of a shuffle (Fisher and Yates). Points without weight
/// are used only when the others do not suffice.
void start_random(Index k, PhiloxStream& stream, KmeansWorkspace& space) {
  CentredPoints const& points = space.prepared.points;
  Index const n = points.count(), length = points.row_length();
  double* const centres = space.centres.reserve(k * length);
  std::int32_t* const order = space.labels.reserve(points.padded_count());
  std::iota(order, order + n, std::int32_t{0});
  Index const weighty =
      std::stable_partition(order, order + n, [&](std::int32_t i) { return points.weights[i] > 0; }) - order;
  for (Index c = 0; c < k; ++c) {
    Index const left = (c < weighty ? weighty : n) - c;
    std::swap(order[c], order[c + static_cast<Index>(stream.next_below(static_cast<std::uint32_t>(left)))]);
    centred_row(points, &points.rows(order[c], 0), centres + c * length);
  }
}

}  // namespace

void start_centres(KmeansKernels const& kernels, KmeansInit init, Index k, PhiloxStream stream,
                   ChunkLoop const& for_chunks, KmeansWorkspace& space) {
  switch (init) {
    case KmeansInit::kmeans_plus_plus: start_plus_plus(kernels, k, stream, for_chunks, space); break;
    case KmeansInit::random: start_random(k, stream, space); break;
  }
}

}  // namespace regio
