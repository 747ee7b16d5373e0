#include "cluster/kmeans_streamed_run.hpp"

#include <algorithm>
#include <cmath>

#include "cluster/kmeans_chunks.hpp"
#include "core/whole_numbers.hpp"

namespace regio {
namespace {

/// Deciding in double precision costs about four times the comparison in single precision, so that asking single
/// precision first is in vain from this share of undecided points on.
constexpr double vain_share = 0.75;

/// Points that are decided in double precision together.
constexpr Index decided_at_once = 512;

/// Sum of the weights, or the largest number where that is beyond the range.
double finite_total(VectorView<double const> weights) {
  double total = 0;
  for (double const weight : weights) total += weight;
  return std::min(total, std::numeric_limits<double>::max());
}

}  // namespace

void centre_blocks(StreamedPoints const& points, Index first, std::int32_t const* positions, Index count,
                   double* blocks) {
  Index const d = points.features();
  double const* const mean = points.mean.get();
  for (Index p = 0; p < rounded_up(count, block_points); ++p) {
    Index const position = std::min(p, count - 1);
    float const* const row = &points.rows(first + (positions != nullptr ? positions[position] : position), 0);
    double* const lane = blocks + p / block_points * block_points * d + p % block_points;
    for (Index j = 0; j < d; ++j) lane[j * block_points] = centred_value(row[j], mean[j]);
  }
}

StreamedRun::StreamedRun(StreamContext const& context, Index clusters, VectorView<double const> weights,
                         std::int32_t* labels)
    : context_(context),
      k_(clusters),
      row_length_(context.points.row_length()),
      labels_(labels),
      moved_(static_cast<std::size_t>(context.workers.count())) {
  std::fill(labels_, labels_ + context_.points.count(), -1);
  centres_.reserve(k_ * row_length_);
  choose_quanta(weights);
  lay_out(all_);
  for (OwnedSums& moved : moved_) lay_out(moved);
  screened_.count = k_;
  screened_.rows = screened_rows_.reserve(k_ * context_.points.features());
  screened_.norms = screened_norms_.reserve(k_);
  screened_.bound = screening_bound(context_.points.features(), context_.points.gap);
  screens_ = std::isfinite(screened_.bound.slope);
}

/// Each point's weight and weighted value become whole numbers as large as 64-bit sums over all points allow.
void StreamedRun::choose_quanta(VectorView<double const> weights) {
  constexpr int largest_exponent = 1000;
  StreamedPoints const& points = context_.points;
  double largest_whole = 1, total_whole = static_cast<double>(points.count());
  quanta_.mean = points.mean.get();
  quanta_.weights = weights;
  if (!weights.empty()) {
    double const largest = *std::max_element(weights.begin(), weights.end()), total = finite_total(weights);
    int const exponent = std::min(quantum_exponent(largest, total), largest_exponent);
    quanta_.weight_scale = std::ldexp(1.0, exponent);
    largest_whole = nearest_whole(largest * quanta_.weight_scale);
    total_whole = total * quanta_.weight_scale + total_whole / 2;
  }
  double* const scale = scale_.reserve(row_length_);
  for (Index j = 0; j < row_length_; ++j) {
    double const largest = points.largest.get()[j];
    scale[j] = std::ldexp(1.0, quantum_exponent(largest * largest_whole, largest * total_whole));
  }
  quanta_.scale = scale;
}

void StreamedRun::lay_out(OwnedSums& owned) const {
  Index const values = k_ * row_length_, size = values + 2 * k_;
  std::int64_t* const memory = owned.memory.reserve(size);
  std::fill(memory, memory + size, 0);
  owned.sums = {memory, memory + values, memory + values + k_};
}

void StreamedRun::begin_assignment() {
  for (OwnedSums& moved : moved_) {
    lay_out(moved);
    moved.undecided = 0;
    moved.changed = false;
  }
  if (!screens_) return;
  StreamedPoints const& points = context_.points;
  Index const d = points.features();
  float* const rows = screened_rows_.get();
  for (Index tile = 0; tile < centre_tiles(k_); ++tile) {
    Index const first = first_of_tile(k_, tile), width = first_of_tile(k_, tile + 1) - first;
    for (Index c = 0; c < width; ++c) {
      double norm = 0;
      for (Index j = 0; j < d; ++j) {
        double const mean = points.mean.get()[j], from_origin = mean - static_cast<float>(mean);
        double const centre = points.screening_factor * (centres_.get()[(first + c) * row_length_ + j] + from_origin);
        rows[first * d + j * width + c] = static_cast<float>(-2 * centre);
        norm += centre * centre;
      }
      screened_norms_.get()[first + c] = static_cast<float>(norm) * screened_.bound.shrink;
      // Beyond this products could overflow; the run goes on in double precision.
      if (!(norm <= largest_screened_norm * largest_screened_norm)) screens_ = false;
    }
  }
}

void StreamedRun::decide(Index begin, RangeLabels& range, DecisionSpace& space) const {
  Index const d = context_.points.features();
  double* const blocks = space.blocks.reserve(decided_at_once * d);
  double* const weights = space.weights.reserve(decided_at_once);
  std::int32_t* const labels = space.labels.reserve(decided_at_once);
  std::fill(weights, weights + decided_at_once, 0.0);
  for (Index from = 0; from < range.undecided_count; from += decided_at_once) {
    Index const count = std::min(decided_at_once, range.undecided_count - from);
    std::int32_t const* const positions = range.undecided.get() + from;
    centre_blocks(context_.points, begin, positions, count, blocks);
    std::fill(labels, labels + decided_at_once, -1);
    CentredPoints points = context_.points.shape(count);
    points.blocks = blocks;
    points.weights = weights;
    context_.exact.assign(points, centres_.get(), k_, 0, count, labels, nullptr);
    for (Index p = 0; p < count; ++p) range.chosen.get()[positions[p]] = labels[p];
  }
}

void StreamedRun::settle(Index begin, Index count, RangeLabels& range, DecisionSpace& space, int worker) {
  OwnedSums& moved = moved_[static_cast<std::size_t>(worker)];
  if (range.undecided_count > 0) decide(begin, range, space);
  moved.undecided += range.undecided_count;
  std::int32_t const* const chosen = range.chosen.get();
  std::int32_t* const labels = labels_ + begin;
  std::int32_t* const positions = space.positions.reserve(labelled_range(context_.points.features()));
  Index const changes = context_.screen.find_changes(chosen, labels, count, positions);
  if (changes == 0) return;
  moved.changed = true;
  context_.stream.move_members(context_.points.rows, quanta_, begin, positions, changes, labels, chosen, moved.sums);
  for (Index p = 0; p < changes; ++p) labels[positions[p]] = chosen[positions[p]];
}

void StreamedRun::take_totals(std::int64_t const* totals) {
  OwnedSums& moved = moved_.front();
  Index const d = context_.points.features();
  for (Index c = 0; c < k_; ++c) {
    std::int64_t const* const cluster = totals + c * (d + 2);
    std::copy_n(cluster, d, moved.sums.values + c * row_length_);
    moved.sums.weights[c] = cluster[d];
    moved.sums.counts[c] = cluster[d + 1];
  }
  std::int64_t const* const points = totals + k_ * (d + 2);
  moved.changed = points[0] > 0;
  moved.undecided = points[1];
}

bool StreamedRun::end_assignment() {
  Index const size = k_ * row_length_ + 2 * k_;
  Index undecided = 0;
  bool changed = false;
  for (OwnedSums const& moved : moved_) {
    for (Index e = 0; e < size; ++e) all_.memory.get()[e] += moved.memory.get()[e];
    undecided += moved.undecided;
    changed = changed || moved.changed;
  }
  if (static_cast<double>(undecided) > vain_share * static_cast<double>(context_.points.count())) screens_ = false;
  return changed;
}

bool StreamedRun::has_empty_cluster() const {
  return std::any_of(sums_.weights, sums_.weights + k_, [](std::int64_t weight) { return weight == 0; });
}

double StreamedRun::inertia() const { return context_.passes->inertias({this}).front(); }

/// Moves a point between sums; its label stays.
void StreamedRun::move(Relocation const& relocation, std::int32_t from, std::int32_t to) {
  constexpr std::int32_t position = 0;
  context_.stream.move_members(context_.points.rows, quanta_, relocation.point, &position, 1, &from, &to, sums_);
}

Index StreamedRun::relocate() {
  std::vector<std::int32_t> empty;
  for (Index c = 0; c < k_; ++c) {
    if (sums_.weights[c] == 0) empty.push_back(static_cast<std::int32_t>(c));
  }
  relocated_ = paired(empty, context_.passes->farthest(*this, empty.size()), labels_);
  for (Relocation const& relocation : relocated_) move(relocation, relocation.from, relocation.to);
  return static_cast<Index>(relocated_.size());
}

void StreamedRun::join_empty_to_heaviest() {
  heaviest_ = std::max_element(sums_.weights, sums_.weights + k_) - sums_.weights;
}

double StreamedRun::average() {
  double shift = 0;
  for (Index c = 0; c < k_; ++c) {
    Index const members = sums_.weights[c] != 0 ? c : heaviest_;
    auto const weight = static_cast<double>(sums_.weights[members]);
    double* const centre = centres_.get() + c * row_length_;
    for (Index j = 0; j < context_.points.features(); ++j) {
      double const moved = static_cast<double>(sums_.values[members * row_length_ + j]) / (weight * quanta_.scale[j]);
      double const difference = moved - centre[j];
      shift = std::fma(difference, difference, shift);
      centre[j] = moved;
    }
  }
  for (Relocation const& relocation : relocated_) move(relocation, relocation.to, relocation.from);
  relocated_.clear();
  return shift;
}

double inertia_of_ranges(Index n, std::span<double const> ranges) {
  Index const ranges_of_chunk = stream_chunk(n) / pass_chunk;
  double total = 0;
  for (std::size_t begin = 0; begin < ranges.size(); begin += static_cast<std::size_t>(ranges_of_chunk)) {
    std::span<double const> const rest = ranges.subspan(begin);
    double sum = 0;
    for (double const range : rest.first(std::min(rest.size(), static_cast<std::size_t>(ranges_of_chunk))))
      sum += range;
    total += sum;
  }
  return total;
}

}  // namespace regio
