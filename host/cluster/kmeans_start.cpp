#include "cluster/kmeans_start.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_points.hpp"
#include "cluster/kmeans_stream.hpp"
#include "cluster/kmeans_stream_arithmetic.hpp"

namespace regio {
namespace {

/// Points in double precision that lie in blocks.
class BlockSource {
 public:
  BlockSource(CentredPoints const& points, ChunkLoop const& for_chunks) : points_(points), for_chunks_(for_chunks) {}

  [[nodiscard]] CentredPoints const& shape() const noexcept { return points_; }
  [[nodiscard]] double weight(Index i) const noexcept { return points_.weights[i]; }
  void centred_point(Index i, double* row) const { centred_row(points_, &points_.rows(i, 0), row); }
  /// Calls body(chunk, points, begin, end, first) for all ranges of pass_chunk points: begin .. end of `points`, of
  /// which the first is point `first` of all.
  template <class Body>
  void for_ranges(Body const& body) const {
    for_chunks_(points_.count(), pass_chunk,
                [&](Index chunk, Index begin, Index end) { body(chunk, points_, begin, end, begin); });
  }

 private:
  CentredPoints const& points_;
  ChunkLoop const& for_chunks_;
};

/// Points in single precision, a range of which is laid out in blocks whenever it is read.
class RowSource {
 public:
  RowSource(StreamContext const& context, VectorView<double const> weights)
      : context_(context),
        shape_(context.points.shape(context.points.count())),
        weights_(weights),
        spaces_(static_cast<std::size_t>(context.workers.count())) {}

  [[nodiscard]] CentredPoints const& shape() const noexcept { return shape_; }
  [[nodiscard]] double weight(Index i) const noexcept { return weights_.empty() ? 1 : weights_[i]; }
  void centred_point(Index i, double* row) const {
    std::fill(row, row + shape_.row_length(), 0.0);
    for (Index j = 0; j < shape_.features(); ++j) row[j] = centred_value(context_.points.rows(i, j), shape_.mean[j]);
  }
  [[nodiscard]] Workers& workers() const noexcept { return context_.workers; }
  template <class Body>
  void for_ranges(Body const& body) {
    context_.workers.for_chunks(shape_.count(), pass_chunk, [&](Index first, Index end, int worker) {
      Space& space = spaces_[static_cast<std::size_t>(worker)];
      Index const count = end - first;
      double* const blocks = space.blocks.reserve(pass_chunk * shape_.features());
      double* const weights = space.weights.reserve(pass_chunk);
      centre_blocks(context_.points, first, nullptr, count, blocks);
      for (Index p = 0; p < pass_chunk; ++p) weights[p] = p < count ? weight(first + p) : 0;
      CentredPoints range = context_.points.shape(count);
      range.blocks = blocks;
      range.weights = weights;
      body(first / pass_chunk, range, Index{0}, count, first);
    });
  }

 private:
  struct Space {
    AlignedArray<double> blocks, weights;
  };

  StreamContext const& context_;
  CentredPoints shape_;
  VectorView<double const> weights_;
  std::vector<Space> spaces_;  ///< by worker
};

/// The point at which the running sum of w D^2 first exceeds `target`. `potentials` are the sums over the ranges. When
/// rounding carries the target past the end of its range, the last point of the range that can be drawn; when nothing
/// can be drawn because every distance is zero, the first point that has weight.
template <class Source>
Index point_at(Source const& source, double const* distances, double const* potentials, double target) {
  Index const n = source.shape().count(), chunks = chunk_count(n, pass_chunk);
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
    while (i + 1 < n && source.weight(i) <= 0) ++i;
    return i;
  }
  Index last = chosen * pass_chunk;
  double sum = before;
  for (Index i = chosen * pass_chunk; i < std::min(n, (chosen + 1) * pass_chunk); ++i) {
    double const term = source.weight(i) * distances[i];
    if (term <= 0) continue;
    last = i;
    sum += term;
    if (sum > target) break;
  }
  return last;
}

/// A point drawn by weight: every distance counts as 1.
template <class Source>
Index first_point(PhiloxStream& stream, Source const& source, double* distances, double* potentials) {
  Index const n = source.shape().count(), chunks = chunk_count(n, pass_chunk);
  std::fill(distances, distances + source.shape().padded_count(), 1.0);
  for (Index chunk = 0; chunk < chunks; ++chunk) {
    potentials[chunk] = 0;
    for (Index i = chunk * pass_chunk; i < std::min(n, (chunk + 1) * pass_chunk); ++i) {
      potentials[chunk] += source.weight(i);
    }
  }
  double const total = std::accumulate(potentials, potentials + chunks, 0.0);
  return point_at(source, distances, potentials, stream.next_uniform() * total);
}

/// Greedy k-means++ (Arthur and Vassilvitskii 2007): each further centre is the best of 2 + floor(ln k) points drawn
/// with probability proportional to w D^2, D being the distance to the nearest centre so far; the best lowers the sum
/// most, the first drawn of equals. The first centre is drawn by weight.
template <class Source>
void start_plus_plus(KmeansKernels const& kernels, Index k, PhiloxStream& stream, Source& source,
                     KmeansWorkspace& space) {
  CentredPoints const& points = source.shape();
  Index const n = points.count(), length = points.row_length(), chunks = chunk_count(n, pass_chunk);
  Index const candidate_count = plus_plus_candidates(k);
  double* const centres = space.centres.reserve(k * length);
  double* const distances = space.distances.reserve(points.padded_count());
  double* const potentials = space.potentials.reserve(chunks);
  double* const candidates = space.candidates.reserve(candidate_count * length);
  double* const candidate_potentials = space.chunk_potentials.reserve(chunks * candidate_count);

  auto const draw = [&] {
    double const total = std::accumulate(potentials, potentials + chunks, 0.0);
    return point_at(source, distances, potentials, stream.next_uniform() * total);
  };
  auto const lower = [&](double const* centre) {
    source.for_ranges([&](Index chunk, CentredPoints const& range, Index begin, Index end, Index first) {
      potentials[chunk] = kernels.lower_distances(range, centre, begin, end, distances + (first - begin));
    });
  };

  source.centred_point(first_point(stream, source, distances, potentials), centres);
  std::fill(distances, distances + points.padded_count(), std::numeric_limits<double>::infinity());
  if (k > 1) lower(centres);

  for (Index c = 1; c < k; ++c) {
    for (Index l = 0; l < candidate_count; ++l) source.centred_point(draw(), candidates + l * length);
    source.for_ranges([&](Index chunk, CentredPoints const& range, Index begin, Index end, Index first) {
      kernels.candidate_potentials(range, distances + (first - begin), candidates, candidate_count, begin, end,
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
template <class Source>
void start_random(Index k, PhiloxStream& stream, Source const& source, std::int32_t* order, double* centres) {
  Index const n = source.shape().count(), length = source.shape().row_length();
  std::iota(order, order + n, std::int32_t{0});
  Index const weighty =
      std::stable_partition(order, order + n, [&](std::int32_t i) { return source.weight(i) > 0; }) - order;
  for (Index c = 0; c < k; ++c) {
    Index const left = (c < weighty ? weighty : n) - c;
    std::swap(order[c], order[c + static_cast<Index>(stream.next_below(static_cast<std::uint32_t>(left)))]);
    source.centred_point(order[c], centres + c * length);
  }
}

/// Rounds of k-means||, and points expected from each, in multiples of k (Bahmani and others 2012).
constexpr int oversampling_rounds = 5;
constexpr double oversampling = 2;

/// The number in [0, 1) that decides whether point i is drawn in a round, whoever asks.
double uniform_of_point(StartSeed const& seed, int round, Index i) {
  // The key of no run's own stream: these counters count points.
  constexpr std::uint32_t key_of_rounds = 0x70617261;
  PhiloxBlock const counter{{static_cast<std::uint32_t>(i), seed.run, static_cast<std::uint32_t>(seed.stream),
                             static_cast<std::uint32_t>(seed.stream >> 32)}};
  PhiloxBlock const drawn =
      philox4x32(counter, static_cast<std::uint32_t>(seed.seed),
                 static_cast<std::uint32_t>(seed.seed >> 32) ^ (key_of_rounds + static_cast<std::uint32_t>(round)));
  std::uint64_t const bits = std::uint64_t{drawn.word[0]} << 32 | drawn.word[1];
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

/// Points of which k-means|| chooses: the first drawn by weight, then in each round every point with probability
/// 2 k w D^2 / sum of w D^2, in ascending order.
std::vector<Index> oversampled_points(KmeansKernels const& kernels, Index k, StartSeed const& seed,
                                      PhiloxStream& stream, RowSource& source, KmeansWorkspace& space) {
  CentredPoints const& points = source.shape();
  Index const n = points.count(), length = points.row_length(), chunks = chunk_count(n, pass_chunk);
  double* const distances = space.distances.reserve(points.padded_count());
  double* const potentials = space.potentials.reserve(chunks);
  std::vector<std::vector<Index>> drawn(static_cast<std::size_t>(chunks));
  std::vector<Index> all{first_point(stream, source, distances, potentials)}, added = all;
  std::fill(distances, distances + points.padded_count(), std::numeric_limits<double>::infinity());
  for (int round = 0;; ++round) {
    AlignedArray<double> rows;
    auto const count = static_cast<Index>(added.size());
    double* const centres = rows.reserve(count * length);
    for (Index c = 0; c < count; ++c) source.centred_point(added[static_cast<std::size_t>(c)], centres + c * length);
    source.for_ranges([&](Index chunk, CentredPoints const& range, Index begin, Index end, Index first) {
      for (Index c = 0; c < count; ++c) {
        potentials[chunk] =
            kernels.lower_distances(range, centres + c * length, begin, end, distances + (first - begin));
      }
    });
    double const total = std::accumulate(potentials, potentials + chunks, 0.0);
    if (round == oversampling_rounds || total <= 0) return all;

    double const factor = oversampling * static_cast<double>(k) / total;
    source.workers().for_chunks(n, pass_chunk, [&](Index begin, Index end, int) {
      std::vector<Index>& of_range = drawn[static_cast<std::size_t>(begin / pass_chunk)];
      of_range.clear();
      for (Index i = begin; i < end; ++i) {
        if (uniform_of_point(seed, round, i) < factor * source.weight(i) * distances[i]) of_range.push_back(i);
      }
    });
    added.clear();
    for (std::vector<Index> const& of_range : drawn) added.insert(added.end(), of_range.begin(), of_range.end());
    if (added.empty()) return all;
    all.insert(all.end(), added.begin(), added.end());
  }
}

/// k-means|| (Bahmani, Moseley, Vattani, Kumar and Vassilvitskii 2012): k-means++ among the oversampled points, each
/// with the weight of all points that it is nearest to.
void start_parallel(StreamContext const& context, Index k, VectorView<double const> weights, StartSeed const& seed,
                    std::int32_t* nearest, double* centres) {
  PhiloxStream stream = seed.numbers();
  RowSource source(context, weights);
  KmeansWorkspace space;
  std::vector<Index> const drawn = oversampled_points(context.exact, k, seed, stream, source, space);
  auto const count = static_cast<Index>(drawn.size());
  Index const d = context.points.features(), length = context.points.row_length();
  StreamedRun candidates(context, count, weights, nearest);
  for (Index c = 0; c < count; ++c)
    source.centred_point(drawn[static_cast<std::size_t>(c)], candidates.centres() + c * length);
  context.passes->assign({&candidates}, {});
  context.passes->end(candidates);

  // The candidates, already centred, as a small problem of their own.
  std::vector<double> const origin(static_cast<std::size_t>(length), 0.0);
  CentredPoints small;
  small.rows = {candidates.centres(), count, d, length};
  small.mean = origin.data();
  AlignedArray<double> blocks, block_weights;
  double* const numbers = blocks.reserve(small.padded_count() * d);
  double* const masses = block_weights.reserve(small.padded_count());
  for (Index c = 0; c < small.padded_count(); ++c) {
    Index const row = std::min(c, count - 1);
    masses[c] = c < count ? candidates.weight(c) : 0;
    for (Index j = 0; j < d; ++j)
      numbers[(c / block_points * d + j) * block_points + c % block_points] = small.rows(row, j);
  }
  small.blocks = numbers;
  small.weights = masses;
  ChunkLoop const alone;
  BlockSource small_source(small, alone);
  start_plus_plus(context.exact, k, stream, small_source, space);
  std::copy_n(space.centres.get(), k * length, centres);
}

}  // namespace

void start_centres(KmeansKernels const& kernels, KmeansInit init, Index k, PhiloxStream stream,
                   ChunkLoop const& for_chunks, KmeansWorkspace& space) {
  CentredPoints const& points = space.prepared.points;
  BlockSource source(points, for_chunks);
  switch (init) {
    case KmeansInit::kmeans_plus_plus:
    case KmeansInit::kmeans_parallel:  // the front door lets it through for streamed points alone
      start_plus_plus(kernels, k, stream, source, space);
      break;
    case KmeansInit::random:
      start_random(k, stream, source, space.labels.reserve(points.padded_count()),
                   space.centres.reserve(k * points.row_length()));
      break;
  }
}

void streamed_start_centres(StreamContext const& context, KmeansInit init, Index k, VectorView<double const> weights,
                            StartSeed const& seed, std::int32_t* order, double* centres) {
  PhiloxStream stream = seed.numbers();
  switch (init) {
    case KmeansInit::kmeans_plus_plus: {
      RowSource source(context, weights);
      KmeansWorkspace space;
      start_plus_plus(context.exact, k, stream, source, space);
      std::copy_n(space.centres.get(), k * context.points.row_length(), centres);
      break;
    }
    case KmeansInit::kmeans_parallel: start_parallel(context, k, weights, seed, order, centres); break;
    case KmeansInit::random: start_random(k, stream, RowSource(context, weights), order, centres); break;
  }
}

}  // namespace regio
