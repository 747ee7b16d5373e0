#include <regio/partition.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <string>

#include <regio/error.hpp>

namespace regio {
namespace {

__extension__ using Wide = __int128;

/// What the adjusted Rand index is made of.
struct PairCounts {
  Index together = 0;  ///< pairs that both labellings put together
  Index in_a = 0;      ///< pairs that the first puts together
  Index in_b = 0;
  Index all = 0;
};

constexpr Index pairs(Index n) noexcept { return n * (n - 1) / 2; }

/// Products of pair counts reach 2^123 at 2^31 points, 2^62 at 2^15; Integer is what holds them.
template <class Integer>
double adjusted_rand_of(PairCounts const& count) noexcept {
  Integer const together = count.together;
  Integer const in_a = count.in_a;
  Integer const in_b = count.in_b;
  Integer const all = count.all;
  Integer const numerator = 2 * (together * all - in_a * in_b);
  Integer const denominator = (in_a + in_b) * all - 2 * in_a * in_b;
  // Zero only when both put all points together, or both keep all apart.
  return denominator == 0 ? 1.0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

/// Pairs from a contingency table [rows, columns] of counts; column_sums [columns] must be zero on entry. Sum holds
/// n^2.
template <class Sum, class Count>
PairCounts pairs_of_table(Count const* table, std::size_t rows, std::size_t columns, Count* column_sums, Index n) {
  // Sum of c (c - 1) / 2 = (sum of c^2 - n) / 2.
  Sum squares = 0;
  Sum row_squares = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    Count const* const row = table + r * columns;
    Sum row_sum = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      Sum const count = row[c];
      column_sums[c] = static_cast<Count>(column_sums[c] + row[c]);
      row_sum += count;
      squares += count * count;
    }
    row_squares += row_sum * row_sum;
  }
  Sum column_squares = 0;
  for (std::size_t c = 0; c < columns; ++c) column_squares += Sum{column_sums[c]} * column_sums[c];
  return {(squares - n) / 2, (row_squares - n) / 2, (column_squares - n) / 2, pairs(n)};
}

template <class Count>
void count_pairs(VectorView<std::int32_t const> a, VectorView<std::int32_t const> b, std::size_t columns,
                 Count* table) noexcept {
  for (Index i = 0; i < a.size(); ++i) {
    ++table[static_cast<std::size_t>(a[i]) * columns + static_cast<std::size_t>(b[i])];
  }
}

/// Sum of pairs over the runs of equal keys.
Index pairs_of_runs(std::vector<std::uint64_t>& keys) {
  std::sort(keys.begin(), keys.end());
  Index sum = 0;
  for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
    while (end < keys.size() && keys[end] == keys[begin]) ++end;
    sum += pairs(static_cast<Index>(end - begin));
  }
  return sum;
}

PairCounts pairs_of_sparse_labels(VectorView<std::int32_t const> a, VectorView<std::int32_t const> b) {
  PairCounts count;
  std::vector<std::uint64_t> keys(static_cast<std::size_t>(a.size()));
  auto const fill = [&](auto key) {
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key(static_cast<Index>(i));
    return pairs_of_runs(keys);
  };
  auto const label = [](VectorView<std::int32_t const> labels, Index i) {
    return static_cast<std::uint64_t>(labels[i]);
  };
  count.in_a = fill([&](Index i) { return label(a, i); });
  count.in_b = fill([&](Index i) { return label(b, i); });
  count.together = fill([&](Index i) { return label(a, i) << 32 | label(b, i); });
  count.all = pairs(a.size());
  return count;
}

[[noreturn]] void throw_negative_label(std::string const& where, VectorView<std::int32_t const> labels) {
  auto const* const found = std::find_if(labels.begin(), labels.end(), [](std::int32_t label) { return label < 0; });
  throw ContractError(where, "point " + std::to_string(found - labels.begin()) + " has the label " +
                                 std::to_string(*found) + "; labels must be at least 0");
}

}  // namespace

double adjusted_rand(VectorView<std::int32_t const> a, VectorView<std::int32_t const> b) {
  Index const n = a.size();
  if (b.size() != n) {
    throw ContractError("adjusted_rand: b", "has " + std::to_string(b.size()) + " labels, a has " + std::to_string(n));
  }
  if (n > Index{1} << 31) throw ContractError("adjusted_rand: a", "has " + std::to_string(n) + " labels; at most 2^31");

  // All bits that occur: bounds the labels and shows a negative one, cheaper than a maximum.
  std::uint32_t bits_a = 0;
  std::uint32_t bits_b = 0;
  for (Index i = 0; i < n; ++i) {
    bits_a |= static_cast<std::uint32_t>(a[i]);
    bits_b |= static_cast<std::uint32_t>(b[i]);
  }
  constexpr std::uint32_t sign = std::uint32_t{1} << 31;
  if (bits_a & sign) throw_negative_label("adjusted_rand: a", a);
  if (bits_b & sign) throw_negative_label("adjusted_rand: b", b);

  std::size_t const rows = std::bit_ceil(std::size_t{bits_a} + 1);
  std::size_t const columns = std::bit_ceil(std::size_t{bits_b} + 1);

  // Bootstrap studies ask this millions of times for a few dozen regions: no allocation, sums in 64 bits.
  constexpr Index small_points = (Index{1} << 15) - 1;
  constexpr std::size_t small_clusters = 32;
  if (n <= small_points && rows <= small_clusters && columns <= small_clusters) {
    std::array<std::int16_t, small_clusters * small_clusters> table;
    std::array<std::int16_t, small_clusters> column_sums;
    std::fill_n(table.begin(), rows * columns, std::int16_t{0});
    std::fill_n(column_sums.begin(), columns, std::int16_t{0});
    count_pairs(a, b, columns, table.data());
    return adjusted_rand_of<Index>(pairs_of_table<std::int32_t>(table.data(), rows, columns, column_sums.data(), n));
  }

  // A table that is much larger than the points costs more than sorting them.
  std::size_t const dense_limit = 4096 + 4 * static_cast<std::size_t>(n);
  if (rows <= dense_limit && columns <= dense_limit / rows) {
    std::vector<std::uint32_t> table(rows * columns);
    std::vector<std::uint32_t> column_sums(columns);
    count_pairs(a, b, columns, table.data());
    return adjusted_rand_of<Wide>(pairs_of_table<Index>(table.data(), rows, columns, column_sums.data(), n));
  }
  return adjusted_rand_of<Wide>(pairs_of_sparse_labels(a, b));
}

namespace {

void check_labels(std::string const& where, VectorView<std::int32_t const> labels, Index clusters) {
  for (Index i = 0; i < labels.size(); ++i) {
    if (labels[i] < -1 || labels[i] >= clusters) {
      throw ContractError(where, "point " + std::to_string(i) + " has the label " + std::to_string(labels[i]) +
                                     "; labels must be -1 or in 0 .. " + std::to_string(clusters - 1));
    }
  }
}

/// Numbers for the moving clusters from their cost of taking each fixed number.
std::vector<std::int32_t> numbers_of_least_cost(MatrixView<double const> cost) {
  std::vector<Index> const partner = least_cost_assignment(cost);
  std::vector<std::int32_t> numbers(partner.size());
  auto next = static_cast<std::int32_t>(cost.columns());
  for (std::size_t c = 0; c < partner.size(); ++c) {
    numbers[c] = partner[c] >= 0 ? static_cast<std::int32_t>(partner[c]) : next++;
  }
  return numbers;
}

}  // namespace

std::vector<std::int32_t> align_by_overlap(VectorView<std::int32_t const> fixed, Index fixed_clusters,
                                           VectorView<std::int32_t const> moving, Index moving_clusters) {
  if (fixed.size() != moving.size()) {
    throw ContractError("align_by_overlap: moving",
                        "has " + std::to_string(moving.size()) + " labels, fixed has " + std::to_string(fixed.size()));
  }
  check_labels("align_by_overlap: fixed", fixed, fixed_clusters);
  check_labels("align_by_overlap: moving", moving, moving_clusters);
  std::vector<double> cost(static_cast<std::size_t>(moving_clusters * fixed_clusters));
  for (Index i = 0; i < fixed.size(); ++i) {
    if (fixed[i] >= 0 && moving[i] >= 0) cost[static_cast<std::size_t>(moving[i] * fixed_clusters + fixed[i])] -= 1;
  }
  return numbers_of_least_cost({cost.data(), moving_clusters, fixed_clusters});
}

std::vector<std::int32_t> align_by_centres(MatrixView<double const> fixed, MatrixView<double const> moving) {
  if (fixed.columns() != moving.columns()) {
    throw ContractError("align_by_centres: moving", "has " + std::to_string(moving.columns()) +
                                                        " coordinates, fixed has " + std::to_string(fixed.columns()));
  }
  std::vector<double> cost;
  cost.reserve(static_cast<std::size_t>(moving.rows() * fixed.rows()));
  for (Index c = 0; c < moving.rows(); ++c) {
    for (Index f = 0; f < fixed.rows(); ++f) {
      double squared_distance = 0;
      for (Index j = 0; j < fixed.columns(); ++j) {
        double const difference = moving(c, j) - fixed(f, j);
        squared_distance += difference * difference;
      }
      cost.push_back(squared_distance);
    }
  }
  return numbers_of_least_cost({cost.data(), moving.rows(), fixed.rows()});
}

}  // namespace regio
