/// Which instruction sets our kernels are compiled for, and which of them this machine runs.
///
/// Results do not depend on the target: every kernel keeps eight logical fp64 lanes and explicit fused multiply-adds
/// (docs/architecture.md, determinism). Highway's targets without a fused multiply-add are therefore disabled, and the
/// scalar text is our own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace regio {

enum class SimdTarget { scalar, avx2, avx512 };

std::string_view name(SimdTarget target) noexcept;
/// Targets that this machine can run, scalar first.
std::vector<SimdTarget> simd_targets();
/// The best of them.
SimdTarget best_simd_target();
/// Its name for people: "AVX-512".
std::string simd_target();

}  // namespace regio
