#include "interaction/shipments_by_origin.hpp"

#include <algorithm>
#include <atomic>

namespace regio {
namespace {

/// Entries that a thread looks at in one go.
constexpr Index entries_of_block = Index{1} << 18;

}  // namespace

ShipmentsByOrigin::ShipmentsByOrigin(Shipments const& shipments, Workers* workers)
    : shipments_(shipments), list_(shipments.list), workers_(workers) {
  first_.assign(static_cast<std::size_t>(shipments.regions) + 1, 0);
  if (list_.value.empty()) return;
  if (is_in_order()) {
    find_origins();
    return;
  }
  count_origins();
  if (valid_) copy_entries();
}

/// Calls body(block, begin, end) for the blocks of the list.
template <class Body>
void ShipmentsByOrigin::for_blocks(Body&& body) const {
  Index const entries = list_.value.size();
  auto const run_block = [&](Index begin) {
    body(begin / entries_of_block, begin, std::min(entries, begin + entries_of_block));
  };
  if (workers_ == nullptr) {
    for (Index begin = 0; begin < entries; begin += entries_of_block) run_block(begin);
  } else {
    workers_->for_chunks(entries, entries_of_block, [&](Index begin, Index, int) { run_block(begin); });
  }
}

bool ShipmentsByOrigin::is_in_order() const {
  std::atomic<bool> in_order = true;
  for_blocks([&](Index, Index begin, Index end) {
    if (!in_order) return;
    std::int32_t const* const origin = list_.origin.begin();
    Index const last = std::min(end, list_.origin.size() - 1);
    bool falls = false;
    for (Index k = begin; k < last; ++k) falls |= origin[k] > origin[k + 1];
    if (falls) in_order = false;
  });
  return in_order;
}

void ShipmentsByOrigin::find_origins() {
  std::int32_t const* const origin = list_.origin.begin();
  std::int32_t const* const end = origin + list_.origin.size();
  valid_ = *origin >= 0 && end[-1] < shipments_.regions;
  for (std::size_t r = 0; r < first_.size(); ++r) {
    first_[r] = std::lower_bound(origin, end, static_cast<Index>(r)) - origin;
  }
}

void ShipmentsByOrigin::count_origins() {
  Index const entries = list_.value.size();
  of_block_.resize(static_cast<std::size_t>((entries + entries_of_block - 1) / entries_of_block));
  std::atomic<bool> valid = true;
  for_blocks([&](Index block, Index begin, Index end) {
    std::vector<Index>& count = of_block_[static_cast<std::size_t>(block)];
    count.assign(static_cast<std::size_t>(shipments_.regions), 0);
    for (Index k = begin; k < end; ++k) {
      std::int32_t const r = list_.origin[k];
      if (r < 0 || r >= shipments_.regions) {
        valid = false;
        return;
      }
      ++count[static_cast<std::size_t>(r)];
    }
  });
  valid_ = valid;
  if (!valid_) return;
  Index next = 0;
  for (std::size_t r = 0; r + 1 < first_.size(); ++r) {
    first_[r] = next;
    for (std::vector<Index>& of_block : of_block_) {
      Index const count = of_block[r];
      of_block[r] = next;
      next += count;
    }
  }
  first_.back() = next;
}

void ShipmentsByOrigin::copy_entries() {
  entries_ = std::make_unique_for_overwrite<Copy[]>(static_cast<std::size_t>(list_.value.size()));
  std::atomic<bool> valid = true;
  for_blocks([&](Index block, Index begin, Index end) {
    std::vector<Index>& next = of_block_[static_cast<std::size_t>(block)];
    for (Index k = begin; k < end; ++k) {
      ShipmentEntry const entry = entry_of(list_, k);
      if (!is_valid(entry, shipments_.regions, shipments_.industries)) {
        valid = false;
        return;
      }
      Index const position = next[static_cast<std::size_t>(list_.origin[k])]++;
      entries_[static_cast<std::size_t>(position)] = {
          entry.value, static_cast<std::int32_t>(entry.destination),
          2 * static_cast<std::uint32_t>(entry.industry) + (entry.is_raw ? 1U : 0U)};
    }
  });
  valid_ = valid;
}

}  // namespace regio
