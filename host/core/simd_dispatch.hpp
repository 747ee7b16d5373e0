/// The choice among what was compiled for each SIMD target.
#pragma once

#include <hwy/detect_compiler_arch.h>

#include "core/simd.hpp"

/// `function` as compiled for `target`, from within namespace regio; its declarations stand in HWY_NAMESPACE.
#if HWY_ARCH_X86
#define REGIO_COMPILED_FOR(target, function)          \
  ((target) == SimdTarget::avx512 ? &N_AVX3::function \
   : (target) == SimdTarget::avx2 ? &N_AVX2::function \
                                  : &N_SCALAR::function)
#else
#define REGIO_COMPILED_FOR(target, function) ((void)(target), &N_SCALAR::function)
#endif
