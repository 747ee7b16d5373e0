// A period's shipments go to the device in one copy; its replicates are made in parts that bound the memory of their
// sums, a block each, and the sums of a part come straight to where they belong.
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/progress_meter.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/parts_that_fit.hpp"
#include "cuda/transfer.hpp"
#include "interaction/bootstrap_index_operation.hpp"
#include "kernels/bootstrap_index.cuh"

namespace regio::cuda {
namespace {

/// Draws, and regions' sums, of a part: some milliseconds of the device, and 128 MiB.
constexpr Index most_draws = Index{1} << 30, most_sums = Index{1} << 22;

/// How many threads make a replicate, and where they keep it.
struct Placement {
  bool in_shared_memory = false;
  unsigned threads = most_bootstrap_threads;
};

/// The larger a replicate, the fewer of them does a multiprocessor hold, and the more threads make it.
Placement placement_of(Index bytes, DeviceProperties const& properties) {
  if (bytes > static_cast<Index>(properties.shared_bytes_per_block)) return {};
  auto const blocks = static_cast<Index>(properties.shared_bytes_per_multiprocessor) / std::max<Index>(bytes, 1);
  for (unsigned threads = most_bootstrap_threads / 4; threads < most_bootstrap_threads; threads *= 2) {
    if (blocks * Index{threads} >= Index{2} * most_bootstrap_threads) return {true, threads};
  }
  return {true, most_bootstrap_threads};
}

/// The replicates of one period.
class Replicates {
 public:
  /// Throws OutOfDeviceMemory.
  Replicates(CudaBackend& backend, BootstrapIndexOperation const& operation, BootstrapIndexItem& item)
      : backend_(backend), operation_(operation), item_(item), shipments_(item.shipments) {
    upload();
    Index const bytes = bootstrap_index_bytes(shipments_.size(), arguments_.pairs);
    placement_ = placement_of(bytes, backend.properties());
    if (!placement_.in_shared_memory) workspace_bytes_ = bytes;
  }

  [[nodiscard]] Index most_of_part() const noexcept {
    Index const most = std::min(most_draws / std::max<Index>(shipments_.size(), 1), most_sums / shipments_.regions);
    return std::max<Index>(most, 1);
  }

  /// Throws OutOfDeviceMemory.
  void run(Index begin, Index end) {
    Stream const& stream = backend_.stream();
    Index const count = end - begin, sums = count * shipments_.regions;
    MemoryImage image;
    Section<double> const out = image.add<double>(sums), in = image.add<double>(sums),
                          supplies = image.add<double>(sums);
    Section<std::int32_t> const industries = image.add<std::int32_t>(sums), links = image.add<std::int32_t>(sums);
    DeviceBuffer<std::byte> results(stream, image.bytes());
    Index const blocks =
        placement_.in_shared_memory ? count : std::min<Index>(count, backend_.properties().multiprocessors);
    DeviceBuffer<std::byte> workspace(stream, blocks * workspace_bytes_);

    arguments_.begin = static_cast<std::uint32_t>(begin);
    arguments_.count = static_cast<std::uint32_t>(count);
    arguments_.out = out.in(results.data());
    arguments_.in = in.in(results.data());
    arguments_.supplies = supplies.in(results.data());
    arguments_.industries = industries.in(results.data());
    arguments_.links = links.in(results.data());
    arguments_.workspace = workspace.data();
    fill_with_zeros(stream, results.data() + industries.offset, image.bytes() - industries.offset);
    check(launch_bootstrap_index(stream.handle(), static_cast<unsigned>(blocks), placement_.threads, arguments_),
          "launch_bootstrap_index");

    auto const fetch = [&](auto& to, auto const* from) {
      copy_to_host(
          stream,
          std::span(to).subspan(static_cast<std::size_t>(begin * shipments_.regions), static_cast<std::size_t>(sums)),
          from);
    };
    fetch(item_.sums.out, arguments_.out);
    fetch(item_.sums.in, arguments_.in);
    fetch(item_.sums.supplies, arguments_.supplies);
    fetch(item_.sums.industries, arguments_.industries);
    fetch(item_.sums.links, arguments_.links);
    stream.wait();
  }

 private:
  void upload() {
    MemoryImage image;
    std::vector<std::byte> bytes;
    auto const add = [&]<class T>(std::vector<T> const& values) {
      Section<T> const section = image.add<T>(static_cast<Index>(values.size()));
      bytes.resize(static_cast<std::size_t>(image.bytes()));
      std::copy(values.begin(), values.end(), section.in(bytes.data()));
      return section;
    };
    auto const value = add(shipments_.value), of_delivery = add(shipments_.delivery_value),
               raw = add(shipments_.delivery_raw_value);
    auto const first_of_origin = add(shipments_.by_origin.first), first_of_pair = add(shipments_.by_pair.first),
               origin = add(shipments_.origin), destination = add(shipments_.destination),
               reverse = add(shipments_.reverse), first_of_destination = add(shipments_.by_destination.first),
               delivery = add(shipments_.by_destination.item), first_of_slot = add(shipments_.by_industry.first),
               slot_shipment = add(shipments_.by_industry.item), slot_origin = add(shipments_.slot_origin);
    on_device_ = DeviceBuffer<std::byte>(backend_.stream(), image.bytes());
    copy_to_device(backend_.stream(), on_device_.data(), bytes);
    std::byte* const memory = on_device_.data();
    arguments_ = {.value = value.in(memory),
                  .first_of_origin = first_of_origin.in(memory),
                  .first_of_pair = first_of_pair.in(memory),
                  .origin = origin.in(memory),
                  .destination = destination.in(memory),
                  .reverse = reverse.in(memory),
                  .first_of_destination = first_of_destination.in(memory),
                  .delivery = delivery.in(memory),
                  .delivery_value = of_delivery.in(memory),
                  .delivery_raw_value = raw.in(memory),
                  .first_of_slot = first_of_slot.in(memory),
                  .slot_shipment = slot_shipment.in(memory),
                  .slot_origin = slot_origin.in(memory),
                  .shipments = static_cast<std::uint32_t>(shipments_.size()),
                  .regions = static_cast<std::int32_t>(shipments_.regions),
                  .pairs = static_cast<std::int32_t>(origin.count),
                  .slots = static_cast<std::int32_t>(slot_origin.count),
                  .seed = operation_.seed,
                  .link_threshold = operation_.link_threshold,
                  .counts_outgoing = operation_.links != InteractionLinks::incoming,
                  .counts_incoming = operation_.links != InteractionLinks::outgoing};
  }

  CudaBackend& backend_;
  BootstrapIndexOperation const& operation_;
  BootstrapIndexItem& item_;
  ResampledShipments const& shipments_;
  DeviceBuffer<std::byte> on_device_;
  BootstrapIndexArguments arguments_{};
  Placement placement_;
  Index workspace_bytes_ = 0;  ///< of a block
};

}  // namespace

void execute(CudaBackend& backend, BootstrapIndexOperation& operation) {
  auto const items = static_cast<Index>(operation.items.size());
  ProgressMeter meter(operation.control.progress, "drawing shipments", items * operation.replicates, "replicates");
  for (BootstrapIndexItem& item : operation.items) {
    Replicates replicates(backend, operation, item);
    Index const done = run_parts_that_fit(operation.replicates, replicates.most_of_part(), operation.control.stop,
                                          [&](Index begin, Index end) {
                                            replicates.run(begin, end);
                                            meter.advance(end - begin);
                                          });
    item.finished = done == operation.replicates;
  }
}

}  // namespace regio::cuda
