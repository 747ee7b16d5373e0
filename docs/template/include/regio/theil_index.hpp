/// Theil's index of inequality between regions, for many years at once.
///
/// TEMPLATE: the public header. One capability, plain C++20, includes only <regio/...> and the standard library.
/// Symbols of the literature and their words here: x_i value of region i (income per head), w_i weight (population), mu
/// weighted mean, T index.
#pragma once

#include <vector>

#include <regio/engine.hpp>
#include <regio/outcome.hpp>
#include <regio/views.hpp>

namespace regio {

/// TEMPLATE: one problem of the batch. Views, no owners; what may be left out has a default that says so.
struct TheilProblem {
  VectorView<double const> values;        ///< [n], > 0
  VectorView<double const> weights = {};  ///< [n], >= 0, not all zero; empty: every weight is 1
};

/// TEMPLATE: the report owns its numbers and has one entry a problem.
struct TheilReport {
  std::vector<double> index;     ///< [b] 0: no inequality; ln n: one region has everything
  std::vector<Outcome> outcome;  ///< [b] converged
};

/// TEMPLATE: the docstring says, in this order: one sentence; formula; shapes and units; what throws; what becomes an
/// outcome; determinism; cost; source.
///
/// Measures how unequal the regions of each problem are.
///
/// T = sum_i s_i (x_i / mu) ln(x_i / mu), s_i = w_i / sum w, mu = sum_i s_i x_i.
/// Shapes: see TheilProblem; the index has no unit. Throws ContractError naming the problem and the region: a value
/// that is not positive and finite, a negative weight, weights that are all zero, sizes that differ, no region at all.
/// Deterministic: sums run in the order of the regions. Cost: two passes over the values.
/// Source: H. Theil, Economics and Information Theory, 1967, chapter 4.
REGIO_API TheilReport theil_index(Engine& engine, std::vector<TheilProblem> const& problems);

}  // namespace regio
