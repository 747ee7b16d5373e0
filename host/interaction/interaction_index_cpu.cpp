#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"
#include "interaction/interaction_index_operation.hpp"
#include "interaction/shipment_kernels.hpp"
#include "interaction/shipments_by_origin.hpp"

namespace regio {
namespace {

/// Deliveries of an industry into a region, of a list with uses: side by side, since an entry adds to both.
struct DeliveriesByUse {
  double all = 0, raw = 0;  ///< raw: materials and supplies

  void add(DeliveriesByUse const& other) noexcept {
    all += other.all;
    raw += other.raw;
  }
};

class Summation {
 public:
  Summation(ShipmentItem& item, ShipmentKernels const& kernels)
      : item_(item),
        shipments_(*item.shipments),
        totals_(*item.totals),
        kernels_(kernels),
        chunks_(origin_chunks(shipments_)) {}

  /// `workers` null: the calling thread does everything.
  void run(Workers* workers, std::stop_token const& stop) {
    if (shipments_.is_list()) {
      by_origin_.emplace(shipments_, workers);
      if (!by_origin_->valid()) {
        item_.finished = true;
        return;
      }
    }
    Index const cells = shipments_.regions * shipments_.industries;
    if (shipments_.list.is_raw.empty()) {
      in_parts_.resize(static_cast<std::size_t>((chunks_.count - 1) * cells));
    } else {
      parts_by_use_.resize(static_cast<std::size_t>(chunks_.count * cells));
    }
    std::vector<std::uint8_t> valid(static_cast<std::size_t>(chunks_.count), 0);
    std::atomic<bool> stopped = false;
    auto const add_chunk = [&](Index c) {
      if (stop.stop_requested()) stopped = true;
      if (stopped) return;
      Index const begin = c * chunks_.origins, end = std::min(shipments_.regions, begin + chunks_.origins);
      valid[static_cast<std::size_t>(c)] = shipments_.is_list() ? add_list(c, begin, end) : add_table(c, begin, end);
    };
    if (workers == nullptr) {
      for (Index c = 0; c < chunks_.count; ++c) add_chunk(c);
    } else {
      workers->for_each(chunks_.count, [&](Index c, int) { add_chunk(c); });
    }
    item_.finished = !stopped;
    if (stopped) return;
    item_.valid = std::all_of(valid.begin(), valid.end(), [](std::uint8_t v) { return v != 0; });
    if (item_.valid) conclude();
  }

 private:
  /// Deliveries into regions from the origins of a chunk; the first chunk's are the totals themselves.
  double* in_by_industry(Index c) {
    return c == 0 ? totals_.in_by_industry.data()
                  : in_parts_.data() + (c - 1) * shipments_.regions * shipments_.industries;
  }

  bool add_table(Index c, Index begin, Index end) {
    Index const regions = shipments_.regions, industries = shipments_.industries;
    std::vector<double> to_tile(static_cast<std::size_t>(industries));
    // The totals of a tile's destinations stay in the core's first cache while all origins of the chunk pass by.
    for (Index tile = 0; tile < regions; tile += destinations_of_tile) {
      Index const destinations = std::min(destinations_of_tile, regions - tile);
      for (Index r = begin; r < end; ++r) {
        Index const own = r - tile;
        double const lowest = kernels_.add_rows({.value = &shipments_.table(r, tile, 0),
                                                 .destinations = destinations,
                                                 .industries = industries,
                                                 .own = own,
                                                 .next = r + 1 < end ? &shipments_.table(r + 1, tile, 0) : nullptr,
                                                 .flow = totals_.flows.data() + r * regions + tile,
                                                 .out_by_industry = to_tile.data(),
                                                 .in_by_industry = in_by_industry(c) + tile * industries});
        if (!(lowest >= 0)) return false;
        double* const out = totals_.out_by_industry.data() + r * industries;
        for (Index i = 0; i < industries; ++i) out[i] += to_tile[static_cast<std::size_t>(i)];
      }
    }
    return true;
  }

  bool add_list(Index c, Index begin, Index end) {
    if (by_origin_->copied()) {
      return add_entries(c, begin, end, [&](Index position, ShipmentEntry& entry) {
        entry = by_origin_->copied_entry(position);
        return true;
      });
    }
    return add_entries(c, begin, end, [&](Index position, ShipmentEntry& entry) {
      entry = entry_of(shipments_.list, position);
      return is_valid(entry, shipments_.regions, shipments_.industries);
    });
  }

  /// read(position, entry) is false for an entry that is not valid.
  template <class Read>
  bool add_entries(Index c, Index begin, Index end, Read&& read) {
    Index const regions = shipments_.regions, industries = shipments_.industries;
    bool const has_uses = !parts_by_use_.empty();
    double* const in = has_uses ? nullptr : in_by_industry(c);
    DeliveriesByUse* const by_use = has_uses ? parts_by_use_.data() + c * regions * industries : nullptr;
    for (Index r = begin; r < end; ++r) {
      double* const flow = totals_.flows.data() + r * regions;
      double* const out = totals_.out_by_industry.data() + r * industries;
      Index const last = by_origin_->first(r + 1);
      for (Index position = by_origin_->first(r); position < last; ++position) {
        ShipmentEntry entry;
        if (!read(position, entry)) return false;
        flow[entry.destination] += entry.value;
        if (entry.destination == r) continue;
        out[entry.industry] += entry.value;
        Index const into = entry.destination * industries + entry.industry;
        if (!has_uses) {
          in[into] += entry.value;
          continue;
        }
        by_use[into].all += entry.value;
        by_use[into].raw += entry.is_raw ? entry.value : 0.0;  // uses come in any order: a branch would be mistaken
      }
    }
    return true;
  }

  void conclude() {
    Index const regions = shipments_.regions, industries = shipments_.industries;
    Index const cells = regions * industries;
    for (Index c = 1; c < chunks_.count; ++c) {
      if (parts_by_use_.empty()) {
        double const* const part = in_by_industry(c);
        for (Index k = 0; k < cells; ++k) totals_.in_by_industry[static_cast<std::size_t>(k)] += part[k];
      } else {
        DeliveriesByUse const* const part = parts_by_use_.data() + c * cells;
        for (Index k = 0; k < cells; ++k) parts_by_use_[static_cast<std::size_t>(k)].add(part[k]);
      }
    }
    for (std::size_t k = 0; !parts_by_use_.empty() && k < static_cast<std::size_t>(cells); ++k) {
      totals_.in_by_industry[k] = parts_by_use_[k].all;
    }
    for (Index r = 0; r < regions; ++r) {
      double out = 0, in = 0, supplies = 0;
      for (Index i = 0; i < industries; ++i) {
        auto const k = static_cast<std::size_t>(r * industries + i);
        out += totals_.out_by_industry[k];
        in += totals_.in_by_industry[k];
        if (!parts_by_use_.empty()) {
          supplies += parts_by_use_[k].raw;
        } else if (!shipments_.raw_industries.empty() && shipments_.raw_industries[i] != 0) {
          supplies += totals_.in_by_industry[k];
        }
      }
      auto const region = static_cast<std::size_t>(r);
      totals_.deliveries_out[region] = out;
      totals_.deliveries_in[region] = in;
      totals_.supplies_in[region] = supplies;
    }
  }

  ShipmentItem& item_;
  Shipments const& shipments_;
  ShipmentTotals& totals_;
  ShipmentKernels const& kernels_;
  OriginChunks chunks_;
  std::vector<double> in_parts_;                ///< [chunks - 1, regions, industries]
  std::vector<DeliveriesByUse> parts_by_use_;   ///< [chunks, regions, industries] of a list with uses
  std::optional<ShipmentsByOrigin> by_origin_;  ///< of a list
};

}  // namespace

void execute(CpuBackend& backend, InteractionIndexOperation& operation) {
  Workers& workers = backend.workers();
  ShipmentKernels const& kernels = shipment_kernels(operation.target);
  std::stop_token const& stop = operation.control.stop;
  auto const count = static_cast<Index>(operation.items.size());
  ProgressMeter meter(operation.control.progress, "adding up shipments", count, "periods");
  std::vector<ShipmentItem*> large;
  std::vector<ShipmentItem*> small;
  for (ShipmentItem& item : operation.items)
    (origin_chunks(*item.shipments).count > 1 ? large : small).push_back(&item);
  workers.for_each(static_cast<Index>(small.size()), [&](Index k, int) {
    Summation(*small[static_cast<std::size_t>(k)], kernels).run(nullptr, stop);
    meter.advance(1);
  });
  for (ShipmentItem* item : large) {
    Summation(*item, kernels).run(&workers, stop);
    meter.advance(1);
  }
}

}  // namespace regio
