/// What counted_double.hpp tells the executor.
#pragma once

#include <cstdint>

namespace simt {

enum class DoubleOperation : std::uint8_t { arithmetic, comparison, division };

/// Counts an operation of the running CUDA thread; host code makes none. The caller's place in the program is the
/// operation's. Exists in the executor that observes accesses (access_hooks.cpp).
void count_operation(DoubleOperation operation);

}  // namespace simt
