/// The loops of a bootstrap over shipments, compiled for each SIMD target with the same bits.
#pragma once

#include <cstdint>

#include <regio/views.hpp>

#include "core/simd.hpp"

namespace regio {

/// Numbers behind the last member of a group that are read, and count nothing.
inline constexpr Index resampling_padding = 8;

/// Deliveries into a region: all of them, and those of raw materials and supplies.
struct DeliverySums {
  double all = 0, supplies = 0;
};

/// `times` [shipments + resampling_padding] says how often each shipment was drawn. Sums of a group are those that
/// BootstrapIndexItem states.
struct ResamplingKernels {
  /// Draws as many shipments as there are, with resampling_block, and counts them in `times`.
  void (*draw)(std::uint64_t seed, std::uint32_t replicate, std::uint32_t shipments, std::int32_t* times);
  /// Sum of times * value over the members of a group that follow one another.
  double (*sum)(std::int32_t const* times, double const* value, Index members);
  /// Sums of times * value and times * supplies over the members `shipment` [members + resampling_padding] of a group.
  DeliverySums (*sum_deliveries)(std::int32_t const* times, std::int32_t const* shipment, double const* value,
                                 double const* supplies, Index members);
};

ResamplingKernels const& resampling_kernels(SimdTarget target);

}  // namespace regio
