#include "tests/simt/access_counter.hpp"

#include <algorithm>
#include <bit>

namespace simt {
namespace {

constexpr std::uintptr_t sector_bytes = 32;

std::uint64_t sectors_of(unsigned lanes, std::array<std::uintptr_t, warp_lanes> const& addresses, std::size_t bytes) {
  std::array<std::uintptr_t, 2 * warp_lanes> sectors;
  std::size_t count = 0;
  for (unsigned remaining = lanes; remaining != 0; remaining &= remaining - 1) {
    std::uintptr_t const address = addresses[static_cast<unsigned>(std::countr_zero(remaining))];
    std::uintptr_t const first = address / sector_bytes, last = (address + bytes - 1) / sector_bytes;
    sectors[count++] = first;
    if (last != first) sectors[count++] = last;
  }
  auto* const end = sectors.begin() + count;
  std::sort(sectors.begin(), end);
  return static_cast<std::uint64_t>(std::unique(sectors.begin(), end) - sectors.begin());
}

/// How often the banks must be passed over for one access of a warp: 32 banks of 4 bytes; lanes that read the same word
/// share it; accesses of 8 and 16 bytes are made by half and quarter warps, of which one that wants nothing but words
/// of an earlier one goes with it.
struct BankPasses {
  int made = 0;
  int conflicts = 0;  ///< of the parts of the warp, each taken by itself
};

BankPasses bank_passes(unsigned lanes, std::array<std::uintptr_t, warp_lanes> const& addresses, std::size_t bytes) {
  constexpr std::uintptr_t word_bytes = 4, banks = 32;
  unsigned const lanes_at_once = bytes <= 4 ? 32 : bytes <= 8 ? 16 : 8;
  BankPasses passes;
  std::array<std::uintptr_t, 4 * banks> earlier;
  auto* earlier_end = earlier.begin();
  for (unsigned first = 0; first < warp_lanes; first += lanes_at_once) {
    // At most 32 words are touched at once; each counts once for its bank.
    std::array<std::uintptr_t, banks> words;
    std::size_t count = 0;
    for (unsigned lane = first; lane < first + lanes_at_once; ++lane) {
      if ((lanes >> lane & 1U) == 0) continue;
      for (std::uintptr_t word = addresses[lane] / word_bytes; word * word_bytes < addresses[lane] + bytes; ++word) {
        words[count++] = word;
      }
    }
    std::sort(words.begin(), words.begin() + count);
    std::array<int, banks> of_bank{};
    auto* const end = std::unique(words.begin(), words.begin() + count);
    std::for_each(words.begin(), end, [&of_bank](std::uintptr_t word) { ++of_bank[word % banks]; });
    if (count == 0) continue;
    int const of_part = *std::max_element(of_bank.begin(), of_bank.end());
    passes.conflicts += of_part - 1;
    bool const nothing_new = std::all_of(words.begin(), end, [&](std::uintptr_t word) {
      return std::find(earlier.begin(), earlier_end, word) != earlier_end;
    });
    passes.made += nothing_new ? 0 : of_part;
    earlier_end = std::copy(words.begin(), end, earlier_end);
  }
  return passes;
}

}  // namespace

void AccessCounter::launch_ends(LaunchCount& count) const {
  count.global_load_bytes = count_.global_load_bytes;
  count.global_store_bytes = count_.global_store_bytes;
  count.global_load_sectors = count_.global_load_sectors;
  count.global_store_sectors = count_.global_store_sectors;
  count.shared_load_bytes = count_.shared_load_bytes;
  count.shared_store_bytes = count_.shared_store_bytes;
  count.shared_passes = count_.shared_passes;
  count.shared_conflicts = count_.shared_conflicts;
  count.counted = true;
}

std::vector<AccessCounter::Warp>& AccessCounter::warps_of(Block const& block) {
  if (last_block_ != &block) {
    last_block_ = &block;
    last_warps_ = &blocks_[&block];
  }
  return *last_warps_;
}

void AccessCounter::block_starts(Block const& block) {
  std::vector<Warp>& warps = warps_of(block);
  warps.clear();
  warps.resize((static_cast<std::size_t>(block.thread_count()) + warp_lanes - 1) / warp_lanes);
}

void AccessCounter::block_ends(Block const& block) { block_met(block); }

void AccessCounter::block_met(Block const& block) {
  auto const warps = static_cast<unsigned>(warps_of(block).size());
  for (unsigned warp = 0; warp < warps; ++warp) warp_met(block, warp);
}

void AccessCounter::warp_met(Block const& block, unsigned warp) {
  for (auto& [site, place] : warps_of(block)[warp]) {
    for (WarpAccess const& access : place.accesses) count(place, access);
    place.accesses.clear();
    place.passes = {};
  }
}

void AccessCounter::access(Block const& block, bool shared, MemoryAccess const& access) {
  auto const thread = static_cast<unsigned>(block.current_thread());
  unsigned const lane = thread % warp_lanes;
  // A place that accesses now shared and now global memory is two places.
  Place& place = warps_of(block)[thread / warp_lanes][access.site.id() * 2 + (shared ? 1 : 0)];
  place.shared = shared;
  place.write = writes(access.kind);
  std::uint32_t const pass = place.passes[lane]++;
  if (pass >= place.accesses.size()) place.accesses.resize(pass + 1);
  WarpAccess& of_warp = place.accesses[pass];
  of_warp.lanes |= 1U << lane;
  of_warp.bytes = access.bytes;
  of_warp.address[lane] = access.address;
}

void AccessCounter::count(Place const& place, WarpAccess const& access) {
  std::uint64_t const bytes = static_cast<std::uint64_t>(std::popcount(access.lanes)) * access.bytes;
  if (place.shared) {
    BankPasses const passes = bank_passes(access.lanes, access.address, access.bytes);
    (place.write ? count_.shared_store_bytes : count_.shared_load_bytes) += bytes;
    count_.shared_passes += static_cast<std::uint64_t>(passes.made);
    count_.shared_conflicts += static_cast<std::uint64_t>(passes.conflicts);
    return;
  }
  std::uint64_t const sectors = sectors_of(access.lanes, access.address, access.bytes);
  (place.write ? count_.global_store_bytes : count_.global_load_bytes) += bytes;
  (place.write ? count_.global_store_sectors : count_.global_load_sectors) += sectors;
}

}  // namespace simt
