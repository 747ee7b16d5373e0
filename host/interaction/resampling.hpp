/// Which shipments a replicate draws: one rule for every engine.
#pragma once

#include <cstdint>

#include "core/philox.hpp"

namespace regio {

/// The stream of random numbers of resampled shipments; the substream is the replicate.
inline constexpr std::uint64_t shipment_resampling_stream = 0x7368697073;

/// Draws 2 b and 2 b + 1 of a replicate, as 64 random bits each (see scaled_below).
REGIO_HOST_DEVICE inline PhiloxBlock resampling_block(std::uint64_t seed, std::uint32_t replicate, std::uint32_t b) {
  return philox4x32(PhiloxBlock{{b, replicate, static_cast<std::uint32_t>(shipment_resampling_stream),
                                 static_cast<std::uint32_t>(shipment_resampling_stream >> 32)}},
                    static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

}  // namespace regio
