/// The Highway targets that our kernels are compiled for: AVX-512, AVX2 and our own scalar text, whatever -march says.
///
/// To be included before any Highway header. Highway's SSE targets and its emulation have no fused multiply-add and
/// would give other bits; its scalar target is only the slot in which core/eight_lanes-inl.hpp puts our scalar text.
#pragma once

#define HWY_BROKEN_EMU128 1
#define HWY_BASELINE_TARGETS HWY_SCALAR
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
