/// A permutation statistic as one sum of products, prepared once for all permutations.
///
/// r(pi) = sum over rows i and places j of first(i, j) second(pi(i), pi(j)). Matrices that allow it are folded into
/// their lower triangle; series are a single row. Rows of `first` are padded with zeros to whole vectors, which change
/// no sum, so every backend may read as far as suits it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <regio/permutation_test.hpp>

namespace regio {

/// Partial sums of a statistic: place j of a row belongs to sum j mod 8, rows follow one another, and in the end the
/// sums are added as core/eight_lanes-inl.hpp adds its lanes.
inline constexpr Index form_lanes = 8;
constexpr Index padded_places(Index places) { return (places + form_lanes - 1) / form_lanes * form_lanes; }

enum class FormShape : std::uint8_t {
  series,    ///< one row of n places; `second` has one row, which stays
  triangle,  ///< row i has places 0 .. i-1
  square,    ///< n rows of n places
};

struct PermutationForm {
  FormShape shape = FormShape::series;
  Index objects = 0;           ///< n
  std::vector<double> first;   ///< rows behind each other, each padded
  std::vector<double> second;  ///< [n, n], or [n] of series

  [[nodiscard]] Index rows() const noexcept { return shape == FormShape::series ? 1 : objects; }
  [[nodiscard]] Index places(Index row) const noexcept { return shape == FormShape::triangle ? row : objects; }
};

/// Centres, scales and folds a validated problem; nothing when one of the two does not vary.
std::optional<PermutationForm> permutation_form(PermutationProblem const& problem);

}  // namespace regio
