#include "core/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cluster/kmeans_screen.cpp"
#include <hwy/foreach_target.h>

#include "cluster/kmeans_screen.hpp"
#include "core/simd_dispatch.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace regio {
namespace HWY_NAMESPACE {
namespace {

/// Features that are laid out together.
inline constexpr Index group_features = 4;

#if HWY_TARGET == HWY_SCALAR

void lay_out_rows(float const* const* rows, Index features, float factor, float const* shift, PointTile const& tile) {
  std::fill(tile.norms, tile.norms + tile_points, 0.0F);
  for (Index j = 0; j < features; ++j) {
    for (Index p = 0; p < tile_points; ++p) {
      float const y = std::fma(rows[p][j], factor, shift[j]);
      tile.numbers[j * tile_points + p] = y;
      tile.norms[p] = std::fma(y, y, tile.norms[p]);
    }
  }
}

std::uint64_t screen(PointTile const& tile, Index features, ScreenedCentres const& centres, std::int32_t* nearest) {
  std::uint64_t undecided = 0;
  for (Index p = 0; p < tile_points; ++p) {
    float lowest = std::numeric_limits<float>::infinity(), second = lowest;
    std::int32_t index = 0;
    for (Index t = 0; t < centre_tiles(centres.count); ++t) {
      Index const first = first_of_tile(centres.count, t), width = first_of_tile(centres.count, t + 1) - first;
      float const* const rows = centres.rows + first * features;
      for (Index c = 0; c < width; ++c) {
        float sum = centres.norms[first + c];
        for (Index j = 0; j < features; ++j) {
          sum = std::fma(tile.numbers[j * tile_points + p], rows[j * width + c], sum);
        }
        if (sum < lowest) {
          second = lowest;
          lowest = sum;
          index = static_cast<std::int32_t>(first + c);
        } else if (sum < second) {
          second = sum;
        }
      }
    }
    nearest[p] = index;
    float const bound = centres.bound.slope * tile.norms[p] + centres.bound.tilt * lowest + centres.bound.offset;
    if (!(second - lowest > bound)) undecided |= std::uint64_t{1} << p;
  }
  return undecided;
}

Index find_changes(std::int32_t const* chosen, std::int32_t const* labels, Index count, std::int32_t* positions) {
  Index found = 0;
  for (Index i = 0; i < count; ++i) {
    if (chosen[i] != labels[i]) positions[found++] = static_cast<std::int32_t>(i);
  }
  return found;
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using Singles = hn::CappedTag<float, 16>;
using Integers = hn::Rebind<std::int32_t, Singles>;
using Numbers = hn::Vec<Singles>;
inline constexpr Index width = static_cast<Index>(hn::MaxLanes(Singles()));
inline constexpr Index blocks_of_vector = width / group_features;
/// Vectors of points that are compared together: with tile_centres sums each they fill the registers.
inline constexpr int tile_vectors = width == 16 ? 4 : 2;

/// A bit for each lane of the mask.
HWY_INLINE std::uint64_t bits_of(hn::Mask<Singles> mask) {
  alignas(8) std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Singles(), mask, bytes);
  std::uint64_t bits = 0;
  std::copy(bytes, bytes + sizeof(bits), reinterpret_cast<std::uint8_t*>(&bits));
  return bits & ((std::uint64_t{1} << width) - 1);
}

/// Four features of the rows row[0], row[4], ... in the blocks of a vector.
template <Index Width = width>
HWY_INLINE Numbers every_fourth_row(float const* const* row, Index feature) {
  hn::CappedTag<float, 4> const four;
  hn::CappedTag<float, 8> const eight;
  auto const pair = [&](Index first) HWY_ATTR {
    return hn::Combine(eight, hn::LoadU(four, row[first + 4] + feature), hn::LoadU(four, row[first] + feature));
  };
  if constexpr (Width == 16) {
    return hn::Combine(hn::CappedTag<float, Width>(), pair(8), pair(0));
  } else {
    return pair(0);
  }
}

void lay_out_rows(float const* const* rows, Index features, float factor, float const* shift, PointTile const& tile) {
  Singles const d;
  Numbers const scale = hn::Set(d, factor);
  for (Index p = 0; p < tile_points; p += width) {
    Numbers norm = hn::Zero(d);
    for (Index first = 0; first < features; first += group_features) {
      Numbers const row0 = every_fourth_row(rows + p, first), row1 = every_fourth_row(rows + p + 1, first);
      Numbers const row2 = every_fourth_row(rows + p + 2, first), row3 = every_fourth_row(rows + p + 3, first);
      Numbers const lower02 = hn::InterleaveLower(d, row0, row2), lower13 = hn::InterleaveLower(d, row1, row3);
      Numbers const upper02 = hn::InterleaveUpper(d, row0, row2), upper13 = hn::InterleaveUpper(d, row1, row3);
      Numbers const feature[group_features] = {
          hn::InterleaveLower(d, lower02, lower13), hn::InterleaveUpper(d, lower02, lower13),
          hn::InterleaveLower(d, upper02, upper13), hn::InterleaveUpper(d, upper02, upper13)};
      auto const keep = [&](Index j) HWY_ATTR {
        Numbers const y = hn::MulAdd(feature[j], scale, hn::Set(d, shift[first + j]));
        norm = hn::MulAdd(y, y, norm);
        hn::StoreU(y, d, tile.numbers + (first + j) * tile_points + p);
      };
      keep(0);
      if (first + 1 < features) keep(1);
      if (first + 2 < features) keep(2);
      if (first + 3 < features) keep(3);
    }
    hn::StoreU(norm, d, tile.norms + p);
  }
}

/// The lowest and second lowest number of each point so far, and the centre of the lowest.
struct Lowest {
  Numbers lowest[tile_vectors], second[tile_vectors];
  hn::Vec<Integers> index[tile_vectors];
};

template <int Centres>
HWY_INLINE void compare(float const* numbers, Index features, float const* rows, float const* norms, Index first,
                        Lowest& state) {
  Singles const d;
  Numbers sum[Centres][tile_vectors];
  HWY_UNROLL(8)
  for (int c = 0; c < Centres; ++c) {
    HWY_UNROLL(8)
    for (int v = 0; v < tile_vectors; ++v) sum[c][v] = hn::Set(d, norms[c]);
  }
  for (Index j = 0; j < features; ++j) {
    Numbers y[tile_vectors];
    HWY_UNROLL(8)
    for (int v = 0; v < tile_vectors; ++v) y[v] = hn::LoadU(d, numbers + j * tile_points + v * width);
    HWY_UNROLL(8)
    for (int c = 0; c < Centres; ++c) {
      Numbers const centre = hn::Set(d, rows[j * Centres + c]);
      HWY_UNROLL(8)
      for (int v = 0; v < tile_vectors; ++v) sum[c][v] = hn::MulAdd(y[v], centre, sum[c][v]);
    }
  }
  HWY_UNROLL(8)
  for (int c = 0; c < Centres; ++c) {
    auto const number = hn::Set(Integers(), static_cast<std::int32_t>(first + c));
    HWY_UNROLL(8)
    for (int v = 0; v < tile_vectors; ++v) {
      auto const lower = hn::Lt(sum[c][v], state.lowest[v]);
      state.second[v] = hn::Min(state.second[v], hn::Max(sum[c][v], state.lowest[v]));
      state.lowest[v] = hn::Min(state.lowest[v], sum[c][v]);
      state.index[v] = hn::IfThenElse(hn::RebindMask(Integers(), lower), number, state.index[v]);
    }
  }
}

std::uint64_t screen(PointTile const& tile, Index features, ScreenedCentres const& centres, std::int32_t* nearest) {
  Singles const d;
  Numbers const slope = hn::Set(d, centres.bound.slope), tilt = hn::Set(d, centres.bound.tilt);
  Numbers const offset = hn::Set(d, centres.bound.offset);
  Index const tiles = centre_tiles(centres.count);
  std::uint64_t undecided = 0;
  for (Index p = 0; p < tile_points; p += tile_vectors * width) {
    Lowest state;
    for (int v = 0; v < tile_vectors; ++v) {
      state.lowest[v] = state.second[v] = hn::Set(d, std::numeric_limits<float>::infinity());
      state.index[v] = hn::Zero(Integers());
    }
    for (Index t = 0; t < tiles; ++t) {
      Index const first = first_of_tile(centres.count, t);
      auto const run = [&]<int Centres>() HWY_ATTR {
        compare<Centres>(tile.numbers + p, features, centres.rows + first * features, centres.norms + first, first,
                         state);
      };
      switch (first_of_tile(centres.count, t + 1) - first) {
        case 1: run.template operator()<1>(); break;
        case 2: run.template operator()<2>(); break;
        case 3: run.template operator()<3>(); break;
        case 4: run.template operator()<4>(); break;
        case 5: run.template operator()<5>(); break;
        default: run.template operator()<tile_centres>(); break;
      }
    }
    for (int v = 0; v < tile_vectors; ++v) {
      Index const at = p + v * width;
      Numbers const norm = hn::LoadU(d, tile.norms + at);
      Numbers const bound = hn::MulAdd(slope, norm, hn::MulAdd(tilt, state.lowest[v], offset));
      auto const decided = hn::Gt(hn::Sub(state.second[v], state.lowest[v]), bound);
      undecided |= (bits_of(decided) ^ ((std::uint64_t{1} << width) - 1)) << at;
      hn::StoreU(state.index[v], Integers(), nearest + at);
    }
  }
  return undecided;
}

Index find_changes(std::int32_t const* chosen, std::int32_t const* labels, Index count, std::int32_t* positions) {
  Integers const d;
  Index found = 0, i = 0;
  for (; i + width <= count; i += width) {
    auto const differs = hn::Ne(hn::LoadU(d, chosen + i), hn::LoadU(d, labels + i));
    if (hn::AllFalse(d, differs)) continue;
    std::uint64_t changed = bits_of(hn::RebindMask(Singles(), differs));
    for (; changed != 0; changed &= changed - 1) {
      positions[found++] = static_cast<std::int32_t>(i + std::countr_zero(changed));
    }
  }
  for (; i < count; ++i) {
    if (chosen[i] != labels[i]) positions[found++] = static_cast<std::int32_t>(i);
  }
  return found;
}

#endif

void lay_out(float const* rows, Index stride, Index count, Index readable, Index features, float factor,
             float const* shift, PointTile const& tile) {
  // Groups of features are read whole, beyond the last feature too where that is not the end of the points.
  Index const whole = (features + group_features - 1) / group_features * group_features;
  Index const in_place = readable < whole ? 0 : std::min(count, (readable - whole) / stride + 1);
  std::vector<float> copies;
  if (in_place < count) copies.assign(static_cast<std::size_t>((count - in_place) * whole), 0.0F);
  float const* row[tile_points];
  for (Index p = 0; p < tile_points; ++p) {
    Index const i = std::min(p, count - 1);
    if (i < in_place) {
      row[p] = rows + i * stride;
      continue;
    }
    float* const copy = copies.data() + (i - in_place) * whole;
    std::copy(rows + i * stride, rows + i * stride + features, copy);
    row[p] = copy;
  }
  lay_out_rows(row, features, factor, shift, tile);
}

}  // namespace

ScreenKernels const& comparison_kernels() {
  static constexpr ScreenKernels table{lay_out, screen, find_changes};
  return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace regio
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace regio {

ScreenKernels const& screen_kernels(SimdTarget target) { return REGIO_COMPILED_FOR(target, comparison_kernels)(); }

}  // namespace regio
#endif
