#include "core/batch_by_size.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace regio {
namespace {

bool is_multiple_of_four(Index item) { return item % 4 == 0; }

TEST(BatchBySize, EveryItemHasItsTurnAndKnowsWhatFollows) {
  Workers workers(2);
  BatchBySize const batch(11, is_multiple_of_four);
  EXPECT_EQ(batch.small(), (std::vector<Index>{1, 2, 3, 5, 6, 7, 9, 10}));
  std::vector<BatchTurn> turns(11);
  std::vector<Index> large;
  std::atomic<Index> done{0};
  batch.run(
      workers, 3,
      [&](BatchTurn const& turn) {
        turns[static_cast<std::size_t>(turn.item)] = turn;
        if (turn.all_threads != nullptr) large.push_back(turn.item);
      },
      [&](Index items) { done += items; });
  EXPECT_EQ(done, 11);
  EXPECT_EQ(large, (std::vector<Index>{0, 4, 8}));
  std::vector<Index> const next{-1, 2, 3, 5, -1, 6, 7, 9, -1, 10, -1};
  for (std::size_t i = 0; i < turns.size(); ++i) {
    EXPECT_EQ(turns[i].next, next[i]) << i;
    EXPECT_EQ(turns[i].all_threads, i % 4 == 0 ? &workers : nullptr) << i;
    EXPECT_LT(turns[i].worker, workers.count());
  }
}

TEST(BatchBySize, FirstItemsErrorIsThrownOnceAllHaveHadTheirTurn) {
  Workers workers(2);
  std::atomic<int> turns{0};
  auto const fail = [&](BatchTurn const& turn) {
    ++turns;
    if (turn.item >= 3) throw std::runtime_error(std::to_string(turn.item));
  };
  try {
    BatchBySize(9, is_multiple_of_four).run_all(workers, 2, fail);
    ADD_FAILURE() << "nothing was thrown";
  } catch (std::runtime_error const& error) {
    EXPECT_STREQ(error.what(), "3");
  }
  EXPECT_EQ(turns, 9);
  BatchBySize(3, is_multiple_of_four).run_all(workers, 2, fail);
  EXPECT_EQ(turns, 12);
}

}  // namespace
}  // namespace regio
