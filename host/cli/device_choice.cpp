#include "cli/device_choice.hpp"

#include <cstdlib>

namespace regio::cli {

// REGIO_SIMT_LIBRARY is a path in the build tree, defined for the program of the tests alone.
std::vector<std::string> device_words() {
#if defined(REGIO_SIMT_LIBRARY)
  return {"cpu", "cuda", "auto", "simt"};
#else
  return {"cpu", "cuda", "auto"};
#endif
}

Engine make_engine(std::string const& word, int threads) {
  if (word == "cpu") return Engine::cpu(threads);
  if (word == "cuda") return Engine::cuda(cuda_options(threads));
#if defined(REGIO_SIMT_LIBRARY)
  if (word == "simt") return Engine::cuda({.library = REGIO_SIMT_LIBRARY, .threads = threads});
#endif
  return Engine::automatic(cuda_options(threads), threads);
}

CudaOptions cuda_options(int threads) {
  CudaOptions options;
  options.threads = threads;
  if (char const* const library = std::getenv("REGIO_CUDA_LIBRARY"); library != nullptr) options.library = library;
  return options;
}

}  // namespace regio::cli
