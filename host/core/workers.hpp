/// Parallel loops with fixed chunks: which thread runs a chunk varies, what a chunk computes does not.
#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#if defined(__SANITIZE_THREAD__)
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
#endif

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
    auto const run_chunk = [&](Index c, int worker) { body(c * chunk, std::min(count, (c + 1) * chunk), worker); };
#if defined(__SANITIZE_THREAD__)
    run_on_plain_threads(chunks, run_chunk);
#else
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<Index>(0, chunks, 1),
          [&](tbb::blocked_range<Index> const& range) {
            int const worker = std::max(0, tbb::this_task_arena::current_thread_index());
            for (Index c = range.begin(); c != range.end(); ++c) run_chunk(c, worker);
          },
          tbb::simple_partitioner());
    });
#endif
  }

  /// Calls body(i, worker) for every i in [0, count), one task each.
  template <class Body>
  void for_each(Index count, Body&& body) {
    for_chunks(count, 1, [&](Index begin, Index, int worker) { body(begin, worker); });
  }

 private:
#if defined(__SANITIZE_THREAD__)
  // The thread sanitizer does not see how the distribution's oneTBB synchronises, and would report its hand-over as
  // races. Under it the same chunks run on plain threads, so that it judges our own code.
  template <class RunChunk>
  void run_on_plain_threads(Index chunks, RunChunk const& run_chunk) {
    std::atomic<Index> next{0};
    std::exception_ptr failure;
    std::mutex failure_mutex;
    std::vector<std::thread> threads;
    for (int worker = 0; worker < count_; ++worker) {
      threads.emplace_back([&, worker] {
        try {
          for (Index c = next++; c < chunks; c = next++) run_chunk(c, worker);
        } catch (...) {
          next = chunks;
          std::scoped_lock const lock(failure_mutex);
          if (!failure) failure = std::current_exception();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
  }
#endif

  int count_;
  tbb::task_arena arena_;
};

}  // namespace regio
