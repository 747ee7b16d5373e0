/// Random streams of the cluster study, kept apart from each other and from those of the k-means runs.
///
/// k-means runs draw from (seed, KmeansProblem::stream, run). The study gives its own fits stream 0, gap reference b
/// stream 1 + b, and bootstrap replicate r stream 2^32 + r; what it draws itself comes from the streams named here.
#pragma once

#include <cstdint>

#include <regio/views.hpp>

namespace regio {

inline constexpr std::uint64_t gap_reference_stream = std::uint64_t{1} << 63;
inline constexpr std::uint64_t resampling_stream = gap_reference_stream + 1;
inline constexpr std::uint64_t join_count_stream = gap_reference_stream + 2;

constexpr std::uint64_t gap_reference_runs(Index reference) { return 1 + static_cast<std::uint64_t>(reference); }
constexpr std::uint64_t bootstrap_runs(Index replicate) {
  return (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(replicate);
}

}  // namespace regio
