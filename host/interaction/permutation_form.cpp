#include "interaction/permutation_form.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "interaction/ranks.hpp"
#include "interaction/standard_scores.hpp"

namespace regio {
namespace {

bool is_symmetric(MatrixView<double const> matrix) {
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < i; ++j) {
      if (matrix(i, j) != matrix(j, i)) return false;
    }
  }
  return true;
}

/// Calls visit(i, j) for the compared cells.
template <class Visit>
void for_cells(MatrixCells cells, Index n, Visit&& visit) {
  for (Index i = 0; i < n; ++i) {
    Index const begin = cells == MatrixCells::upper_triangle ? i + 1 : 0;
    Index const end = cells == MatrixCells::lower_triangle ? i : n;
    for (Index j = begin; j < end; ++j) {
      if (i != j) visit(i, j);
    }
  }
}

std::vector<double> scores_of(std::vector<double> values, CorrelationMethod method) {
  if (method == CorrelationMethod::spearman) values = mean_ranks(values);
  if (!standardise(values)) values.clear();
  return values;
}

/// [n, n] standardised values of the compared cells, 0 elsewhere; of a triangle also mirrored. Empty without variation.
std::vector<double> standardised(MatrixView<double const> matrix, PermutationProblem const& problem) {
  std::vector<double> values;
  Index const n = matrix.rows();
  for_cells(problem.cells, n, [&](Index i, Index j) { values.push_back(matrix(i, j)); });
  values = scores_of(std::move(values), problem.method);
  if (values.empty()) return {};
  std::vector<double> result(static_cast<std::size_t>(n * n));
  std::size_t next = 0;
  for_cells(problem.cells, n, [&](Index i, Index j) {
    double const value = values[next++];
    result[static_cast<std::size_t>(i * n + j)] = value;
    if (problem.cells != MatrixCells::off_diagonal) result[static_cast<std::size_t>(j * n + i)] = value;
  });
  return result;
}

/// Rows of a square or of its lower triangle, padded.
std::vector<double> packed_rows(PermutationForm const& form, std::vector<double> const& square) {
  std::vector<double> packed;
  for (Index row = 0; row < form.rows(); ++row) {
    auto const begin = square.begin() + row * form.objects;
    packed.insert(packed.end(), begin, begin + form.places(row));
    packed.resize(packed.size() + static_cast<std::size_t>(padded_places(form.places(row)) - form.places(row)));
  }
  return packed;
}

std::optional<PermutationForm> form_of_squares(FormShape shape, Index n, std::vector<double> const& first,
                                               std::vector<double> second) {
  if (first.empty() || second.empty()) return std::nullopt;
  PermutationForm form{.shape = shape, .objects = n, .first = {}, .second = std::move(second)};
  form.first = packed_rows(form, first);
  return form;
}

std::optional<PermutationForm> form_of_matrices(PermutationProblem const& problem) {
  Index const n = problem.first_matrix.rows();
  std::vector<double> first = standardised(problem.first_matrix, problem);
  std::vector<double> second = standardised(problem.second_matrix, problem);
  if (problem.cells != MatrixCells::off_diagonal) {
    return form_of_squares(FormShape::triangle, n, first, std::move(second));
  }
  if (first.empty() || second.empty()) return std::nullopt;
  if (!is_symmetric({first.data(), n, n}) && !is_symmetric({second.data(), n, n})) {
    return form_of_squares(FormShape::square, n, first, std::move(second));
  }
  // Where one of the two is symmetric, only the symmetric part of the other counts:
  // x_ij y_kl + x_ji y_lk = (x_ij + x_ji) (y_kl + y_lk) / 2.
  auto const at = [n](Index i, Index j) { return static_cast<std::size_t>(i * n + j); };
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < i; ++j) {
      first[at(i, j)] += first[at(j, i)];
      second[at(i, j)] = second[at(j, i)] = (second[at(i, j)] + second[at(j, i)]) / 2;
    }
  }
  return form_of_squares(FormShape::triangle, n, first, std::move(second));
}

/// [n, n] signs of the differences of all pairs, divided by the root of how many pairs differ.
std::vector<double> pair_signs(VectorView<double const> series) {
  Index const n = series.size();
  std::vector<double> signs(static_cast<std::size_t>(n * n));
  double differing = 0;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      double const sign = static_cast<double>(series[i] > series[j]) - static_cast<double>(series[i] < series[j]);
      signs[static_cast<std::size_t>(i * n + j)] = sign;
      differing += std::abs(sign);
    }
  }
  if (differing == 0) return {};
  double const norm = std::sqrt(differing / 2);
  for (double& sign : signs) sign /= norm;
  return signs;
}

std::optional<PermutationForm> form_of_series(PermutationProblem const& problem) {
  Index const n = problem.first.size();
  if (problem.method == CorrelationMethod::kendall) {
    return form_of_squares(FormShape::triangle, n, pair_signs(problem.first), pair_signs(problem.second));
  }
  PermutationForm form{.shape = FormShape::series, .objects = n, .first = {}, .second = {}};
  form.first = scores_of({problem.first.begin(), problem.first.end()}, problem.method);
  form.second = scores_of({problem.second.begin(), problem.second.end()}, problem.method);
  if (form.first.empty() || form.second.empty()) return std::nullopt;
  form.first.resize(static_cast<std::size_t>(padded_places(n)));
  return form;
}

}  // namespace

std::optional<PermutationForm> permutation_form(PermutationProblem const& problem) {
  return problem.first_matrix.empty() ? form_of_series(problem) : form_of_matrices(problem);
}

}  // namespace regio
