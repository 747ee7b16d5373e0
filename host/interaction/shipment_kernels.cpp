#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "interaction/shipment_kernels.cpp"
#include <hwy/foreach_target.h>

#include "core/eight_lanes-inl.hpp"
#include "core/simd_dispatch.hpp"
#include "interaction/interaction_index_operation.hpp"
#include "interaction/shipment_kernels.hpp"

#include <algorithm>
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
  /// Four at a time wait for each other less.
  HWY_INLINE void note(EightLanes const& a, EightLanes const& b, EightLanes const& c, EightLanes const& d) {
    EightLanes const zero = broadcast(0);
    lowest = smaller(smaller(smaller(a, b), smaller(c, d)), lowest);
    unfinite = add(unfinite, add(multiply_add(a, zero, multiply(b, zero)), multiply_add(c, zero, multiply(d, zero))));
  }
};

/// to[0, count), count up to eight numbers, += values.
HWY_INLINE void add_to(double* to, Index count, EightLanes const& values) {
  if (count == lane_count) {
    store(add(load(to), values), to);
    return;
  }
  double lane[lane_count];
  store(values, lane);
  for (Index l = 0; l < count; ++l) to[l] += lane[l];
}

/// Four destinations, none of them the origin itself.
class GroupOfRows {
 public:
  HWY_INLINE GroupOfRows(ShipmentRows const& rows, Index first)
      : industries_(rows.industries),
        value_(rows.value + first * rows.industries),
        in_(rows.in_by_industry + first * rows.industries),
        out_(rows.out_by_industry),
        flow_(rows.flow + first),
        next_(first + destinations_of_group < rows.destinations || rows.next == nullptr
                  ? value_ + destinations_of_group * industries_
                  : rows.next) {}

  HWY_INLINE void add_all(Checks& checks) {
    EightLanes flow0 = broadcast(0), flow1 = broadcast(0), flow2 = broadcast(0), flow3 = broadcast(0);
    Index i = 0;
    for (; i + lane_count <= industries_; i += lane_count) {
      EightLanes const values0 = load(value_ + i), values1 = load(value_ + industries_ + i),
                       values2 = load(value_ + 2 * industries_ + i), values3 = load(value_ + 3 * industries_ + i);
      // Four rows side by side are a pattern that the core does not foresee.
      double const* const ahead = next_ + destinations_of_group * i;
      for (Index line = 0; line < destinations_of_group; ++line) __builtin_prefetch(ahead + line * lane_count);
      checks.note(values0, values1, values2, values3);
      flow0 = add(flow0, values0);
      flow1 = add(flow1, values1);
      flow2 = add(flow2, values2);
      flow3 = add(flow3, values3);
      double* const in = in_ + i;
      store(add(load(in), values0), in);
      store(add(load(in + industries_), values1), in + industries_);
      store(add(load(in + 2 * industries_), values2), in + 2 * industries_);
      store(add(load(in + 3 * industries_), values3), in + 3 * industries_);
      store(add(load(out_ + i), add(add(values0, values1), add(values2, values3))), out_ + i);
    }
    if (i < industries_) {
      Index const left = industries_ - i;
      auto const values = [&](Index row) HWY_ATTR { return load_first(value_ + row * industries_ + i, left); };
      EightLanes const values0 = values(0), values1 = values(1), values2 = values(2), values3 = values(3);
      checks.note(values0, values1, values2, values3);
      flow0 = add(flow0, values0);
      flow1 = add(flow1, values1);
      flow2 = add(flow2, values2);
      flow3 = add(flow3, values3);
      add_to(in_ + i, left, values0);
      add_to(in_ + industries_ + i, left, values1);
      add_to(in_ + 2 * industries_ + i, left, values2);
      add_to(in_ + 3 * industries_ + i, left, values3);
      add_to(out_ + i, left, add(add(values0, values1), add(values2, values3)));
    }
    EightLanes const flows[] = {flow0, flow1, flow2, flow3};
    sums_of_lanes(flows, flow_);
  }

 private:
  Index industries_;
  double const* value_;
  double *in_, *out_, *flow_;
  double const* next_;  ///< a group of rows that is added after this one
};

/// The same with fewer destinations than four, or with the origin itself.
HWY_INLINE void add_partial_group(ShipmentRows const& rows, Index first, Checks& checks) {
  Index const industries = rows.industries, count = std::min(rows.destinations - first, destinations_of_group);
  EightLanes const zero = broadcast(0);
  EightLanes flow[destinations_of_group] = {zero, zero, zero, zero};
  for (Index i = 0; i < industries; i += lane_count) {
    Index const numbers = std::min<Index>(lane_count, industries - i);
    EightLanes delivered[destinations_of_group] = {zero, zero, zero, zero};
    for (Index k = 0; k < count; ++k) {
      double const* const value = rows.value + (first + k) * industries + i;
      EightLanes const values = numbers == lane_count ? load(value) : load_first(value, numbers);
      checks.note(values);
      flow[k] = add(flow[k], values);
      if (first + k == rows.own) continue;
      delivered[k] = values;
      add_to(rows.in_by_industry + (first + k) * industries + i, numbers, values);
    }
    add_to(rows.out_by_industry + i, numbers, add(add(delivered[0], delivered[1]), add(delivered[2], delivered[3])));
  }
  for (Index k = 0; k < count; ++k) rows.flow[first + k] = sum_of_lanes(flow[k]);
}

double add_rows(ShipmentRows const& rows) {
  Checks checks{broadcast(0), broadcast(0)};
  std::fill_n(rows.out_by_industry, rows.industries, 0.0);
  for (Index first = 0; first < rows.destinations; first += destinations_of_group) {
    bool const has_own = rows.own >= first && rows.own < first + destinations_of_group;
    if (has_own || first + destinations_of_group > rows.destinations) {
      add_partial_group(rows, first, checks);
    } else {
      GroupOfRows(rows, first).add_all(checks);
    }
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

ShipmentKernels const& shipment_kernels(SimdTarget target) { return REGIO_COMPILED_FOR(target, shipment_kernels)(); }

}  // namespace regio
#endif
