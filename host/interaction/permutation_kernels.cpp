#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "interaction/permutation_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/eight_lanes-inl.hpp"
#include "core/philox_lanes-inl.hpp"
#include "core/random_permutation.hpp"
#include "core/simd_dispatch.hpp"
#include "interaction/permutation_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

static_assert(form_lanes == lane_count);
static_assert(drawn_words(2) == words_of_eight_blocks);

/// Draws the place that each of the steps 1 .. objects - 1 of Fisher and Yates exchanges with, step i in places[i - 1].
/// False where a number may have to be drawn again for being without bias, which changes all numbers behind it.
bool draw_places(RandomPermutations const& permutations, std::uint32_t number, std::uint32_t objects,
                 std::uint32_t* places) {
  bool again = false;
  for (std::uint32_t word = 0; word + 1 < objects; word += words_of_eight_blocks) {
    EightPhiloxBlocks blocks = philox_blocks(permutations.seed, permutations.stream, number, word / 4);
    for (std::uint32_t k = 0; k < 4; ++k) {
      // Word w is drawn for step w + 1, which chooses among w + 2 places.
      EightWords const choices = words_from(std::uint64_t{word} + k + 2, 4);
      EightWords const product = product_of_words(blocks.word[k], choices);
      again = any_smaller(lower_half(product), choices) || again;
      blocks.word[k] = upper_half(product);
    }
    store_in_turns(blocks.word, places + word);
  }
  return !again;
}

/// Makes the exchanges of several permutations in turns, since each waits for its own before.
template <int count>
void exchange(std::uint32_t objects, std::uint32_t const* places, std::uint32_t* positions) {
  Index const stride = padded_places(objects), places_stride = drawn_words(objects);
  for (int p = 0; p < count; ++p) positions[p * stride] = 0;
  for (std::uint32_t i = 1; i < objects; ++i) {
    for (int p = 0; p < count; ++p) {
      std::uint32_t* const permutation = positions + p * stride;
      std::uint32_t const j = places[p * places_stride + i - 1];
      permutation[i] = permutation[j];
      permutation[j] = i;
    }
  }
}

void draw_permutations(RandomPermutations const& permutations, std::uint32_t objects, std::uint32_t* words,
                       std::uint32_t* positions) {
  bool drawn[permutations_at_once];
  for (Index p = 0; p < permutations.count; ++p) {
    drawn[p] = draw_places(permutations, permutations.first + static_cast<std::uint32_t>(p), objects,
                           words + p * drawn_words(objects));
  }
  if (permutations.count == permutations_at_once) {
    exchange<permutations_at_once>(objects, words, positions);
  } else {
    for (Index p = 0; p < permutations.count; ++p) {
      exchange<1>(objects, words + p * drawn_words(objects), positions + p * padded_places(objects));
    }
  }
  for (Index p = 0; p < permutations.count; ++p) {
    if (drawn[p]) continue;
    draw_permutation(
        PhiloxStream(permutations.seed, permutations.stream, permutations.first + static_cast<std::uint32_t>(p)),
        objects, positions + p * padded_places(objects));
  }
}

template <int count>
void statistics_of(PermutationForm const& form, std::uint32_t const* positions, double* statistics) {
  EightLanes sum[count];
  double const* second[count];
  for (int p = 0; p < count; ++p) {
    sum[p] = broadcast(0);
    second[p] = form.second.data();
  }
  double const* first = form.first.data();
  Index const stride = padded_places(form.objects), rows = form.rows();
  for (Index i = 0; i < rows; ++i) {
    for (int p = 0; p < count && form.shape != FormShape::series; ++p) {
      second[p] = form.second.data() + Index{positions[p * stride + i]} * form.objects;
    }
    Index const places = form.places(i);
    for (Index v = 0; v < places; v += lane_count, first += lane_count) {
      EightLanes const values = load(first);
      for (int p = 0; p < count; ++p) {
        sum[p] = multiply_add(values, gather(second[p], positions + p * stride + v), sum[p]);
      }
    }
  }
  for (int p = 0; p < count; ++p) statistics[p] = sum_of_lanes(sum[p]);
}

void permutation_statistics(PermutationForm const& form, std::uint32_t const* positions, Index count,
                            double* statistics) {
  if (count == permutations_at_once) {
    statistics_of<permutations_at_once>(form, positions, statistics);
    return;
  }
  for (Index p = 0; p < count; ++p) {
    statistics_of<1>(form, positions + p * padded_places(form.objects), statistics + p);
  }
}

}  // namespace

PermutationKernels const& permutation_kernels() {
  static constexpr PermutationKernels table = {.draw = draw_permutations, .statistics = permutation_statistics};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

PermutationKernels const& permutation_kernels(SimdTarget target) {
  return REGIO_COMPILED_FOR(target, permutation_kernels)();
}

}  // namespace regio
#endif
