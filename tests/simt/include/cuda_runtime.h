/// Stands before NVIDIA's header of this name when g++ compiles kernels/ and host/cuda for the executor: the device
/// vocabulary that kernels use, and the part of the runtime that the backend calls. What is missing does not compile.
#pragma once

#include "tests/simt/device.hpp"
#include "tests/simt/runtime.hpp"
