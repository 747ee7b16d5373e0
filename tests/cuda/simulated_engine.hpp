/// An engine on the simulated device, and what its logs say of a run.
#pragma once

#include <regio/engine.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cuda/simt_test.hpp"
#include "tests/simt/executor.hpp"

namespace regio {

inline Engine simulated_device() { return Engine::cuda({.library = REGIO_SIMT_LIBRARY}); }

/// Kernels launched since the log was cleared, in their order.
inline std::vector<std::string> launched_kernels() {
  std::vector<std::string> names;
  for (simt::LaunchCount const& launch : simt::launch_log()) names.push_back(launch.name);
  return names;
}

/// How often each of them was.
inline std::map<std::string, int> launches() {
  std::map<std::string, int> counts;
  for (std::string const& name : launched_kernels()) ++counts[name];
  return counts;
}

/// Positions in the log of work of what begins with this name.
inline std::vector<std::size_t> positions(std::vector<simt::WorkRecord> const& log, std::string_view name) {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; at < log.size(); ++at) {
    if (log[at].name.starts_with(name)) found.push_back(at);
  }
  return found;
}

/// Whether neither of two pieces of work had to wait for the other.
inline bool may_overlap(std::vector<simt::WorkRecord> const& log, std::size_t a, std::size_t b) {
  return !simt::must_follow(log, std::max(a, b), std::min(a, b));
}

}  // namespace regio
