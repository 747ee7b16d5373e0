/// Random permutations and the sums of their statistics, compiled for each SIMD target with the same bits.
#pragma once

#include <cstdint>

#include "core/simd.hpp"
#include "interaction/permutation_form.hpp"

namespace regio {

/// Permutations that are made side by side, at most: a row of the first side is read once for all of them.
inline constexpr Index permutations_at_once = 2;

/// Numbers that drawing a permutation of n objects needs as working memory.
constexpr Index drawn_words(Index objects) { return (objects - 1 + 31) / 32 * 32; }

/// Consecutive permutations of one random stream.
struct RandomPermutations {
  std::uint64_t seed = 0, stream = 0;
  std::uint32_t first = 0;  ///< number of the first
  Index count = 0;          ///< at most permutations_at_once
};

/// Permutation p of n objects stands at positions[p * padded_places(n)]; what follows its n-th position is 0.
struct PermutationKernels {
  /// Draws permutations as draw_permutation (core/random_permutation.hpp) does; what follows the n-th position stays.
  /// `words` [count * drawn_words(objects)] is working memory.
  void (*draw)(RandomPermutations const& permutations, std::uint32_t objects, std::uint32_t* words,
               std::uint32_t* positions);
  /// The statistics of `count` permutations, at most permutations_at_once.
  void (*statistics)(PermutationForm const& form, std::uint32_t const* positions, Index count, double* statistics);
};

PermutationKernels const& permutation_kernels(SimdTarget target);

}  // namespace regio
