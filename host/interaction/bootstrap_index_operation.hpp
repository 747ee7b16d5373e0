/// The planned operation of the bootstrap of the interaction index: shipments laid out for drawing, and where the sums
/// of every replicate go.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <regio/bootstrap_index.hpp>

#include "core/simd.hpp"
#include "interaction/resampled_shipments.hpp"

namespace regio {

/// Sums of the replicates of one period, each [replicates, regions].
struct ReplicateSums {
  std::vector<double> out, in, supplies;
  std::vector<std::int32_t> industries, links;  ///< how many
};

/// One period's shipments and the sums of its replicates. A sum over a group has eight lanes: member k of the group is
/// added to lane k mod 8 in order, then lanes are added by halves; a pair's flow is added in order.
struct BootstrapIndexItem {
  ResampledShipments shipments;
  ReplicateSums sums;
  bool finished = false;
};

struct BootstrapIndexOperation {
  static constexpr std::string_view name = "bootstrap_index";

  std::span<BootstrapIndexItem> items;
  Index replicates = 0;
  std::uint64_t seed = 0;
  InteractionLinks links = InteractionLinks::outgoing;
  double link_threshold = 0;
  Control control = {};
  SimdTarget target = best_simd_target();
};

}  // namespace regio
