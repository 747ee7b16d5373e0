#include "tests/simt/block.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <string>

#include "tests/simt/access_observer.hpp"
#include "tests/simt/device.hpp"

thread_local uint3 threadIdx{};
thread_local uint3 blockIdx{};
thread_local dim3 blockDim{};
thread_local dim3 gridDim{};

namespace simt {
namespace {

thread_local Block* current_block = nullptr;

/// A thread whose atomic operations change nothing this many times in a row is taken to wait for another thread.
constexpr int most_idle_atomics = 16;

uint3 index_of(std::uint64_t number, dim3 extent) {
  return {static_cast<unsigned>(number % extent.x), static_cast<unsigned>(number / extent.x % extent.y),
          static_cast<unsigned>(number / (std::uint64_t{extent.x} * extent.y))};
}

Block& running_block() {
  if (current_block == nullptr || current_block->current_thread() < 0) {
    report(FindingKind::foreign_memory, "a device function was called by host code");
    std::abort();
  }
  return *current_block;
}

}  // namespace

Block* Block::current() { return current_block; }

bool Block::any_stack_contains(std::uintptr_t address) const {
  return std::any_of(threads_.begin(), threads_.end(), [address](auto const& thread) {
    return address - reinterpret_cast<std::uintptr_t>(thread->fibre.stack()) < Fibre::stack_bytes;
  });
}

bool Block::stack_guard_contains(void const* address) {
  if (current_block == nullptr) return false;
  auto const* const byte = static_cast<std::byte const*>(address);
  return std::any_of(current_block->threads_.begin(), current_block->threads_.end(), [byte](auto const& thread) {
    std::byte const* const stack = thread->fibre.stack();
    return byte < stack && byte >= stack - Fibre::guard_bytes;
  });
}

void Block::start(GridLaunch const& launch, std::uint64_t block_number, Schedule& schedule) {
  launch_ = &launch;
  schedule_ = &schedule;
  index_ = index_of(block_number, launch.grid);
  thread_count_ = static_cast<int>(launch.block.x * launch.block.y * launch.block.z);
  while (threads_.size() < static_cast<std::size_t>(thread_count_)) threads_.push_back(std::make_unique<Thread>());
  for (int t = 0; t < thread_count_; ++t) {
    Thread& thread = *threads_[static_cast<std::size_t>(t)];
    thread.index = index_of(static_cast<std::uint64_t>(t), launch.block);
    thread.state = ThreadState::ready;
    thread.idle_atomics = 0;
    thread.fibre.start(run_thread, this);
  }
  order_.resize(static_cast<std::size_t>(thread_count_));
  for (int t = 0; t < thread_count_; ++t) order_[static_cast<std::size_t>(t)] = t;
  auto const threads = static_cast<unsigned>(thread_count_);
  warps_.assign((threads + warp_lanes - 1) / warp_lanes, {.live = 0xFFFFFFFFU});
  if (threads % warp_lanes != 0) warps_.back().live = (1U << threads % warp_lanes) - 1;
  live_ = thread_count_;
  stopped_ = false;
  waiting_ = predicates_ = 0;
  barriers_ = atomics_ = 0;
  shared_memory_.prepare(launch.dynamic_shared_bytes);
  if (AccessObserver* const observer = access_observer()) observer->block_starts(*this);
}

Block::Turn Block::run(std::int64_t turn) {
  current_block = this;
  blockIdx = index_;
  blockDim = launch_->block;
  gridDim = launch_->grid;
  Turn result = Turn::finished;
  bool advanced_before = false;
  while (live_ > 0 && result == Turn::finished) {
    schedule_->arrange(order_);
    bool ran = false, advanced = false;
    for (int const t : order_) {
      if (threads_[static_cast<std::size_t>(t)]->state != ThreadState::ready) continue;
      resume(t);
      if (stopped_) break;
      ran = true;
      advanced |= advanced_;
      --turn;
    }
    if (!ran && !stopped_) report_deadlock();
    if (stopped_) {
      result = Turn::stopped;
    } else if (!advanced) {
      result = advanced_before ? Turn::interrupted : Turn::waiting;
    } else if (turn <= 0 && live_ > 0) {
      result = Turn::interrupted;
    }
    advanced_before |= advanced;
  }
  if (result == Turn::finished) {
    shared_memory_.check();
    if (stopped_) result = Turn::stopped;
  }
  current_block = nullptr;
  return result;
}

void Block::run_thread(void* block) { static_cast<Block*>(block)->launch_->thread(); }

void Block::resume(int thread) {
  Thread& resumed = *threads_[static_cast<std::size_t>(thread)];
  current_thread_ = thread;
  threadIdx = resumed.index;
  advanced_ = false;
  in_executor_ = false;
  // A thread that does not come back through suspend() has returned from the kernel.
  resumed.state = ThreadState::finished;
  resumed.fibre.resume();
  current_thread_ = -1;
  if (!stopped_ && resumed.state == ThreadState::finished) thread_ended(thread);
}

void Block::suspend(ThreadState state) {
  Thread& self = running_thread();
  self.state = state;
  self.fibre.suspend();
  in_executor_ = true;
}

void Block::stop() {
  stopped_ = true;
  if (current_thread_ >= 0) suspend(ThreadState::finished);
}

void Block::thread_ended(int thread) {
  advanced_ = true;
  --live_;
  auto const number = static_cast<unsigned>(thread);
  Warp& warp = warps_[number / warp_lanes];
  warp.live &= ~(1U << number % warp_lanes);
  // Those who waited for this lane need not do so any more.
  for (unsigned lane = 0; lane < warp_lanes && !stopped_; ++lane) {
    if ((warp.waiting >> lane & 1U) != 0) try_warp_operation(number / warp_lanes, lane);
  }
  if (!stopped_ && live_ > 0 && waiting_ == live_) complete_barrier();
}

// ---- block barriers

int Block::barrier(BarrierKind kind, bool predicate, Position position) {
  if (waiting_ == 0) {
    first_at_barrier_ = current_thread_;
    barrier_kind_ = kind;
    barrier_position_ = position;
  } else if (barrier_kind_ != kind || barrier_position_ != position) {
    report(FindingKind::barrier_divergence, "waits at the block barrier at " + to_string(position) + ", but thread " +
                                                std::to_string(first_at_barrier_) + " waits at the one at " +
                                                to_string(barrier_position_));
  }
  Thread& self = running_thread();
  self.position = position;
  self.state = ThreadState::at_barrier;
  advanced_ = true;
  ++waiting_;
  predicates_ += predicate ? 1 : 0;
  if (waiting_ == live_) complete_barrier();
  suspend(self.state);
  return barrier_result_;
}

void Block::complete_barrier() {
  if (live_ < thread_count_) {
    report(FindingKind::barrier_not_reached,
           "the block barrier at " + to_string(barrier_position_) + " is reached by " + std::to_string(live_) + " of " +
               std::to_string(thread_count_) + " threads; the others have returned from the kernel");
    return;
  }
  switch (barrier_kind_) {
    case BarrierKind::plain:
    case BarrierKind::count: barrier_result_ = predicates_; break;
    case BarrierKind::all: barrier_result_ = predicates_ == thread_count_ ? 1 : 0; break;
    case BarrierKind::any: barrier_result_ = predicates_ > 0 ? 1 : 0; break;
  }
  waiting_ = predicates_ = 0;
  ++barriers_;
  for (int t = 0; t < thread_count_; ++t) threads_[static_cast<std::size_t>(t)]->state = ThreadState::ready;
  if (AccessObserver* const observer = access_observer()) observer->block_barrier(*this);
}

// ---- operations of a warp

std::uint64_t Block::warp_operation(WarpOperation const& operation, unsigned mask, std::uint64_t value,
                                    unsigned argument, Position position) {
  unsigned const warp = static_cast<unsigned>(current_thread_) / warp_lanes;
  unsigned const lane = static_cast<unsigned>(current_thread_) % warp_lanes;
  if ((mask >> lane & 1U) == 0) {
    report(FindingKind::warp_mask, std::string(operation.name) + " at " + to_string(position) + ": the calling lane " +
                                       std::to_string(lane) + " is not in the mask");
  }
  Thread& self = running_thread();
  self.operation = &operation;
  self.mask = mask;
  self.argument = argument;
  self.value = value;
  self.position = position;
  self.state = ThreadState::in_warp_operation;
  warps_[warp].waiting |= 1U << lane;
  advanced_ = true;
  try_warp_operation(warp, lane);
  suspend(self.state);
  return self.value;
}

/// Completes the operation in which the lane waits if all lanes that it waits for are there.
void Block::try_warp_operation(unsigned warp, unsigned lane) {
  Thread const& self = thread(warp, lane);
  unsigned const needed = self.mask & warps_[warp].live;
  if ((needed & ~warps_[warp].waiting) != 0) return;
  for (unsigned remaining = needed; remaining != 0; remaining &= remaining - 1) {
    auto const other_lane = static_cast<unsigned>(std::countr_zero(remaining));
    Thread const& other = thread(warp, other_lane);
    if (other.operation == self.operation && other.mask == self.mask) continue;
    // If each waits for the other, that will not end; otherwise the other comes when its own operation is complete.
    if ((other.mask >> lane & 1U) == 0) return;
    report(FindingKind::warp_divergence, "lane " + std::to_string(lane) + " waits in " + self.operation->name + " at " +
                                             to_string(self.position) + ", lane " + std::to_string(other_lane) +
                                             " of the same warp in " + other.operation->name + " at " +
                                             to_string(other.position) + ", and each needs the other");
    return;
  }
  complete_warp_operation(warp, needed);
}

void Block::complete_warp_operation(unsigned warp, unsigned lanes) {
  WarpValues values{.lanes = lanes};
  for (unsigned remaining = lanes; remaining != 0; remaining &= remaining - 1) {
    auto const lane = static_cast<unsigned>(std::countr_zero(remaining));
    values.value[lane] = thread(warp, lane).value;
  }
  WarpOperation const& operation = *thread(warp, static_cast<unsigned>(std::countr_zero(lanes))).operation;
  for (unsigned remaining = lanes; remaining != 0; remaining &= remaining - 1) {
    auto const lane = static_cast<unsigned>(std::countr_zero(remaining));
    Thread& participant = thread(warp, lane);
    if (operation.reads_lane && (lanes >> participant.argument & 1U) == 0) {
      report(FindingKind::absent_lane, std::string(operation.name) + " at " + to_string(participant.position) +
                                           ": lane " + std::to_string(lane) + " reads lane " +
                                           std::to_string(participant.argument) + ", which takes no part");
      return;
    }
    participant.value = operation.result(values, lane, participant.argument);
    participant.state = ThreadState::ready;
  }
  warps_[warp].waiting &= ~lanes;
  if (AccessObserver* const observer = access_observer()) {
    observer->warp_operation(*this, warp, lanes, operation.orders_memory);
  }
}

void Block::report_deadlock() {
  std::string waiting;
  int shown = 0;
  Thread const* previous = nullptr;
  for (int t = 0; t < thread_count_ && shown < 8; ++t) {
    Thread const& thread = *threads_[static_cast<std::size_t>(t)];
    if (thread.state == ThreadState::finished) continue;
    if (previous != nullptr && previous->state == thread.state && previous->position == thread.position) continue;
    previous = &thread;
    ++shown;
    waiting += "\n  thread " + std::to_string(t) + " waits in " +
               (thread.state == ThreadState::at_barrier ? "a block barrier" : thread.operation->name) + " at " +
               to_string(thread.position);
  }
  report(FindingKind::deadlock, "no thread can go on:" + waiting);
}

// ---- waiting, atomics

void Block::pause() { suspend(ThreadState::ready); }

void Block::before_atomic() {
  ++atomics_;
  if (schedule_->interrupts_atomic()) suspend(ThreadState::ready);
}

void Block::after_atomic(bool changed) {
  int& idle = running_thread().idle_atomics;
  idle = changed ? 0 : idle + 1;
  advanced_ |= changed;
  if (idle < most_idle_atomics) return;
  idle = 0;
  pause();
}

// ---- device_services.hpp

unsigned lane() { return static_cast<unsigned>(running_block().current_thread()) % warp_lanes; }

int block_barrier(BarrierKind kind, bool predicate, Position position) {
  Block& block = running_block();
  ExecutorScope const scope(block);
  return block.barrier(kind, predicate, position);
}

std::uint64_t warp_operation(WarpOperation const& operation, unsigned mask, std::uint64_t value, unsigned argument,
                             Position position) {
  Block& block = running_block();
  ExecutorScope const scope(block);
  return block.warp_operation(operation, mask, value, argument, position);
}

void require_group_width(int width, Position position) {
  if (width > 0 && width <= static_cast<int>(warp_lanes) && std::has_single_bit(static_cast<unsigned>(width))) return;
  ExecutorScope const scope(running_block());
  report(FindingKind::warp_mask, "the shuffle at " + to_string(position) + " has width " + std::to_string(width) +
                                     "; expected a power of two up to 32");
}

void pause_thread() {
  Block& block = running_block();
  ExecutorScope const scope(block);
  block.pause();
}

void fence(Scope scope) {
  Block& block = running_block();
  ExecutorScope const in_executor(block);
  if (AccessObserver* const observer = access_observer()) observer->fence(block, scope);
}

void before_atomic(void* address, std::size_t bytes, Scope scope, Position position) {
  Block& block = running_block();
  ExecutorScope const in_executor(block);
  block.before_atomic();
  if (reinterpret_cast<std::uintptr_t>(address) % bytes != 0) {
    report(FindingKind::misaligned,
           "atomic operation of " + std::to_string(bytes) + " bytes at a misaligned address, " + to_string(position));
  }
  if (AccessObserver* const observer = access_observer()) observer->atomic(block, address, bytes, scope, position);
}

void after_atomic(bool changed) {
  Block& block = running_block();
  ExecutorScope const scope(block);
  block.after_atomic(changed);
}

void* dynamic_shared_memory() { return running_block().shared_memory().dynamic(); }

}  // namespace simt
