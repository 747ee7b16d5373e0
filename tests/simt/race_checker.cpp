#include "tests/simt/race_checker.hpp"

#include <algorithm>
#include <bit>

namespace simt {
namespace {

constexpr std::uintptr_t cell_bytes = 4;

/// More accesses than this are not remembered of one cell: a race with those left out is not found.
constexpr std::size_t most_moments = 64;

bool conflict(AccessKind a, AccessKind b, bool same_block) {
  if (!writes(a) && !writes(b)) return false;
  bool const of_block = a == AccessKind::block_atomic || b == AccessKind::block_atomic;
  return !strong(a) || !strong(b) || (of_block && !same_block);
}

}  // namespace

void RaceChecker::launch_starts() {
  ++launch_;
  blocks_started_ = 0;
  channels_.clear();
}

RaceChecker::BlockState& RaceChecker::state_of(Block const& block) {
  if (last_block_ != &block) {
    last_block_ = &block;
    last_state_ = &blocks_[&block];
  }
  return *last_state_;
}

void RaceChecker::block_starts(Block& block) {
  BlockState& state = state_of(block);
  auto const threads = static_cast<std::size_t>(block.thread_count());
  state = BlockState{.block = blocks_started_++, .interval = 1};
  state.warps.resize((threads + warp_lanes - 1) / warp_lanes);
  state.threads.resize(threads);
  SharedMemory const& shared = block.shared_memory();
  auto const cells_of = [](std::size_t bytes) { return (bytes + cell_bytes - 1) / cell_bytes; };
  state.dynamic_cells.resize(cells_of(shared.dynamic_bytes()));
  state.dynamic_written.resize(shared.dynamic_bytes());
  if (!shared.variables().empty()) {
    SharedVariable const& last = shared.variables().back();
    std::byte const* const begin = shared.variables().front().begin;
    state.static_begin = reinterpret_cast<std::uintptr_t>(begin) / cell_bytes * cell_bytes;
    std::size_t const bytes = reinterpret_cast<std::uintptr_t>(last.begin + last.bytes) - state.static_begin;
    state.static_cells.resize(cells_of(bytes));
    state.static_written.resize(bytes);
  }
}

// ---- what orders accesses

RaceChecker::SharedKnowledge RaceChecker::joined(SharedKnowledge const& a, SharedKnowledge const& b) {
  if (a == nullptr || a == b) return b;
  if (b == nullptr) return a;
  auto result = std::make_shared<Knowledge>(*a);
  for (auto const& [block, known] : *b) {
    KnownOfBlock& target = (*result)[block];
    if (target.interval < known.interval) {
      target = known;
    } else if (target.interval == known.interval) {
      for (auto const& [thread, clock] : known.clock) {
        std::uint32_t& target_clock = target.clock[thread];
        target_clock = std::max(target_clock, clock);
      }
    }
  }
  return result;
}

void RaceChecker::Ordering::join(Ordering const& other) {
  known = joined(known, other.known);
  released_block = joined(released_block, other.released_block);
  released_device = joined(released_device, other.released_device);
  pending_block = joined(pending_block, other.pending_block);
  pending_device = joined(pending_device, other.pending_device);
}

RaceChecker::SharedKnowledge RaceChecker::snapshot(BlockState const& state, unsigned thread) const {
  auto own = std::make_shared<Knowledge>();
  KnownOfBlock& known = (*own)[state.block];
  known.interval = state.interval;
  known.clock[static_cast<std::uint16_t>(thread)] = state.threads[thread].clock;
  unsigned const warp = thread / warp_lanes;
  if (state.warps[warp].interval == state.interval) {
    for (unsigned lane = 0; lane < warp_lanes; ++lane) {
      std::uint32_t const seen = state.warps[warp].seen[thread % warp_lanes][lane];
      unsigned const other = warp * warp_lanes + lane;
      if (seen > 0 && other != thread) known.clock[static_cast<std::uint16_t>(other)] = seen;
    }
  }
  return joined(own, state.threads[thread].ordering.known);
}

void RaceChecker::block_barrier(Block& block) {
  BlockState& state = state_of(block);
  ++state.interval;
  if (!state.fenced) return;
  Ordering all;
  for (ThreadState const& thread : state.threads) all.join(thread.ordering);
  for (ThreadState& thread : state.threads) thread.ordering = all;
}

void RaceChecker::warp_barrier(Block& block, unsigned warp, unsigned lanes) {
  BlockState& state = state_of(block);
  WarpClocks& clocks = state.warps[warp];
  if (clocks.interval != state.interval) {
    clocks.interval = state.interval;
    clocks.seen = {};
  }
  std::array<std::uint32_t, warp_lanes> met{};
  Ordering all;
  for (unsigned remaining = lanes; remaining != 0; remaining &= remaining - 1) {
    auto const lane = static_cast<unsigned>(std::countr_zero(remaining));
    ThreadState const& thread = state.threads[warp * warp_lanes + lane];
    clocks.seen[lane][lane] = thread.clock;
    for (unsigned other = 0; other < warp_lanes; ++other) met[other] = std::max(met[other], clocks.seen[lane][other]);
    if (state.fenced) all.join(thread.ordering);
  }
  for (unsigned remaining = lanes; remaining != 0; remaining &= remaining - 1) {
    auto const lane = static_cast<unsigned>(std::countr_zero(remaining));
    ThreadState& thread = state.threads[warp * warp_lanes + lane];
    clocks.seen[lane] = met;
    if (state.fenced) thread.ordering = all;
    ++thread.clock;
  }
}

void RaceChecker::fence(Block& block, Scope scope) {
  BlockState& state = state_of(block);
  auto const number = static_cast<unsigned>(block.current_thread());
  Ordering& ordering = state.threads[number].ordering;
  state.fenced = true;
  ordering.known = joined(ordering.known, ordering.pending_block);
  ordering.pending_block = nullptr;
  if (scope == Scope::device) {
    ordering.known = joined(ordering.known, ordering.pending_device);
    ordering.pending_device = nullptr;
  }
  ordering.released_block = snapshot(state, number);
  if (scope == Scope::device) ordering.released_device = ordering.released_block;
  ++state.threads[number].clock;
}

/// A strong access leaves in its address what the thread knew at its last fence, and picks up what others left there.
void RaceChecker::meet(BlockState& state, unsigned number, MemoryAccess const& access) {
  Ordering& ordering = state.threads[number].ordering;
  bool const of_device = access.kind != AccessKind::block_atomic;
  bool const leaves = writes(access.kind) && ordering.released_block != nullptr;
  auto const found = channels_.find(access.address);
  if (found == channels_.end() && !leaves) return;
  Channel& channel = found == channels_.end() ? channels_[access.address] : found->second;
  SharedKnowledge& of_block = channel.block[state.block];
  if (reads(access.kind)) {
    state.fenced = true;
    ordering.pending_block = joined(ordering.pending_block, of_block);
    if (of_device) ordering.pending_device = joined(ordering.pending_device, channel.device);
  }
  if (leaves) {
    of_block = joined(of_block, ordering.released_block);
    if (of_device) channel.device = joined(channel.device, ordering.released_device);
  }
}

bool RaceChecker::ordered(Moment const& earlier, BlockState const& state, unsigned thread) const {
  if (earlier.block == state.block) {
    if (earlier.interval < state.interval || earlier.thread == thread) return true;
    WarpClocks const& clocks = state.warps[thread / warp_lanes];
    if (earlier.thread / warp_lanes == thread / warp_lanes && clocks.interval == state.interval &&
        clocks.seen[thread % warp_lanes][earlier.thread % warp_lanes] >= earlier.clock) {
      return true;
    }
  }
  Knowledge const* const known = state.threads[thread].ordering.known.get();
  if (known == nullptr) return false;
  auto const block = known->find(earlier.block);
  if (block == known->end() || block->second.interval < earlier.interval) return false;
  if (block->second.interval > earlier.interval) return true;
  auto const clock = block->second.clock.find(earlier.thread);
  return clock != block->second.clock.end() && clock->second >= earlier.clock;
}

// ---- accesses

RaceChecker::Cell& RaceChecker::cell_at(BlockState& state, Location const& location, std::uintptr_t address) {
  switch (location.region) {
    case Region::dynamic_shared: return state.dynamic_cells[(address - location.begin) / cell_bytes];
    case Region::static_shared: return state.static_cells[(address - state.static_begin) / cell_bytes];
    default: break;
  }
  std::uintptr_t const page_number = address / (cell_bytes * 1024);
  if (last_page_ == nullptr || last_page_number_ != page_number) {
    std::unique_ptr<Page>& page = pages_[page_number];
    if (page == nullptr) page = std::make_unique<Page>();
    last_page_number_ = page_number;
    last_page_ = page.get();
  }
  if (last_page_->launch != launch_) {
    // What happened in an earlier launch is ordered before this one.
    last_page_->launch = launch_;
    for (Cell& cell : last_page_->cells) cell.clear();
  }
  return last_page_->cells[address / cell_bytes % 1024];
}

void RaceChecker::access(Block& block, Location const& location, MemoryAccess const& access, AddressMap& addresses) {
  BlockState& state = state_of(block);
  auto const thread = static_cast<unsigned>(block.current_thread());
  if (location.region != Region::global) {
    bool const is_static = location.region == Region::static_shared;
    std::vector<bool>& written = is_static ? state.static_written : state.dynamic_written;
    auto const first = static_cast<std::ptrdiff_t>(access.address - (is_static ? state.static_begin : location.begin));
    auto const begin = written.begin() + first, end = begin + static_cast<std::ptrdiff_t>(access.bytes);
    if (reads(access.kind) && std::find(begin, end, false) != end) {
      report(FindingKind::uninitialised_shared, std::string(verb_of(access.kind)) + " " +
                                                    addresses.describe(block, access.address) + " at " +
                                                    access.site.text() + ", which nobody has written");
    }
    if (writes(access.kind)) std::fill(begin, end, true);
  }
  if (strong(access.kind)) meet(state, thread, access);

  std::uintptr_t const end = access.address + access.bytes;
  for (std::uintptr_t word = access.address / cell_bytes * cell_bytes; word < end; word += cell_bytes) {
    unsigned bytes = 0;
    for (std::uintptr_t b = 0; b < cell_bytes; ++b) {
      if (word + b >= access.address && word + b < end) bytes |= 1U << b;
    }
    Moment const now{.site = access.site,
                     .block = state.block,
                     .interval = state.interval,
                     .clock = state.threads[thread].clock,
                     .thread = static_cast<std::uint16_t>(thread),
                     .bytes = static_cast<std::uint8_t>(bytes),
                     .kind = access.kind};
    Cell& cell = cell_at(state, location, word);
    compare(cell, now, state, [&](Moment const& earlier) {
      return std::string(verb_of(access.kind)) + " " + addresses.describe(block, access.address) + " at " +
             access.site.text() + "; thread " + std::to_string(earlier.thread) +
             (earlier.block == now.block ? " of the same block " : " of another block ") + verb_of(earlier.kind) +
             " it at " + earlier.site.text() + ", and nothing orders the two";
    });
    remember(cell, now);
  }
}

/// Reports a race of `now` with an earlier access, and drops the earlier ones that it makes superfluous: whoever races
/// with them races with `now` too, which is ordered behind them and conflicts with as much.
template <class Describe>
void RaceChecker::compare(Cell& cell, Moment const& now, BlockState const& state, Describe const& describe) {
  auto kept = cell.begin();
  for (Moment const& earlier : cell) {
    bool const comes_before = ordered(earlier, state, now.thread);
    if (!comes_before && (earlier.bytes & now.bytes) != 0 &&
        conflict(earlier.kind, now.kind, earlier.block == now.block)) {
      report(FindingKind::race, describe(earlier));
    }
    bool const conflicts_with_as_much = now.kind == AccessKind::write || now.kind == earlier.kind;
    bool const covered = (earlier.bytes & ~now.bytes) == 0;
    if (!(comes_before && covered && conflicts_with_as_much)) *kept++ = earlier;
  }
  cell.erase(kept, cell.end());
}

/// A thread of the block that writes races with readers of another warp than its own, so of plain reads between two
/// barriers those of two warps are enough, one of each.
void RaceChecker::remember(Cell& cell, Moment const& now) {
  if (now.kind == AccessKind::read) {
    auto const like_now = [&now](Moment const& m) {
      return m.kind == AccessKind::read && m.block == now.block && m.interval == now.interval && m.bytes == now.bytes;
    };
    auto const of_own_warp = [&now](Moment const& m) { return m.thread / warp_lanes == now.thread / warp_lanes; };
    auto const first = std::find_if(cell.begin(), cell.end(), like_now);
    if (first != cell.end() && !of_own_warp(*first)) {
      bool const two_warps = std::any_of(first, cell.end(), [&](Moment const& m) {
        return like_now(m) && m.thread / warp_lanes != first->thread / warp_lanes;
      });
      if (two_warps) return;
      cell.erase(std::remove_if(first + 1, cell.end(), like_now), cell.end());
    } else if (first != cell.end() &&
               std::any_of(first, cell.end(), [&](Moment const& m) { return like_now(m) && !of_own_warp(m); })) {
      return;
    }
  }
  if (cell.size() < most_moments) cell.push_back(now);
}

}  // namespace simt
