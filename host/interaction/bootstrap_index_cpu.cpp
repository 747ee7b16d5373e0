#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "core/cpu_backend.hpp"
#include "core/progress_meter.hpp"
#include "interaction/bootstrap_index_operation.hpp"
#include "interaction/resampling_kernels.hpp"

namespace regio {
namespace {

constexpr Index replicates_of_task = 16;

/// Memory of one thread.
struct ReplicateSpace {
  std::vector<std::int32_t> times;  ///< [shipments + resampling_padding] how often each was drawn
  std::vector<double> flow;         ///< [pairs]
};

class Replicate {
 public:
  /// `deliveries`: the shipments by destination, padded.
  Replicate(BootstrapIndexOperation const& operation, BootstrapIndexItem& item,
            std::vector<std::int32_t> const& deliveries, ReplicateSpace& space)
      : operation_(operation),
        item_(item),
        shipments_(item.shipments),
        deliveries_(deliveries),
        space_(space),
        kernels_(resampling_kernels(operation.target)) {
    space_.times.resize(shipments_.value.size() + static_cast<std::size_t>(resampling_padding));
    space_.flow.resize(shipments_.origin.size());
  }

  void run(Index number) {
    kernels_.draw(operation_.seed, static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(shipments_.size()),
                  space_.times.data());
    std::size_t const first = static_cast<std::size_t>(number * shipments_.regions);
    for (std::size_t r = 0; r < static_cast<std::size_t>(shipments_.regions); ++r) {
      item_.sums.out[first + r] = deliveries_out(r);
      DeliverySums const in = deliveries_in(r);
      item_.sums.in[first + r] = in.all;
      item_.sums.supplies[first + r] = in.supplies;
    }
    count_industries(item_.sums.industries.data() + first);
    count_links(item_.sums.out.data() + first, item_.sums.in.data() + first, item_.sums.links.data() + first);
  }

 private:
  [[nodiscard]] double deliveries_out(std::size_t region) const {
    Index const begin = shipments_.by_origin.first[region], end = shipments_.by_origin.first[region + 1];
    return kernels_.sum(space_.times.data() + begin, shipments_.value.data() + begin, end - begin);
  }

  [[nodiscard]] DeliverySums deliveries_in(std::size_t region) const {
    Index const begin = shipments_.by_destination.first[region], end = shipments_.by_destination.first[region + 1];
    return kernels_.sum_deliveries(space_.times.data(), deliveries_.data() + begin,
                                   shipments_.delivery_value.data() + begin,
                                   shipments_.delivery_raw_value.data() + begin, end - begin);
  }

  void count_industries(std::int32_t* industries) const {
    std::fill_n(industries, shipments_.regions, 0);
    std::vector<std::int32_t> const& first = shipments_.by_industry.first;
    for (std::size_t slot = 0; slot < shipments_.slot_origin.size(); ++slot) {
      industries[shipments_.slot_origin[slot]] += is_drawn(first[slot], first[slot + 1]) ? 1 : 0;
    }
  }

  /// Whether one of the members [begin, end) of by_industry was drawn.
  [[nodiscard]] bool is_drawn(Index begin, Index end) const {
    std::int32_t const* const item = shipments_.by_industry.item.data();
    auto const times = [&](Index k) { return space_.times[static_cast<std::size_t>(item[k])]; };
    // A shipment is missing with probability 1/e, four with 1/55: looking at them together is a branch seldom mistaken.
    for (; begin + 4 <= end; begin += 4) {
      if ((times(begin) | times(begin + 1) | times(begin + 2) | times(begin + 3)) != 0) return true;
    }
    for (; begin < end; ++begin) {
      if (times(begin) != 0) return true;
    }
    return false;
  }

  void add_flows() {
    for (std::size_t p = 0; p < space_.flow.size(); ++p) {
      auto const begin = shipments_.by_pair.first[p], end = shipments_.by_pair.first[p + 1];
      if (operation_.link_threshold == 0) {
        // Whether there is a flow is all that is asked, and shipments are above 0: how many were drawn tells it.
        space_.flow[p] = std::accumulate(space_.times.begin() + begin, space_.times.begin() + end, 0);
        continue;
      }
      double flow = 0;
      for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
        flow += space_.times[k] * shipments_.value[k];
      }
      space_.flow[p] = flow;
    }
  }

  /// A region's links by the same rule as those of the index itself.
  void count_links(double const* out, double const* in, std::int32_t* links) {
    add_flows();
    std::fill_n(links, shipments_.regions, 0);
    auto const ships = [&](std::size_t p) {
      return space_.flow[p] > operation_.link_threshold * out[shipments_.origin[p]];
    };
    auto const receives = [&](std::size_t p) {
      return space_.flow[p] > operation_.link_threshold * in[shipments_.destination[p]];
    };
    for (std::size_t p = 0; p < space_.flow.size(); ++p) {
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
  std::vector<std::int32_t> const& deliveries_;
  ReplicateSpace& space_;
  ResamplingKernels const& kernels_;
};

}  // namespace

void execute(CpuBackend& backend, BootstrapIndexOperation& operation) {
  Workers& workers = backend.workers();
  std::stop_token const& stop = operation.control.stop;
  auto const items = static_cast<Index>(operation.items.size());
  ProgressMeter meter(operation.control.progress, "drawing shipments", items * operation.replicates, "replicates");
  std::vector<ReplicateSpace> spaces(static_cast<std::size_t>(workers.count()));
  for (BootstrapIndexItem& item : operation.items) {
    std::vector<std::int32_t> deliveries = item.shipments.by_destination.item;
    deliveries.resize(deliveries.size() + static_cast<std::size_t>(resampling_padding), 0);
    std::atomic<bool> stopped = false;
    workers.for_chunks(operation.replicates, replicates_of_task, [&](Index begin, Index end, int worker) {
      if (stop.stop_requested()) stopped = true;
      if (stopped) return;
      Replicate replicate(operation, item, deliveries, spaces[static_cast<std::size_t>(worker)]);
      for (Index number = begin; number < end; ++number) replicate.run(number);
      meter.advance(end - begin);
    });
    item.finished = !stopped;
  }
}

}  // namespace regio
