#include "core/simd.hpp"

namespace regio {

std::string_view name(SimdTarget target) noexcept {
  switch (target) {
    case SimdTarget::avx512: return "AVX-512";
    case SimdTarget::avx2: return "AVX2";
    case SimdTarget::scalar: break;
  }
  return "scalar";
}

std::vector<SimdTarget> simd_targets() {
  std::vector<SimdTarget> targets{SimdTarget::scalar};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    targets.push_back(SimdTarget::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")) {
      targets.push_back(SimdTarget::avx512);
    }
  }
#endif
  return targets;
}

SimdTarget best_simd_target() {
  static SimdTarget const best = simd_targets().back();
  return best;
}

std::string simd_target() { return std::string(name(best_simd_target())); }

}  // namespace regio
