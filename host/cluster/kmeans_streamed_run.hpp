/// One run of k-means over points in single precision that passes read where they lie.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <vector>

#include "cluster/kmeans_kernels.hpp"
#include "cluster/kmeans_relocation.hpp"
#include "cluster/kmeans_screen.hpp"
#include "cluster/kmeans_stream_kernels.hpp"
#include "cluster/kmeans_stream_points.hpp"
#include "core/workers.hpp"

namespace regio {

class StreamedRun;

/// Who passes over the points for the runs of a fit: the host's threads, or a device. Results do not depend on it.
class PointPasses {
 public:
  virtual ~PointPasses() = default;
  PointPasses(PointPasses const&) = delete;
  PointPasses& operator=(PointPasses const&) = delete;

  /// Labels all points for several runs in one read. Returns whether labels changed, by run; nothing of use when the
  /// stop was requested meanwhile.
  virtual std::vector<bool> assign(std::vector<StreamedRun*> const& runs, std::stop_token const& stop) = 0;
  /// Sums of w |x - centre|^2 of several runs in one read, in fp64 by direct differences: ranges of pass_chunk points,
  /// added by inertia_of_ranges.
  virtual std::vector<double> inertias(std::vector<StreamedRun const*> const& runs) = 0;
  /// The points with weight that are farthest from their centres, at most so many. Their labels are in run.labels().
  virtual FarthestPoints farthest(StreamedRun& run, std::size_t most) = 0;
  /// The run's last labels are in run.labels(); no pass follows for it.
  virtual void end(StreamedRun& run) = 0;

 protected:
  PointPasses() = default;
};

/// The sum over ranges of pass_chunk of n points: in ascending order within each stream_chunk, and those in ascending
/// order.
double inertia_of_ranges(Index n, std::span<double const> ranges);

/// What all runs over the same points share.
struct StreamContext {
  StreamedPoints const& points;
  Workers& workers;
  StreamKernels const& stream;
  ScreenKernels const& screen;
  KmeansKernels const& exact;  ///< the arithmetic that decides
  PointPasses* passes = nullptr;
};

/// Points in a range that a thread labels at a time: what it reads stays in a core's cache until sums have moved.
constexpr Index labelled_range(Index features) {
  constexpr Index bytes = Index{256} << 10, most = 4096;
  Index const fitting = bytes / (features * static_cast<Index>(sizeof(float)));
  return std::clamp(fitting / tile_points * tile_points, tile_points, most);
}

/// Memory of a thread for a range and one of the runs that share the read.
struct RangeLabels {
  AlignedArray<std::int32_t> chosen;     ///< [range] nearest centre
  AlignedArray<std::int32_t> undecided;  ///< [range] positions of points that single precision does not decide
  Index undecided_count = 0;
};

/// Memory of a thread for deciding in double precision and for moving members.
struct DecisionSpace {
  AlignedArray<double> blocks, weights;
  AlignedArray<std::int32_t> labels, positions;
};

/// Centred blocks of eight points in double precision for rows first + positions[0 .. count), or for first .. first +
/// count where positions is null; the last point repeats in its block.
void centre_blocks(StreamedPoints const& points, Index first, std::int32_t const* positions, Index count,
                   double* blocks);

/// Labels, centres and sums of members. The sums are whole numbers: a point that changes its cluster is taken from one
/// and added to another, with the bits that a new sum would have.
class StreamedRun {
 public:
  /// `labels` [n] is the caller's memory; it holds the labels of the run from then on.
  StreamedRun(StreamContext const& context, Index clusters, VectorView<double const> weights, std::int32_t* labels);

  [[nodiscard]] Index clusters() const noexcept { return k_; }
  [[nodiscard]] double* centres() noexcept { return centres_.get(); }  ///< [k, row length], centred
  [[nodiscard]] double const* centres() const noexcept { return centres_.get(); }
  [[nodiscard]] std::int32_t* labels() noexcept { return labels_; }
  [[nodiscard]] std::int32_t const* labels() const noexcept { return labels_; }
  [[nodiscard]] Quanta const& quanta() const noexcept { return quanta_; }
  [[nodiscard]] std::int64_t const* sizes() const noexcept { return sums_.counts; }
  /// Weight of the members of a cluster.
  [[nodiscard]] double weight(Index cluster) const noexcept {
    return static_cast<double>(sums_.weights[cluster]) / quanta_.weight_scale;
  }
  [[nodiscard]] VectorView<double const> weights() const noexcept { return quanta_.weights; }

  // An assignment: begin, then every range of points once by any thread, then end.
  void begin_assignment();
  /// Whether single precision is asked first.
  [[nodiscard]] bool screens() const noexcept { return screens_; }
  [[nodiscard]] ScreenedCentres const& screened() const noexcept { return screened_; }
  /// Decides the undecided points of rows [begin, begin + count), moves those that change their cluster.
  void settle(Index begin, Index count, RangeLabels& range, DecisionSpace& space, int worker);
  /// In place of settle() for all points: what each cluster gained less what it lost [k, features + 2], the last two
  /// its whole weight and its points; then how many points changed their cluster, and how many were undecided.
  void take_totals(std::int64_t const* totals);
  /// Returns whether a label changed.
  bool end_assignment();

  // What LloydIteration asks of a run.
  void sum_members() const noexcept {}  // sums have moved with the labels
  [[nodiscard]] bool has_empty_cluster() const;
  [[nodiscard]] double inertia() const;
  Index relocate();
  void join_empty_to_heaviest();
  double average();

 private:
  /// Sums of members with the memory behind them.
  struct OwnedSums {
    AlignedArray<std::int64_t> memory;
    MemberSums sums;
    Index undecided = 0;
    bool changed = false;
  };

  void choose_quanta(VectorView<double const> weights);
  void lay_out(OwnedSums& owned) const;
  void move(Relocation const& relocation, std::int32_t from, std::int32_t to);
  void decide(Index begin, RangeLabels& range, DecisionSpace& space) const;

  StreamContext const& context_;
  Index k_, row_length_;
  std::int32_t* labels_;
  AlignedArray<double> centres_, scale_;
  Quanta quanta_;
  OwnedSums all_;
  MemberSums& sums_ = all_.sums;
  std::vector<OwnedSums> moved_;  ///< by worker: what its ranges changed in this assignment
  std::vector<Relocation> relocated_;
  Index heaviest_ = 0;  ///< empty clusters stand where this one stands

  bool screens_ = true;
  ScreenedCentres screened_;
  AlignedArray<float> screened_rows_, screened_norms_;
};

}  // namespace regio
