/// Work that goes to the device part by part, as much at a time as its memory holds.
#pragma once

#include <algorithm>
#include <stop_token>

#include <regio/views.hpp>

#include "cuda/cuda_error.hpp"

namespace regio::cuda {

/// Calls run(begin, end) for one part of [0, count) after the other, until the stop is raised; returns the end of the
/// last one. A part has at most `most` members, and half as many as before once run() has thrown OutOfDeviceMemory,
/// which passes through where a single one does not fit.
template <class Run>
Index run_parts_that_fit(Index count, Index most, std::stop_token const& stop, Run&& run) {
  Index done = 0;
  while (done < count && !stop.stop_requested()) {
    Index const part = std::min(most, count - done);
    try {
      run(done, done + part);
    } catch (OutOfDeviceMemory const&) {
      if (part == 1) throw;
      most = part / 2;
      continue;
    }
    done += part;
  }
  return done;
}

}  // namespace regio::cuda
