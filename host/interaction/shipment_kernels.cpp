#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "interaction/shipment_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/eight_lanes-inl.hpp"
#include "interaction/shipment_kernels.hpp"

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

/// What a pass notices besides its sums.
struct Checks {
  EightLanes lowest;
  EightLanes unfinite;  // zero times a value that is not finite is not zero, and stays so in a sum

  HWY_INLINE void note(EightLanes const& values) {
    lowest = smaller(values, lowest);
    unfinite = multiply_add(values, broadcast(0), unfinite);
  }
};

HWY_INLINE double sum_of_row(double const* value, Index count, Checks& checks) {
  EightLanes sum = broadcast(0);
  for (Index i = 0; i < count; i += lane_count) {
    EightLanes const values = i + lane_count <= count ? load(value + i) : load_first(value + i, count - i);
    checks.note(values);
    sum = add(sum, values);
  }
  return sum_of_lanes(sum);
}

/// The same sum; the values are added to `out` and `in` too.
HWY_INLINE double add_row(double const* value, Index count, double* out, double* in, Checks& checks) {
  EightLanes sum = broadcast(0);
  Index i = 0;
  for (; i + lane_count <= count; i += lane_count) {
    EightLanes const values = load(value + i);
    checks.note(values);
    sum = add(sum, values);
    store(add(load(out + i), values), out + i);
    store(add(load(in + i), values), in + i);
  }
  if (i < count) {
    EightLanes const values = load_first(value + i, count - i);
    checks.note(values);
    sum = add(sum, values);
    for (; i < count; ++i) {
      out[i] += value[i];
      in[i] += value[i];
    }
  }
  return sum_of_lanes(sum);
}

double add_rows(ShipmentRows const& rows) {
  Checks checks{broadcast(0), broadcast(0)};
  for (Index s = 0; s < rows.destinations; ++s) {
    double const* const value = rows.value + s * rows.industries;
    rows.flow[s] = s == rows.own ? sum_of_row(value, rows.industries, checks)
                                 : add_row(value, rows.industries, rows.out_by_industry,
                                           rows.in_by_industry + s * rows.industries, checks);
  }
  if (sum_of_lanes(checks.unfinite) != 0) return std::numeric_limits<double>::quiet_NaN();
  return -largest_of_lanes(subtract(broadcast(0), checks.lowest));
}

}  // namespace

ShipmentKernels const& shipment_kernels() {
  static constexpr ShipmentKernels table = {.add_rows = add_rows};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

ShipmentKernels const& shipment_kernels(SimdTarget target) {
#if HWY_ARCH_X86
  switch (target) {
    case SimdTarget::avx512: return N_AVX3::shipment_kernels();
    case SimdTarget::avx2: return N_AVX2::shipment_kernels();
    case SimdTarget::scalar: break;
  }
#else
  (void)target;
#endif
  return N_SCALAR::shipment_kernels();
}

}  // namespace regio
#endif
