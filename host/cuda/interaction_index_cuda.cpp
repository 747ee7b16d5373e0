// Periods are added up one after the other. A table goes to the device in parts of whole chunks of origins, as large as
// its memory allows; a list goes as a whole, and is sorted there by each of its sums.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/progress_meter.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/parts_that_fit.hpp"
#include "cuda/stream_temporary_memory.hpp"
#include "cuda/transfer.hpp"
#include "interaction/interaction_index_operation.hpp"
#include "kernels/device_wide.cuh"
#include "kernels/interaction_index.cuh"

namespace regio::cuda {
namespace {

static_assert(tile_destinations == destinations_of_tile);

/// Blocks of a table that a multiprocessor shall hold for its memory to be busy: shared memory is divided by them.
constexpr Index resident_table_blocks = 4;

/// A copy of the values on the device.
template <class T>
DeviceBuffer<T> on_device(Stream const& stream, VectorView<T const> values) {
  DeviceBuffer<T> memory(stream, values.size());
  copy_to_device(stream, memory.data(), std::span<T const>(values.begin(), values.end()));
  return memory;
}

template <class T>
DeviceBuffer<T> zeros(Stream const& stream, Index count) {
  DeviceBuffer<T> memory(stream, count);
  fill_with_zeros(stream, memory.data(), count);
  return memory;
}

/// The totals of one period on the device. All functions throw OutOfDeviceMemory.
class Totals {
 public:
  Totals(CudaBackend& backend, ShipmentItem& item)
      : backend_(backend),
        stream_(backend.stream()),
        item_(item),
        shipments_(*item.shipments),
        chunks_(origin_chunks(shipments_)),
        cells_(shipments_.regions * shipments_.industries),
        flows_(zeros<double>(stream_, shipments_.regions * shipments_.regions)),
        out_by_industry_(zeros<double>(stream_, cells_)),
        in_by_industry_(zeros<double>(stream_, cells_)),
        invalid_(zeros<unsigned>(stream_, 1)) {}

  /// False when stopped.
  bool add(std::stop_token const& stop) {
    if (shipments_.is_list()) {
      add_list();
      return true;
    }
    in_by_chunk_ = DeviceBuffer<double>(stream_, chunks_.count * cells_);
    return run_parts_that_fit(chunks_.count, chunks_.count, stop,
                              [&](Index begin, Index end) { add_chunks(begin, end); }) == chunks_.count;
  }

  /// Once all shipments are added.
  void finish() {
    unsigned invalid = 0;
    copy_to_host(stream_, std::span(&invalid, 1), invalid_.data());
    stream_.wait();
    item_.finished = true;
    item_.valid = invalid == 0;
    if (item_.valid) give_totals();
  }

 private:
  void add_chunks(Index first_chunk, Index end_chunk) {
    Index const begin = first_chunk * chunks_.origins, end = std::min(shipments_.regions, end_chunk * chunks_.origins);
    Index const tiles = (shipments_.regions + destinations_of_tile - 1) / destinations_of_tile;
    DeviceBuffer<double> out_by_tile(stream_, (end - begin) * tiles * shipments_.industries);
    Index const row = shipments_.regions * shipments_.industries;
    DeviceBuffer<double> const value =
        on_device<double>(stream_, {shipments_.table.data_handle() + begin * row, (end - begin) * row});
    DeviceProperties const& properties = backend_.properties();
    Index const most_shared =
        std::min(static_cast<Index>(properties.shared_bytes_per_block),
                 static_cast<Index>(properties.shared_bytes_per_multiprocessor) / resident_table_blocks);
    check(launch_shipment_table(stream_.handle(), most_shared,
                                {.value = value.data(),
                                 .flows = flows_.data(),
                                 .out_by_tile = out_by_tile.data(),
                                 .out_by_industry = out_by_industry_.data(),
                                 .in_by_chunk = in_by_chunk_.data(),
                                 .invalid = invalid_.data(),
                                 .regions = shipments_.regions,
                                 .industries = shipments_.industries,
                                 .first_origin = begin,
                                 .origins = end - begin,
                                 .origins_of_chunk = chunks_.origins,
                                 .chunks = end_chunk - first_chunk}),
          "launch_shipment_table");
  }

  void add_list() {
    ShipmentList const& list = shipments_.list;
    Index const count = list.value.size();
    if (count == 0) return;
    DeviceBuffer<std::int32_t> const origin = on_device(stream_, list.origin),
                                     destination = on_device(stream_, list.destination),
                                     industry = on_device(stream_, list.industry);
    DeviceBuffer<double> const value = on_device(stream_, list.value);
    DeviceBuffer<std::uint8_t> const is_raw = on_device(stream_, list.is_raw);
    if (!list.is_raw.empty()) raw_by_industry_ = zeros<double>(stream_, cells_);
    DeviceBuffer<double> keys(stream_, count);
    DeviceBuffer<std::uint64_t> positions(stream_, count);
    ShipmentListArguments const arguments{.origin = origin.data(),
                                          .destination = destination.data(),
                                          .industry = industry.data(),
                                          .value = value.data(),
                                          .is_raw = is_raw.data(),
                                          .keys = keys.data(),
                                          .positions = positions.data(),
                                          .flows = flows_.data(),
                                          .out_by_industry = out_by_industry_.data(),
                                          .in_by_industry = in_by_industry_.data(),
                                          .raw_by_industry = raw_by_industry_.data(),
                                          .invalid = invalid_.data(),
                                          .shipments = count,
                                          .regions = shipments_.regions,
                                          .industries = shipments_.industries,
                                          .origins_of_chunk = chunks_.origins};
    StreamTemporaryMemory working_memory(stream_);
    // Sorting keeps the order of equal keys. Deliveries in come right after the flows, whose order is by origin.
    for (ShipmentSum const sum : {ShipmentSum::flows, ShipmentSum::deliveries_in, ShipmentSum::deliveries_out}) {
      check(launch_shipment_keys(stream_.handle(), sum, arguments), "launch_shipment_keys");
      check(sort_by_key(stream_.handle(), working_memory, keys.data(), positions.data(), count, SortOrder::ascending),
            "sort_by_key");
      check(launch_shipment_sums(stream_.handle(), sum, arguments), "launch_shipment_sums");
    }
  }

  void give_totals() {
    Index const regions = shipments_.regions;
    std::vector<std::uint8_t> const none(static_cast<std::size_t>(shipments_.industries), 0);
    DeviceBuffer<std::uint8_t> const raw_industries = on_device<std::uint8_t>(
        stream_, shipments_.raw_industries.empty() ? VectorView<std::uint8_t const>(none) : shipments_.raw_industries);
    DeviceBuffer<double> deliveries_out(stream_, regions), deliveries_in(stream_, regions),
        supplies_in(stream_, regions);
    check(launch_shipment_totals(stream_.handle(), {.in_by_chunk = in_by_chunk_.data(),
                                                    .raw_by_industry = raw_by_industry_.data(),
                                                    .raw_industries = raw_industries.data(),
                                                    .out_by_industry = out_by_industry_.data(),
                                                    .in_by_industry = in_by_industry_.data(),
                                                    .deliveries_out = deliveries_out.data(),
                                                    .deliveries_in = deliveries_in.data(),
                                                    .supplies_in = supplies_in.data(),
                                                    .regions = regions,
                                                    .industries = shipments_.industries,
                                                    .chunks = chunks_.count}),
          "launch_shipment_totals");
    ShipmentTotals& totals = *item_.totals;
    copy_to_host(stream_, totals.flows, flows_.data());
    copy_to_host(stream_, totals.out_by_industry, out_by_industry_.data());
    copy_to_host(stream_, totals.in_by_industry, in_by_industry_.data());
    copy_to_host(stream_, totals.deliveries_out, deliveries_out.data());
    copy_to_host(stream_, totals.deliveries_in, deliveries_in.data());
    copy_to_host(stream_, totals.supplies_in, supplies_in.data());
    stream_.wait();
  }

  CudaBackend& backend_;
  Stream const& stream_;
  ShipmentItem& item_;
  Shipments const& shipments_;
  OriginChunks chunks_;
  Index cells_;  ///< regions x industries
  DeviceBuffer<double> flows_, out_by_industry_, in_by_industry_;
  DeviceBuffer<double> in_by_chunk_;      ///< of a table
  DeviceBuffer<double> raw_by_industry_;  ///< of a list with uses
  DeviceBuffer<unsigned> invalid_;
};

}  // namespace

void execute(CudaBackend& backend, InteractionIndexOperation& operation) {
  auto const count = static_cast<Index>(operation.items.size());
  ProgressMeter meter(operation.control.progress, "adding up shipments", count, "periods");
  for (ShipmentItem& item : operation.items) {
    if (operation.control.stop.stop_requested()) return;
    Totals totals(backend, item);
    if (!totals.add(operation.control.stop)) return;
    totals.finish();
    meter.advance(1);
  }
}

}  // namespace regio::cuda
