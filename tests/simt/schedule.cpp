#include "tests/simt/schedule.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace simt {

template <class T>
void Schedule::shuffle(std::vector<T>& values) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
}

std::vector<std::uint64_t> Schedule::block_order(std::uint64_t count) {
  std::vector<std::uint64_t> blocks(count);
  std::iota(blocks.begin(), blocks.end(), std::uint64_t{0});
  if (order_ == Order::reverse) std::reverse(blocks.begin(), blocks.end());
  if (order_ == Order::random) shuffle(blocks);
  return blocks;
}

void Schedule::arrange(std::vector<int>& threads) {
  if (order_ == Order::reverse && std::is_sorted(threads.begin(), threads.end())) {
    std::reverse(threads.begin(), threads.end());
  }
  if (order_ == Order::random) shuffle(threads);
}

std::int64_t Schedule::turn() {
  // Short and long turns are equally frequent on a logarithmic scale: short ones interleave blocks finely, long ones
  // keep the switches between them cheap.
  if (order_ != Order::random) return std::numeric_limits<std::int64_t>::max();
  return std::int64_t{1} << below(13);
}

std::size_t Schedule::pick(std::size_t residents) { return order_ == Order::random ? below(residents) : 0; }

bool Schedule::interrupts_atomic() { return order_ == Order::random && below(4) == 0; }

}  // namespace simt
