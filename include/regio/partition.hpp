/// Comparing and aligning partitions: adjusted Rand index, assignment by overlap, consensus.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/export.hpp>
#include <regio/views.hpp>

namespace regio {

/// Adjusted Rand index of two labellings of the same points (Hubert and Arabie 1985): 1 for equal partitions, about 0
/// for unrelated ones; 1 when both are trivial. Labels are any non-negative integers. Throws ContractError when sizes
/// differ. Pair counts are exact up to 2^31 points. Cost O(n + k1 k2).
REGIO_API double adjusted_rand(VectorView<std::int32_t const> a, VectorView<std::int32_t const> b);

/// Assignment of rows to columns of least total cost (Kuhn 1955; Jonker and Volgenant 1987). Rectangular tables are
/// allowed: result[row] is a column or -1. Among assignments of equal cost the lexicographically first is returned.
/// cost [rows, columns], finite. Cost O(max(rows, columns)^3).
REGIO_API std::vector<Index> least_cost_assignment(MatrixView<double const> cost);

/// New numbers for the labels of `moving`, so that it agrees with `fixed` in as many points as possible.
/// result[c] is the number that cluster c of `moving` gets; clusters without a partner get the free numbers from
/// k_fixed on.
REGIO_API std::vector<std::int32_t> align_by_overlap(VectorView<std::int32_t const> fixed, Index fixed_clusters,
                                                     VectorView<std::int32_t const> moving, Index moving_clusters);

/// As above, by least total squared distance between the centres [k, d].
REGIO_API std::vector<std::int32_t> align_by_centres(MatrixView<double const> fixed, MatrixView<double const> moving);

/// Unified clusters over several labellings of the same points (the paper's stage 5; Strehl and Ghosh 2002; Fred and
/// Jain 2005): average-linkage clustering of the co-association matrix, cut at `clusters`.
struct Consensus {
  std::vector<std::int32_t> labels;  ///< [n]
  std::vector<double>
      agreement;  ///< [n] mean share of labellings in which a point stands with its fellows; 1 when alone
  std::vector<double> coassociation;  ///< [n, n] share of labellings that put i and j together
};
REGIO_API Consensus consensus_clusters(std::vector<VectorView<std::int32_t const>> const& labellings, Index clusters);

}  // namespace regio
