/// How the points of one problem are cut for sums and for threads. The cuts belong to the problem's shape, never to the
/// number of threads, so that every sum has the same terms in the same order.
#pragma once

#include <algorithm>

#include <regio/views.hpp>

#include "cluster/kmeans_kernels.hpp"
#include "core/workers.hpp"

namespace regio {

/// Points in a range that one thread passes over at a time.
inline constexpr Index pass_chunk = 1024;

/// Points in a range whose members are summed together: at least eight a cluster, so that the partial sums of all
/// ranges stay small beside the points.
constexpr Index sum_chunk(Index k) { return std::max(pass_chunk, rounded_up(8 * k, pass_chunk)); }

constexpr Index chunk_count(Index count, Index chunk) { return (count + chunk - 1) / chunk; }

/// Runs the ranges of one problem on the calling thread alone, or on all workers.
class ChunkLoop {
 public:
  ChunkLoop() = default;
  explicit ChunkLoop(Workers& workers) : workers_(&workers) {}

  /// Whether the ranges are divided among the workers: the points then do not fit a core's cache.
  [[nodiscard]] bool divided() const noexcept { return workers_ != nullptr; }

  /// Calls body(chunk, begin, end) for [0, count) cut into ranges of `size`.
  template <class Body>
  void operator()(Index count, Index size, Body const& body) const {
    if (workers_) {
      workers_->for_chunks(count, size, [&](Index begin, Index end, int) { body(begin / size, begin, end); });
      return;
    }
    for (Index begin = 0; begin < count; begin += size) body(begin / size, begin, std::min(count, begin + size));
  }

 private:
  Workers* workers_ = nullptr;
};

}  // namespace regio
