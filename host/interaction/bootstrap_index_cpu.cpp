#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"
#include "interaction/bootstrap_index_operation.hpp"
#include "interaction/resampling.hpp"

namespace regio {
namespace {

constexpr Index replicates_of_task = 16;
constexpr std::size_t lanes = 8;

/// Memory of one thread.
struct ReplicateSpace {
  std::vector<double> times;  ///< [shipments] how often each was drawn
  std::vector<double> flow;   ///< [pairs]
};

class Replicate {
 public:
  Replicate(BootstrapIndexOperation const& operation, BootstrapIndexItem& item, ReplicateSpace& space)
      : operation_(operation), item_(item), shipments_(item.shipments), space_(space) {}

  void run(Index number) {
    draw(static_cast<std::uint32_t>(number));
    std::size_t const first = static_cast<std::size_t>(number * shipments_.regions);
    for (std::size_t r = 0; r < static_cast<std::size_t>(shipments_.regions); ++r) {
      item_.sums.out[first + r] = sum(shipments_.by_origin, r, shipments_.value);
      item_.sums.in[first + r] = sum(shipments_.by_destination, r, shipments_.value);
      item_.sums.supplies[first + r] = sum(shipments_.by_destination, r, shipments_.raw_value);
    }
    count_industries(item_.sums.industries.data() + first);
    count_links(item_.sums.out.data() + first, item_.sums.in.data() + first, item_.sums.links.data() + first);
  }

 private:
  void draw(std::uint32_t replicate) {
    auto const count = static_cast<std::uint32_t>(shipments_.size());
    space_.times.assign(count, 0.0);
    for (std::uint32_t block = 0; 2 * block < count; ++block) {
      PhiloxBlock const bits = resampling_block(operation_.seed, replicate, block);
      space_.times[scaled_below(bits.word[0], bits.word[1], count)] += 1;
      if (2 * block + 1 < count) space_.times[scaled_below(bits.word[2], bits.word[3], count)] += 1;
    }
  }

  [[nodiscard]] double sum(ShipmentGroups const& groups, std::size_t group, std::vector<double> const& value) const {
    std::array<double, lanes> lane{};
    auto const begin = static_cast<std::size_t>(groups.first[group]),
               end = static_cast<std::size_t>(groups.first[group + 1]);
    for (std::size_t k = begin; k < end; ++k) {
      auto const shipment = static_cast<std::size_t>(groups.item[k]);
      lane[(k - begin) % lanes] += space_.times[shipment] * value[shipment];
    }
    for (std::size_t half = lanes / 2; half > 0; half /= 2) {
      for (std::size_t l = 0; l < half; ++l) lane[l] += lane[l + half];
    }
    return lane[0];
  }

  void count_industries(std::int32_t* industries) const {
    std::fill_n(industries, shipments_.regions, 0);
    for (std::size_t slot = 0; slot < shipments_.slot_origin.size(); ++slot) {
      auto const begin = shipments_.by_industry.item.begin() + shipments_.by_industry.first[slot];
      auto const end = shipments_.by_industry.item.begin() + shipments_.by_industry.first[slot + 1];
      bool const drawn =
          std::any_of(begin, end, [&](std::int32_t k) { return space_.times[static_cast<std::size_t>(k)] > 0; });
      industries[shipments_.slot_origin[slot]] += drawn ? 1 : 0;
    }
  }

  /// A region's links by the same rule as those of the index itself.
  void count_links(double const* out, double const* in, std::int32_t* links) {
    std::size_t const pairs = shipments_.origin.size();
    space_.flow.assign(pairs, 0.0);
    for (std::size_t p = 0; p < pairs; ++p) {
      auto const end = static_cast<std::size_t>(shipments_.by_pair.first[p + 1]);
      for (auto k = static_cast<std::size_t>(shipments_.by_pair.first[p]); k < end; ++k) {
        auto const shipment = static_cast<std::size_t>(shipments_.by_pair.item[k]);
        space_.flow[p] += space_.times[shipment] * shipments_.value[shipment];
      }
    }
    std::fill_n(links, shipments_.regions, 0);
    auto const ships = [&](std::size_t p) {
      return space_.flow[p] > operation_.link_threshold * out[shipments_.origin[p]];
    };
    auto const receives = [&](std::size_t p) {
      return space_.flow[p] > operation_.link_threshold * in[shipments_.destination[p]];
    };
    for (std::size_t p = 0; p < pairs; ++p) {
      bool const outgoing = operation_.links != InteractionLinks::incoming && ships(p);
      if (outgoing) ++links[shipments_.origin[p]];
      if (operation_.links == InteractionLinks::outgoing || !receives(p)) continue;
      // With `either` a partner counts once: not again where the destination ships to the origin too.
      bool const counted = operation_.links == InteractionLinks::either && shipments_.reverse[p] >= 0 &&
                           ships(static_cast<std::size_t>(shipments_.reverse[p]));
      if (!counted) ++links[shipments_.destination[p]];
    }
  }

  BootstrapIndexOperation const& operation_;
  BootstrapIndexItem& item_;
  ResampledShipments const& shipments_;
  ReplicateSpace& space_;
};

}  // namespace

void execute(CpuBackend& backend, BootstrapIndexOperation& operation) {
  Workers& workers = backend.workers();
  std::stop_token const& stop = operation.control.stop;
  auto const items = static_cast<Index>(operation.items.size());
  ProgressMeter meter(operation.control.progress, "drawing shipments", items * operation.replicates, "replicates");
  std::vector<ReplicateSpace> spaces(static_cast<std::size_t>(workers.count()));
  for (BootstrapIndexItem& item : operation.items) {
    std::atomic<bool> stopped = false;
    workers.for_chunks(operation.replicates, replicates_of_task, [&](Index begin, Index end, int worker) {
      if (stop.stop_requested()) stopped = true;
      if (stopped) return;
      Replicate replicate(operation, item, spaces[static_cast<std::size_t>(worker)]);
      for (Index number = begin; number < end; ++number) replicate.run(number);
      meter.advance(end - begin);
    });
    item.finished = !stopped;
  }
}

}  // namespace regio
