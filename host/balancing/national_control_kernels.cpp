#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "balancing/national_control_kernels.cpp"
#include <hwy/foreach_target.h>

#include "balancing/compensated_sum.hpp"
#include "balancing/national_control_kernels.hpp"
#include "balancing/row_vectors-inl.hpp"
#include "core/simd_dispatch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

/// Regions that are taken together, so that what they share is loaded once.
inline constexpr int most_regions = 4;

/// Row i of all regions, one below the other.
MatrixView<double const> slab(NationalCells const& cells, Index i) {
  return {cells.first + i * cells.row_step, cells.regions, cells.columns, cells.region_step};
}

/// Brings the next row of `count` regions near.
HWY_INLINE void fetch_next_row(NationalSweepInput const& input, Index i, Index end, Index first, Index count) {
  if (!input.cells.ask_ahead || i + 1 >= end) return;
  constexpr Index line = 8;  // doubles
  for (Index k = first; k < first + count; ++k) {
    double const* const row = input.cells.first + (i + 1) * input.cells.row_step + k * input.cells.region_step;
    for (Index v = 0; v < input.cells.columns; v += line) __builtin_prefetch(row + v);
  }
}

/// Calls run.operator()<Regions>(first) for all regions.
template <class Run>
HWY_INLINE void for_region_groups(Index regions, Run&& run) {
  Index first = 0;
  for (; first + most_regions <= regions; first += most_regions) run.template operator()<most_regions>(first);
  for (; first < regions; ++first) run.template operator()<1>(first);
}

double plain_step(double const* totals, double slack, Index count, double const* sums, double const* old_multipliers,
                  double* multipliers) {
  // What is not a number does not take part in comparisons, but stays so in a sum. The largest quotient of what is
  // missed and the scale is found by products, which are faster; where they leave the range of numbers a residual is
  // lost, and the check of the result finds it.
  // The least scale, of margins of zeros, is far above the numbers that make processors slow.
  constexpr double least_scale = 0x1p-500;
  EightLanes unfinite = broadcast(0), most_missed = broadcast(0), its_scale = broadcast(1);
  EightLanes const none = broadcast(0), one = broadcast(1), below_all = broadcast(-1);
  for (Index v = 0; v < count; v += lane_count) {
    EightLanes const sum = load(sums + v), total = load(totals + v);
    EightLanes const attained = multiply(sum, load(old_multipliers + v));
    unfinite = multiply_add(attained, none, unfinite);
    EightLanes const off = subtract(attained, total);
    EightLanes const missed = larger(subtract(larger(off, subtract(none, off)), broadcast(slack)), none);
    EightLanes const scale = larger(larger(total, attained), broadcast(least_scale));
    EightLanes const before = multiply(most_missed, scale), now = multiply(missed, its_scale);
    most_missed = where_smaller(before, now, missed, most_missed);
    its_scale = where_smaller(before, now, scale, its_scale);
    EightLanes const root = where_smaller(none, sum, divide(total, sum), one);
    store(where_smaller(below_all, total, root, one), multipliers + v);
  }
  if (sum_of_lanes(unfinite) != 0) return std::numeric_limits<double>::quiet_NaN();
  return largest_of_lanes(divide(most_missed, its_scale));
}

/// One margin at a time: over-relaxed, or with negative cells. `inverses` and `negative` null: none has any.
double scalar_step(double const* totals, NationalSweepInput const& input, Index count, ColumnSums const& sums,
                   double* multipliers, double* inverses) {
  double worst = 0;
  for (Index j = 0; j < count; ++j) {
    double const p = sums.positive[j], n = inverses != nullptr ? -sums.negative[j] : 0;
    Multiplier const old{multipliers[j], inverses != nullptr ? inverses[j] : 0};
    worst = larger_residual(worst, margin_residual_under(old, p, n, totals[j], input.slack));
    Multiplier const moved = margin_step(old.value, p, n, totals[j], input.exponent);
    multipliers[j] = moved.value;
    if (inverses != nullptr) inverses[j] = moved.inverse;
  }
  return worst;
}

/// The row of one region; returns its residual afterwards.
double fit_row(NationalSweepInput const& input, double total, double p, double n, double& multiplier, double* inverse) {
  Multiplier const moved = margin_step(multiplier, p, n, total, input.exponent);
  multiplier = moved.value;
  if (inverse != nullptr) *inverse = moved.inverse;
  return residual_after_step(moved, p, n, total, input.exponent, input.slack);
}

double sweep(NationalSweepInput const& input, Index begin, Index end, NationalMultipliers const& multipliers,
             NationalSums const& sums) {
  double worst = 0;
  Index const regions = input.cells.regions, padded_columns = input.padded_columns;
  double const* const s = input.column_multipliers;
  double* const national = sums.national.positive;
  for (Index i = begin; i < end; ++i) {
    MatrixView<double const> const cells_of_row = slab(input.cells, i);
    double* const r = multipliers.rows + i * regions;
    double* const t = multipliers.national + i * padded_columns;
    std::fill_n(national, padded_columns, 0.0);
    for_region_groups(regions, [&]<int Regions>(Index first) HWY_ATTR {
      fetch_next_row(input, i, end, first, Regions);
      EightLanes sum[Regions], multiplier[Regions];
      HWY_UNROLL(4)
      for (int k = 0; k < Regions; ++k) sum[k] = broadcast(0);
      for_vectors<Regions>(cells_of_row, first, [&](Index v, EightLanes const(&cells)[Regions]) HWY_ATTR {
        EightLanes const of_nation = load(t + v);
        HWY_UNROLL(4)
        for (int k = 0; k < Regions; ++k) {
          EightLanes const factor = multiply(load(s + (first + k) * padded_columns + v), of_nation);
          sum[k] = multiply_add(cells[k], factor, sum[k]);
        }
      });
      HWY_UNROLL(4)
      for (int k = 0; k < Regions; ++k) {
        double const total = input.row_totals[i * regions + first + k];
        worst = larger_residual(worst, fit_row(input, total, sum_of_lanes(sum[k]), 0, r[first + k], nullptr));
        multiplier[k] = broadcast(r[first + k]);
      }
      for_vectors<Regions>(cells_of_row, first, [&](Index v, EightLanes const(&cells)[Regions]) HWY_ATTR {
        EightLanes total = load(national + v);
        HWY_UNROLL(4)
        for (int k = 0; k < Regions; ++k) {
          EightLanes const factor = multiply(load(s + (first + k) * padded_columns + v), multiplier[k]);
          total = multiply_add(cells[k], factor, total);
        }
        store(total, national + v);
      });
    });
    double const* const totals = input.national + i * padded_columns;
    worst = larger_residual(worst, input.exponent.plain()
                                       ? plain_step(totals, input.slack, padded_columns, national, t, t)
                                       : scalar_step(totals, input, padded_columns, sums.national, t, nullptr));
    for_region_groups(regions, [&]<int Regions>(Index first) HWY_ATTR {
      for_vectors<Regions>(cells_of_row, first, [&](Index v, EightLanes const(&cells)[Regions]) HWY_ATTR {
        EightLanes const of_nation = load(t + v);
        HWY_UNROLL(4)
        for (int k = 0; k < Regions; ++k) {
          double* const column = sums.columns.positive + (first + k) * padded_columns + v;
          EightLanes const factor = multiply(broadcast(r[first + k]), of_nation);
          store(multiply_add(cells[k], factor, load(column)), column);
        }
      });
    });
  }
  return worst;
}

double signed_sweep(NationalSweepInput const& input, Index begin, Index end, NationalMultipliers const& multipliers,
                    NationalSums const& sums) {
  double worst = 0;
  Index const regions = input.cells.regions, padded_columns = input.padded_columns;
  double const *const s = input.column_multipliers, *const s_inverse = input.column_inverses;
  for (Index i = begin; i < end; ++i) {
    MatrixView<double const> const cells_of_row = slab(input.cells, i);
    double *const r = multipliers.rows + i * regions, *const r_inverse = multipliers.row_inverses + i * regions;
    double* const t = multipliers.national + i * padded_columns;
    double* const t_inverse = multipliers.national_inverses + i * padded_columns;
    std::fill_n(sums.national.positive, padded_columns, 0.0);
    std::fill_n(sums.national.negative, padded_columns, 0.0);
    for_region_groups(regions, [&]<int Regions>(Index first) HWY_ATTR {
      fetch_next_row(input, i, end, first, Regions);
      EightLanes positive[Regions], negative[Regions], multiplier[Regions], inverse[Regions];
      HWY_UNROLL(4)
      for (int k = 0; k < Regions; ++k) positive[k] = negative[k] = broadcast(0);
      for_vectors<Regions>(cells_of_row, first, [&](Index v, EightLanes const(&cells)[Regions]) HWY_ATTR {
        EightLanes const of_nation = load(t + v), of_nation_inverse = load(t_inverse + v);
        HWY_UNROLL(4)
        for (int k = 0; k < Regions; ++k) {
          Index const place = (first + k) * padded_columns + v;
          EightLanes const below = negative_part(cells[k]);
          positive[k] = multiply_add(subtract(cells[k], below), multiply(load(s + place), of_nation), positive[k]);
          negative[k] = multiply_add(below, multiply(load(s_inverse + place), of_nation_inverse), negative[k]);
        }
      });
      HWY_UNROLL(4)
      for (int k = 0; k < Regions; ++k) {
        double const total = input.row_totals[i * regions + first + k];
        double const p = sum_of_lanes(positive[k]), n = -sum_of_lanes(negative[k]);
        worst = larger_residual(worst, fit_row(input, total, p, n, r[first + k], r_inverse + first + k));
        multiplier[k] = broadcast(r[first + k]);
        inverse[k] = broadcast(r_inverse[first + k]);
      }
      for_vectors<Regions>(cells_of_row, first, [&](Index v, EightLanes const(&cells)[Regions]) HWY_ATTR {
        EightLanes above = load(sums.national.positive + v), under = load(sums.national.negative + v);
        HWY_UNROLL(4)
        for (int k = 0; k < Regions; ++k) {
          Index const place = (first + k) * padded_columns + v;
          EightLanes const below = negative_part(cells[k]);
          above = multiply_add(subtract(cells[k], below), multiply(load(s + place), multiplier[k]), above);
          under = multiply_add(below, multiply(load(s_inverse + place), inverse[k]), under);
        }
        store(above, sums.national.positive + v);
        store(under, sums.national.negative + v);
      });
    });
    worst = larger_residual(
        worst, scalar_step(input.national + i * padded_columns, input, padded_columns, sums.national, t, t_inverse));
    for_region_groups(regions, [&]<int Regions>(Index first) HWY_ATTR {
      for_vectors<Regions>(cells_of_row, first, [&](Index v, EightLanes const(&cells)[Regions]) HWY_ATTR {
        EightLanes const of_nation = load(t + v), of_nation_inverse = load(t_inverse + v);
        HWY_UNROLL(4)
        for (int k = 0; k < Regions; ++k) {
          Index const place = (first + k) * padded_columns + v;
          double *const above = sums.columns.positive + place, *const under = sums.columns.negative + place;
          EightLanes const below = negative_part(cells[k]);
          EightLanes const factor = multiply(broadcast(r[first + k]), of_nation);
          EightLanes const inverse = multiply(broadcast(r_inverse[first + k]), of_nation_inverse);
          store(multiply_add(subtract(cells[k], below), factor, load(above)), above);
          store(multiply_add(below, inverse, load(under)), under);
        }
      });
    });
  }
  return worst;
}

/// The cells of one region's row under final multipliers.
template <bool Signed>
HWY_INLINE void finish_row(NationalSweepInput const& input, Index i, Index region,
                           NationalMultipliers const& multipliers, BatchView<double> balanced,
                           CheckedNationalSums const& sums, CheckedResiduals& residuals) {
  Index const row = i * input.cells.regions + region, offset = region * input.padded_columns;
  double const* const t = multipliers.national + i * input.padded_columns;
  double const* const t_inverse = Signed ? multipliers.national_inverses + i * input.padded_columns : nullptr;
  EightLanes const r = broadcast(multipliers.rows[row]);
  EightLanes const r_inverse = broadcast(Signed ? multipliers.row_inverses[row] : 0);
  EightLanes sum = broadcast(0), error = broadcast(0), magnitude = broadcast(0);
  auto const add_to = [&](CheckedColumnSums const& margin, Index place, EightLanes const& x, EightLanes const& size)
                          HWY_ATTR {
                            EightLanes value = load(margin.value + place), lost = load(margin.error + place);
                            add_exactly(x, value, lost);
                            store(value, margin.value + place);
                            store(lost, margin.error + place);
                            if constexpr (Signed)
                              store(add(load(margin.magnitude + place), size), margin.magnitude + place);
                          };
  for_vectors<1>(slab(input.cells, i), region, [&](Index v, EightLanes const(&cells)[1]) HWY_ATTR {
    EightLanes const s = load(input.column_multipliers + offset + v);
    EightLanes x, size = broadcast(0);
    if constexpr (Signed) {
      EightLanes const below = negative_part(cells[0]);
      EightLanes const above = multiply(multiply(multiply(subtract(cells[0], below), r), s), load(t + v));
      EightLanes const inverse = load(input.column_inverses + offset + v);
      EightLanes const under = multiply(multiply(multiply(below, r_inverse), inverse), load(t_inverse + v));
      x = add(above, under);
      size = subtract(above, under);
      magnitude = add(magnitude, size);
    } else {
      x = multiply(multiply(multiply(cells[0], r), s), load(t + v));
    }
    add_exactly(x, sum, error);
    add_to(sums.columns, offset + v, x, size);
    add_to(sums.national, v, x, size);
    if (balanced.empty()) return;
    Index const columns = balanced.columns();
    if (v + lane_count <= columns) {
      store(x, &balanced(region, i, v));
    } else {
      double last[lane_count];
      store(x, last);
      std::copy(last, last + (columns - v), &balanced(region, i, v));
    }
  });
  double lane[lane_count], lane_error[lane_count];
  store(sum, lane);
  store(error, lane_error);
  CompensatedSum total_sum;
  for (int l = 0; l < lane_count; ++l) total_sum.add(lane[l], lane_error[l]);
  double const total = std::isinf(input.row_totals[row]) ? 0 : input.row_totals[row];
  residuals.note(residuals.rows, total_sum.minus(total), Signed ? sum_of_lanes(magnitude) : total_sum.value(), total,
                 input.slack);
}

CheckedResiduals finish(NationalSweepInput const& input, Index begin, Index end, NationalMultipliers const& multipliers,
                        BatchView<double> balanced, CheckedNationalSums const& sums) {
  CheckedResiduals residuals;
  bool const is_signed = multipliers.row_inverses != nullptr;
  CheckedColumnSums const& national = sums.national;
  for (Index i = begin; i < end; ++i) {
    for (double* const kind : {national.value, national.error, national.magnitude}) {
      std::fill_n(kind, input.padded_columns, 0.0);
    }
    for (Index k = 0; k < input.cells.regions; ++k) {
      if (is_signed) {
        finish_row<true>(input, i, k, multipliers, balanced, sums, residuals);
      } else {
        finish_row<false>(input, i, k, multipliers, balanced, sums, residuals);
      }
    }
    for (Index j = 0; j < input.cells.columns; ++j) {
      double const total = input.national[i * input.padded_columns + j];
      if (std::isnan(total)) continue;
      double const wanted = std::isinf(total) ? 0 : total;
      CompensatedSum sum;
      sum.add(national.value[j], national.error[j]);
      residuals.note(residuals.national, sum.minus(wanted), is_signed ? national.magnitude[j] : sum.value(), wanted,
                     input.slack);
    }
  }
  return residuals;
}

}  // namespace

NationalControlKernels const& national_control_kernels() {
  static constexpr NationalControlKernels table = {
      .sweep = sweep, .signed_sweep = signed_sweep, .plain_step = plain_step, .finish = finish};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

NationalControlKernels const& national_control_kernels(SimdTarget target) {
  return REGIO_COMPILED_FOR(target, national_control_kernels)();
}

}  // namespace regio
#endif
