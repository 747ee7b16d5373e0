/// Comparing and aligning partitions: adjusted Rand index, assignment by overlap, consensus, contiguity.
#pragma once

#include <cstdint>
#include <vector>

#include <regio/export.hpp>
#include <regio/views.hpp>

namespace regio {

/// Adjusted Rand index of two labellings of the same points (Hubert and Arabie 1985).
///
/// With T the pairs of points that both labellings put together, A and B the pairs that each puts together and N all
/// pairs: 2 (T N - A B) / ((A + B) N - 2 A B). 1 for equal partitions (no points, all together and all apart among
/// them), about 0 for unrelated ones, below 0 for less agreement than chance gives.
/// a, b [n], labels >= 0 of any size. Throws ContractError: sizes differ, a negative label, more than 2^31 points.
/// The integers are exact, so the result does not depend on the order of the points. Cost O(n + k1 k2) with k the
/// largest label + 1, without allocation while k1 k2 is small; O(n log n) when labels are sparse.
REGIO_API double adjusted_rand(VectorView<std::int32_t const> a, VectorView<std::int32_t const> b);

/// Assignment of rows to columns of least total cost (Kuhn 1955; Jonker and Volgenant 1987).
///
/// Minimises the sum of cost(row, result[row]) over the assignments of min(rows, columns) pairs; cost [rows, columns].
/// result[row] is a column, or -1 when there are more rows than columns. Among assignments of equal cost the
/// lexicographically first is returned, -1 standing after all columns; equal means to 4 n eps max|cost| with
/// n = max(rows, columns), so counts are told apart exactly. Throws ContractError on a cost that is not finite.
/// Deterministic. Cost O(n^3).
REGIO_API std::vector<Index> least_cost_assignment(MatrixView<double const> cost);

/// New numbers for the labels of `moving`, so that it agrees with `fixed` in as many points as possible.
///
/// fixed, moving [n]; a label -1 (no cluster) is left out of the count. result[c] is the number that cluster c of
/// `moving` gets: a permutation when both have the same number of clusters; with more clusters in `moving` those
/// without a partner get the numbers from fixed_clusters on, in their order. Ties as in least_cost_assignment.
/// Throws ContractError: sizes differ, a label out of range.
REGIO_API std::vector<std::int32_t> align_by_overlap(VectorView<std::int32_t const> fixed, Index fixed_clusters,
                                                     VectorView<std::int32_t const> moving, Index moving_clusters);

/// As above, by least total squared distance between the centres [k, d]. Throws ContractError: another d, a coordinate
/// that is not finite.
REGIO_API std::vector<std::int32_t> align_by_centres(MatrixView<double const> fixed, MatrixView<double const> moving);

/// Unified clusters over several labellings of the same points.
struct Consensus {
  std::vector<std::int32_t> labels;  ///< [n]
  std::vector<double>
      agreement;  ///< [n] mean share of labellings in which a point stands with its fellows; 1 when alone
  std::vector<double> coassociation;  ///< [n, n] share of labellings that put i and j together
};
/// Average-linkage clustering of the co-association matrix, cut at `clusters` (the paper's stage 5; Strehl and Ghosh
/// 2002; Fred and Jain 2005).
///
/// Starts from single points and joins the two clusters with the greatest mean co-association until `clusters` are
/// left; of equal pairs the one with the lowest first points. Clusters are numbered by their first point. labellings:
/// at least one, each [n], labels >= 0. Throws ContractError: no labelling, sizes differ, a negative label, clusters
/// outside 1 .. n. Deterministic. Cost O(labellings n^2) and O(n^2) to O(n^3) for the joining; memory O(n^2).
REGIO_API Consensus consensus_clusters(std::vector<VectorView<std::int32_t const>> const& labellings, Index clusters);

/// Two points that are neighbours; their order does not matter.
struct NeighbourPair {
  Index a = 0, b = 0;
};

struct JoinCountOptions {
  Index permutations = 999;  ///< random orders of the labels behind the p-value; 0: none
  std::uint64_t seed = 1;
};

/// How far neighbours share a cluster.
struct JoinCount {
  Index clusters = 0;      ///< labels that some point has
  Index pairs = 0;         ///< L, pairs of neighbours that both have a label
  Index same_cluster = 0;  ///< J, those of one label
  double expected = 0;     ///< E, mean of J over all orders of the labels
  double ratio = 0;        ///< J / E; NaN when E is 0
  double p_value = 0;  ///< (1 + orders with a count of at least J) / (1 + orders); NaN without pairs or permutations
};
/// Join count of a partition on a graph of neighbours: how many of its L pairs share a cluster, and how many would by
/// chance (Cliff and Ord 1981).
///
/// E = L sum_c n_c (n_c - 1) / (n (n - 1)) over the n points that have a label, n_c of them in cluster c: the mean over
/// all orders of the labels. The p-value is one-sided: small when neighbours share clusters more often than chance
/// gives. labels [n], -1: none. Throws ContractError: a label below -1, a pair out of range, of one point, or given
/// twice (in either order), permutations below 0. Deterministic: the orders are functions of (seed, number of the
/// permutation). Cost O(L log L + permutations (n + L)). Source: docs/methods/dynamics.md.
REGIO_API JoinCount join_count(VectorView<std::int32_t const> labels, std::vector<NeighbourPair> const& pairs,
                               JoinCountOptions const& options);

}  // namespace regio
