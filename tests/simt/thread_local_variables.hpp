/// Finds the thread-local variables that stand for static shared memory in the program's symbol tables.
#pragma once

#include <cstddef>
#include <vector>

#include "tests/simt/shared_memory.hpp"

namespace simt {

/// The `__shared__` variables and their red zones in all loaded modules, where they lie for the calling OS thread, by
/// address. Names live as long as the program.
std::vector<SharedVariable> shared_variables_of_this_thread();

/// Changes when a module was loaded.
unsigned long long loaded_modules();

}  // namespace simt
