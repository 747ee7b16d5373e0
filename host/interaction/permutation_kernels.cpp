#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "interaction/permutation_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/eight_lanes-inl.hpp"
#include "interaction/permutation_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

static_assert(form_lanes == lane_count);

double permutation_statistic(PermutationForm const& form, std::int64_t const* positions) {
  EightLanes sum = broadcast(0);
  double const* first = form.first.data();
  bool const one_row = form.shape == FormShape::series;
  Index const rows = form.rows();
  for (Index i = 0; i < rows; ++i) {
    double const* const second = form.second.data() + (one_row ? 0 : positions[i] * form.objects);
    Index const places = form.places(i);
    for (Index v = 0; v < places; v += lane_count, first += lane_count) {
      sum = multiply_add(load(first), gather(second, positions + v), sum);
    }
  }
  return sum_of_lanes(sum);
}

}  // namespace

PermutationStatistic chosen_permutation_statistic() { return permutation_statistic; }

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

PermutationStatistic permutation_statistic(SimdTarget target) {
#if HWY_ARCH_X86
  switch (target) {
    case SimdTarget::avx512: return N_AVX3::chosen_permutation_statistic();
    case SimdTarget::avx2: return N_AVX2::chosen_permutation_statistic();
    case SimdTarget::scalar: break;
  }
#else
  (void)target;
#endif
  return N_SCALAR::chosen_permutation_statistic();
}

}  // namespace regio
#endif
