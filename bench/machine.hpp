/// The machine's own limits, measured in the run that they are compared with.
#pragma once

#include <cstddef>
#include <string>

namespace regio::bench {

/// Seconds on the clock.
double now();

/// Seconds that the cores have worked for this process, all threads together; on a machine shared with others this
/// tells what the work costs, the clock what it waits as well.
double core_seconds();

/// Additions and multiplications a second when every core does nothing else than fused multiply-adds in registers (each
/// counts 2); best of `repeats`.
double peak_flops_fp64(int threads, int repeats = 50);
double peak_flops_fp32(int threads, int repeats = 50);

/// Bytes read a second from a working set of `bytes`, the best of several loops, since a plain loop shows less.
double read_bandwidth(std::size_t bytes, int threads, int repeats = 8);

/// The instruction set that the measurements used.
std::string instruction_set();

}  // namespace regio::bench
