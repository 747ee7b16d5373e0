#include "core/workers.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

namespace regio {
namespace {

TEST(Workers, ChunksCoverEveryPositionOnceAndDoNotDependOnTheThreads) {
  tbb::global_control const more_threads_than_cores(tbb::global_control::max_allowed_parallelism, 8);
  for (Index const count : {Index{0}, Index{1}, Index{31}, Index{32}, Index{33}, Index{1000}}) {
    std::set<std::pair<Index, Index>> expected;
    for (Index begin = 0; begin < count; begin += 32) expected.insert({begin, std::min(count, begin + 32)});
    for (int const threads : {1, 2, 3, 7}) {
      Workers workers(threads);
      std::mutex mutex;
      std::set<std::pair<Index, Index>> seen;
      workers.for_chunks(count, 32, [&](Index begin, Index end, int worker) {
        std::scoped_lock const lock(mutex);
        EXPECT_GE(worker, 0);
        EXPECT_LT(worker, threads);
        EXPECT_TRUE(seen.insert({begin, end}).second);
      });
      EXPECT_EQ(seen, expected) << count << " positions, " << threads << " threads";
    }
  }
}

TEST(Workers, AnExceptionInABodyReachesTheCaller) {
  Workers workers(2);
  EXPECT_THROW(workers.for_each(100,
                                [](Index i, int) {
                                  if (i == 57) throw std::runtime_error("body failed");
                                }),
               std::runtime_error);
}

}  // namespace
}  // namespace regio
