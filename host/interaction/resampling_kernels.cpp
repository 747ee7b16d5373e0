#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "interaction/resampling_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/eight_lanes-inl.hpp"
#include "core/philox_lanes-inl.hpp"
#include "core/simd_dispatch.hpp"
#include "interaction/resampling.hpp"
#include "interaction/resampling_kernels.hpp"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

static_assert(resampling_padding == lane_count);

void draw_shipments(std::uint64_t seed, std::uint32_t replicate, std::uint32_t shipments, std::int32_t* times) {
  std::fill_n(times, shipments, 0);
  constexpr std::uint32_t draws_at_once = 2 * lane_count;
  std::uint32_t drawn[draws_at_once];
  for (std::uint64_t done = 0; done < shipments; done += draws_at_once) {
    EightPhiloxBlocks const blocks =
        philox_blocks(seed, shipment_resampling_stream, replicate, static_cast<std::uint32_t>(done / 2));
    store_in_turns(scaled_below(blocks.word[0], blocks.word[1], shipments),
                   scaled_below(blocks.word[2], blocks.word[3], shipments), drawn);
    if (done + draws_at_once <= shipments) {
      for (std::uint32_t const shipment : drawn) ++times[shipment];
    } else {
      std::for_each(drawn, drawn + (shipments - done), [&](std::uint32_t shipment) { ++times[shipment]; });
    }
  }
}

HWY_INLINE EightLanes load_members(double const* value, Index left) {
  return left >= lane_count ? load(value) : load_first(value, left);
}

double sum_of_group(std::int32_t const* times, double const* value, Index members) {
  EightLanes sum = broadcast(0);
  for (Index k = 0; k < members; k += lane_count) {
    sum = add(sum, multiply(load(times + k), load_members(value + k, members - k)));
  }
  return sum_of_lanes(sum);
}

DeliverySums sum_deliveries(std::int32_t const* times, std::int32_t const* shipment, double const* value,
                            double const* supplies, Index members) {
  EightLanes all = broadcast(0), of_supplies = broadcast(0);
  for (Index k = 0; k < members; k += lane_count) {
    EightLanes const drawn = gather(times, shipment + k);
    all = add(all, multiply(drawn, load_members(value + k, members - k)));
    of_supplies = add(of_supplies, multiply(drawn, load_members(supplies + k, members - k)));
  }
  return {sum_of_lanes(all), sum_of_lanes(of_supplies)};
}

}  // namespace

ResamplingKernels const& resampling_kernels() {
  static constexpr ResamplingKernels table = {
      .draw = draw_shipments, .sum = sum_of_group, .sum_deliveries = sum_deliveries};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

ResamplingKernels const& resampling_kernels(SimdTarget target) {
  return REGIO_COMPILED_FOR(target, resampling_kernels)();
}

}  // namespace regio
#endif
