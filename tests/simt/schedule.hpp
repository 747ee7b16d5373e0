/// In which order threads and blocks run: forward, reverse, or drawn from a seed. The same choice gives the same run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace simt {

enum class Order { forward, reverse, random };

class Schedule {
 public:
  Schedule(Order order, std::uint64_t seed) : order_(order), random_(seed) {}

  /// 0 to count - 1 in the order in which blocks start.
  std::vector<std::uint64_t> block_order(std::uint64_t count);
  /// Puts the threads of a block, given in rising order or as this function left them, into the order of the next pass.
  void arrange(std::vector<int>& threads);
  /// How many times threads of a block may run before another resident block gets its turn.
  std::int64_t turn();
  /// Which of the resident blocks runs next; 0 is the oldest.
  std::size_t pick(std::size_t residents);
  /// Whether another thread runs before this atomic operation.
  bool interrupts_atomic();

 private:
  /// In [0, bound); std::uniform_int_distribution differs between libraries.
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  template <class T>
  void shuffle(std::vector<T>& values);

  Order order_;
  std::mt19937_64 random_;
};

}  // namespace simt
