/// The scores that one or two reads of the points give, whatever backend makes the reads.
///
/// A first read gives the means, a second one distances from centres. Points are cut into chunks; a backend fills the
/// sums of each chunk, and what is here adds them in the order of the chunks. All numbers are differences: the first
/// read's from a member of the own cluster, the second's from the mean of all points. So where the points lie takes no
/// digits, and points that coincide have distance 0.
#pragma once

#include <algorithm>
#include <vector>

#include "cluster/cluster_scores_operation.hpp"
#include "cluster/kmeans_chunks.hpp"

namespace regio {

/// Points whose sums are made together; their number depends on the problem's shape alone. Sums of all chunks are small
/// beside the points and there are at most 1024 of them.
constexpr Index score_chunk(Index points, Index clusters) {
  constexpr Index most_chunks = 1024;
  return std::max(sum_chunk(clusters), rounded_up(chunk_count(points, most_chunks), pass_chunk));
}

/// What a read for distances sums of each cluster, in the order of the points: [3, k] behind each other.
enum class DistanceSum : std::uint8_t { squares, distances, widths };
inline constexpr Index distance_sums = 3;

/// What a read for distances needs.
struct DistanceRead {
  double const* shift = nullptr;    ///< [row length] taken from every point
  double const* centres = nullptr;  ///< [k, row length] less the shift; infinite for labels without points
  bool nearest = false;             ///< widths of the simplified silhouette are summed
};

class StreamedScores {
 public:
  StreamedScores(ScoredClustering& clustering, ClusterScoresOptions const& options);

  [[nodiscard]] ScoredClustering& clustering() const noexcept { return clustering_; }
  /// Length of a row of centres and sums: features rounded up to whole vectors, the rest zero.
  [[nodiscard]] Index row_length() const noexcept { return row_length_; }
  [[nodiscard]] Index chunk() const noexcept { return chunk_; }
  [[nodiscard]] Index chunks() const noexcept { return chunk_count(clustering_.points.rows(), chunk_); }

  /// Whether the read for the means is needed; otherwise the reads for distances are next.
  [[nodiscard]] bool needs_means() const noexcept { return about_means_; }
  /// [k, row length] a member of each cluster.
  [[nodiscard]] double const* references() const noexcept { return references_.data(); }
  /// [k, row length] of a chunk: sums of the differences of the members to the reference.
  [[nodiscard]] double* member_sums(Index chunk) {
    return member_sums_.data() + chunk * clustering_.problem->clusters * row_length_;
  }
  /// After the read for the means.
  void take_means();

  /// Reads for distances: one about the means, or about the centres given, or both.
  [[nodiscard]] Index distance_reads() const noexcept { return (about_means_ ? 1 : 0) + (about_given_ ? 1 : 0); }
  [[nodiscard]] DistanceRead distance_read(Index read) const;
  /// [3, k] of a chunk.
  [[nodiscard]] double* distance_sums_of(Index chunk) {
    return distance_sums_.data() + chunk * distance_sums * clustering_.problem->clusters;
  }
  /// After the read.
  void take_distances(Index read);
  /// After the last one: writes the scores.
  void conclude();

 private:
  [[nodiscard]] bool is_about_means(Index read) const noexcept { return about_means_ && read == 0; }
  [[nodiscard]] bool has(Index c) const { return clustering_.census.sizes[static_cast<std::size_t>(c)] > 0; }
  [[nodiscard]] double size(Index c) const {
    return static_cast<double>(clustering_.census.sizes[static_cast<std::size_t>(c)]);
  }
  [[nodiscard]] double const* mean(Index c) const { return means_.data() + c * row_length_; }
  [[nodiscard]] double squared_distance(double const* a, double const* b) const;
  void fill_references();
  void shift_given_centres();
  [[nodiscard]] double calinski_harabasz() const;
  [[nodiscard]] double davies_bouldin() const;

  ScoredClustering& clustering_;
  ClusterScoresOptions const& options_;
  Index row_length_, chunk_;
  bool about_means_, about_given_;
  std::vector<double> references_, member_sums_;  ///< [k, row length], [chunks, k, row length]
  std::vector<double> shift_;                     ///< [row length] the mean of all points, or of the centres given
  std::vector<double> means_, given_;             ///< [k, row length] less the shift
  std::vector<double> distance_sums_;             ///< [chunks, 3, k]
  std::vector<double> about_means_sums_, about_given_sums_;  ///< [3, k] of all chunks
};

}  // namespace regio
