/// A list of shipments in the order of its origins.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include <regio/shipments.hpp>

#include "core/workers.hpp"

namespace regio {

/// One shipment of a list but for its origin.
struct ShipmentEntry {
  Index destination = 0, industry = 0;
  bool is_raw = false;
  double value = 0;
};

/// Entry k of a list, whose codes may be out of range.
inline ShipmentEntry entry_of(ShipmentList const& list, Index k) {
  return {list.destination[k], list.industry[k], !list.is_raw.empty() && list.is_raw[k] != 0, list.value[k]};
}

/// Codes in range, value finite and >= 0.
inline bool is_valid(ShipmentEntry const& entry, Index regions, Index industries) {
  return entry.destination >= 0 && entry.destination < regions && entry.industry >= 0 && entry.industry < industries &&
         entry.value >= 0 && std::isfinite(entry.value);
}

/// The entries of a list, those of an origin behind each other in the order of the list. A list that has them so
/// already stays where it is; the entries of another are copied, 16 bytes each, in two passes over the list.
class ShipmentsByOrigin {
 public:
  /// `workers` null: the calling thread does everything.
  ShipmentsByOrigin(Shipments const& shipments, Workers* workers);

  /// False when a code or value is not valid: of a list in order its origins alone were looked at.
  [[nodiscard]] bool valid() const noexcept { return valid_; }
  /// Whether the entries were copied; they are valid then.
  [[nodiscard]] bool copied() const noexcept { return entries_ != nullptr; }
  /// Entries of origin r are first(r) .. first(r + 1) - 1.
  [[nodiscard]] Index first(Index origin) const { return first_[static_cast<std::size_t>(origin)]; }
  [[nodiscard]] ShipmentEntry copied_entry(Index position) const {
    Copy const& copy = entries_[static_cast<std::size_t>(position)];
    return {copy.destination, copy.industry_and_use >> 1, (copy.industry_and_use & 1) != 0, copy.value};
  }

 private:
  struct Copy {
    double value;
    std::int32_t destination;
    std::uint32_t industry_and_use;  ///< 2 industry, + 1 for raw materials and supplies
  };

  [[nodiscard]] bool is_in_order() const;
  void find_origins();
  void count_origins();
  void copy_entries();
  template <class Body>
  void for_blocks(Body&& body) const;

  Shipments const& shipments_;
  ShipmentList const& list_;
  Workers* workers_;
  bool valid_ = true;
  std::vector<Index> first_;                  ///< [regions + 1]
  std::vector<std::vector<Index>> of_block_;  ///< [blocks][regions] entries of an origin, then where the next one goes
  std::unique_ptr<Copy[]> entries_;
};

}  // namespace regio
