/// The words that --device takes, and the engine that each means.
#pragma once

#include <string>
#include <vector>

#include <regio/engine.hpp>

namespace regio::cli {

/// "cpu", "cuda", "auto"; the program that the tests build has "simt" too, the CUDA backend on the CPU.
std::vector<std::string> device_words();

/// `word` is one of device_words(). Throws DeviceError when the device that was asked for cannot be used.
Engine make_engine(std::string const& word, int threads);

/// CUDA options of this program: REGIO_CUDA_LIBRARY names another library than the installed one.
CudaOptions cuda_options(int threads = 0);

}  // namespace regio::cli
