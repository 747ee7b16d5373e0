/// One resident block: its threads, its barriers, the operations of its warps, and its shared memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/simt/device_services.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/fibre.hpp"
#include "tests/simt/position.hpp"
#include "tests/simt/shared_memory.hpp"

namespace simt {

inline constexpr unsigned warp_lanes = 32;

class Block {
 public:
  enum class Turn {
    finished,
    interrupted,  ///< its turn is over, it can go on
    waiting,      ///< every thread that could run only waits for others
    stopped,      ///< a finding ended the launch
  };

  /// Makes the threads of a block ready. To be called, like run(), on the OS thread on which this block lives.
  void start(GridLaunch const& launch, std::uint64_t block_number, Schedule& schedule);
  /// Runs the threads until the block ends, or about `turn` of them have run.
  Turn run(std::int64_t turn);

  /// The block whose threads run on this OS thread; null in host code.
  static Block* current();
  /// The running thread's number in its block; -1 between threads.
  [[nodiscard]] int current_thread() const { return current_thread_; }
  /// Whether a thread runs, and runs the kernel's text rather than the executor's.
  [[nodiscard]] bool in_kernel() const { return current_thread_ >= 0 && !in_executor_; }
  [[nodiscard]] uint3 index() const { return index_; }
  [[nodiscard]] uint3 thread_index(int thread) const { return threads_[static_cast<std::size_t>(thread)]->index; }
  [[nodiscard]] GridLaunch const& launch() const { return *launch_; }
  [[nodiscard]] int thread_count() const { return thread_count_; }
  /// The lanes of a warp whose threads have not returned.
  [[nodiscard]] unsigned live_lanes(unsigned warp) const { return warps_[warp].live; }
  [[nodiscard]] SharedMemory const& shared_memory() const { return shared_memory_; }
  [[nodiscard]] std::byte const* running_stack() const { return running_thread().fibre.stack(); }
  [[nodiscard]] bool any_stack_contains(std::uintptr_t address) const;
  [[nodiscard]] std::uint64_t barriers() const { return barriers_; }
  [[nodiscard]] std::uint64_t atomics() const { return atomics_; }

  /// For signal handlers: whether the address lies below a stack of the block that runs on this OS thread.
  static bool stack_guard_contains(void const* address);

  // What the running thread asks for (device_services.hpp).
  int barrier(BarrierKind kind, bool predicate, Position position);
  std::uint64_t warp_operation(WarpOperation const& operation, unsigned mask, std::uint64_t value, unsigned argument,
                               Position position);
  void pause();
  void before_atomic();
  void after_atomic(bool changed);
  /// Ends the launch; called by a running thread it does not return.
  void stop();

 private:
  friend class ExecutorScope;
  enum class ThreadState : std::uint8_t { ready, at_barrier, in_warp_operation, finished };

  struct Thread {
    Fibre fibre;
    uint3 index{};
    ThreadState state = ThreadState::finished;
    Position position;  ///< where it waits
    WarpOperation const* operation = nullptr;
    unsigned mask = 0;
    unsigned argument = 0;
    std::uint64_t value = 0;  ///< what the lane gives to the operation, then what it gets
    int idle_atomics = 0;
  };

  /// Lanes as bits.
  struct Warp {
    unsigned live = 0;     ///< have not returned
    unsigned waiting = 0;  ///< in an operation of the warp
  };

  static void run_thread(void* block);
  void resume(int thread);
  void suspend(ThreadState state);
  void thread_ended(int thread);
  void complete_barrier();
  void try_warp_operation(unsigned warp, unsigned lane);
  void complete_warp_operation(unsigned warp, unsigned lanes);
  void report_deadlock();
  [[nodiscard]] Thread& running_thread() const { return *threads_[static_cast<std::size_t>(current_thread_)]; }
  [[nodiscard]] Thread& thread(unsigned warp, unsigned lane) const { return *threads_[warp * warp_lanes + lane]; }

  GridLaunch const* launch_ = nullptr;
  Schedule* schedule_ = nullptr;
  uint3 index_{};
  std::vector<std::unique_ptr<Thread>> threads_;  ///< kept from block to block; the first thread_count_ are in use
  std::vector<Warp> warps_;
  std::vector<int> order_;
  int thread_count_ = 0, live_ = 0, current_thread_ = -1;
  bool stopped_ = false, in_executor_ = false;
  bool advanced_ = false;  ///< the thread that ran has done more than to wait
  // At the block barrier.
  int waiting_ = 0, first_at_barrier_ = 0, predicates_ = 0, barrier_result_ = 0;
  BarrierKind barrier_kind_ = BarrierKind::plain;
  Position barrier_position_;
  std::uint64_t barriers_ = 0, atomics_ = 0;
  SharedMemory shared_memory_;
};

/// Marks what a running thread does in the executor: templates that executor and kernels share may carry access hooks.
class ExecutorScope {
 public:
  explicit ExecutorScope(Block& block) : block_(block) { block_.in_executor_ = true; }
  ~ExecutorScope() { block_.in_executor_ = false; }
  ExecutorScope(ExecutorScope const&) = delete;
  ExecutorScope& operator=(ExecutorScope const&) = delete;

 private:
  Block& block_;
};

}  // namespace simt
