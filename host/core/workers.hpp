/// Parallel loops with fixed chunks: which thread runs a chunk varies, what a chunk computes does not.
#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include <regio/views.hpp>

namespace regio {

/// A set of worker threads. The chunk size belongs to the algorithm, never to the thread count, so that every partial
/// sum has the same terms in the same order for any number of threads.
class Workers {
 public:
  /// `threads` 0: every core that this process may use. More threads than cores are used only where the process allows
  /// oneTBB that many (tbb::global_control).
  explicit Workers(int threads);

  [[nodiscard]] int count() const noexcept { return count_; }

  /// Calls body(begin, end, worker) for [0, count) cut into chunks of `chunk`; worker is in [0, count()).
  template <class Body>
  void for_chunks(Index count, Index chunk, Body&& body) {
    if (count <= 0) return;
    Index const chunks = (count + chunk - 1) / chunk;
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<Index>(0, chunks, 1),
          [&](tbb::blocked_range<Index> const& range) {
            int const worker = std::max(0, tbb::this_task_arena::current_thread_index());
            for (Index c = range.begin(); c != range.end(); ++c) {
              body(c * chunk, std::min(count, (c + 1) * chunk), worker);
            }
          },
          tbb::simple_partitioner());
    });
  }

  /// Calls body(i, worker) for every i in [0, count), one task each.
  template <class Body>
  void for_each(Index count, Body&& body) {
    for_chunks(count, 1, [&](Index begin, Index, int worker) { body(begin, worker); });
  }

 private:
  int count_;
  tbb::task_arena arena_;
};

}  // namespace regio
