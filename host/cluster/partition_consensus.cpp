#include <algorithm>
#include <numeric>
#include <string>

#include <regio/error.hpp>
#include <regio/partition.hpp>

namespace regio {
namespace {

/// Average linkage on similarities. A cluster is known by its first point; `similarity` holds sums over pairs of
/// points, whole numbers here, so equal means are found equal.
class AverageLinkage {
 public:
  AverageLinkage(std::vector<double> similarity, Index n)
      : n_(n), similarity_(std::move(similarity)), members_(count(n), 1), first_point_(count(n)), best_(count(n)) {
    std::iota(first_point_.begin(), first_point_.end(), Index{0});
    for (Index c = 0; c < n_; ++c) find_best(c);
  }

  /// Joins the two most similar clusters.
  void join() {
    Index a = -1;
    for (Index c = 0; c + 1 < n_; ++c) {
      if (!alive(c) || best_[count(c)] < 0) continue;
      if (a < 0 || mean(c, best_[count(c)]) > mean(a, best_[count(a)])) a = c;
    }
    Index const b = best_[count(a)];
    for (Index c = 0; c < n_; ++c) {
      if (!alive(c) || c == a || c == b) continue;
      similarity_[pair(a, c)] += similarity_[pair(b, c)];
      similarity_[pair(c, a)] = similarity_[pair(a, c)];
    }
    members_[count(a)] += members_[count(b)];
    members_[count(b)] = 0;
    for (Index& first : first_point_) {
      if (first == b) first = a;
    }
    // Rows after b look to the right only and do not see either cluster.
    for (Index c = 0; c < b; ++c) {
      if (!alive(c)) continue;
      Index& best = best_[count(c)];
      if (c == a || best == a || best == b) {
        find_best(c);
      } else if (c < a && mean(c, a) >= mean(c, best)) {
        best = mean(c, a) > mean(c, best) ? a : std::min(a, best);
      }
    }
  }

  [[nodiscard]] Index first_point_of_cluster(Index point) const noexcept { return first_point_[count(point)]; }

 private:
  static std::size_t count(Index i) noexcept { return static_cast<std::size_t>(i); }
  [[nodiscard]] std::size_t pair(Index a, Index b) const noexcept { return count(a * n_ + b); }
  [[nodiscard]] bool alive(Index c) const noexcept { return members_[count(c)] > 0; }
  [[nodiscard]] double mean(Index a, Index b) const noexcept {
    return similarity_[pair(a, b)] /
           (static_cast<double>(members_[count(a)]) * static_cast<double>(members_[count(b)]));
  }
  /// The most similar cluster to the right of c, the lowest among equals.
  void find_best(Index c) {
    Index best = -1;
    for (Index other = c + 1; other < n_; ++other) {
      if (alive(other) && (best < 0 || mean(c, other) > mean(c, best))) best = other;
    }
    best_[count(c)] = best;
  }

  Index n_;
  std::vector<double> similarity_;  ///< [n, n]
  std::vector<Index> members_;      ///< [n] 0: joined to another
  std::vector<Index> first_point_;  ///< [n]
  std::vector<Index> best_;         ///< [n]
};

void check_labellings(std::vector<VectorView<std::int32_t const>> const& labellings, Index clusters) {
  if (labellings.empty()) throw ContractError("consensus_clusters: labellings", "are none; at least one is needed");
  Index const n = labellings.front().size();
  for (std::size_t l = 0; l < labellings.size(); ++l) {
    std::string const where = "consensus_clusters: labellings[" + std::to_string(l) + "]";
    if (labellings[l].size() != n) {
      throw ContractError(
          where, "has " + std::to_string(labellings[l].size()) + " points, the first has " + std::to_string(n));
    }
    for (Index i = 0; i < n; ++i) {
      if (labellings[l][i] < 0) {
        throw ContractError(where, "point " + std::to_string(i) + " has the label " + std::to_string(labellings[l][i]) +
                                       "; labels must be at least 0");
      }
    }
  }
  if (clusters < 1 || clusters > n) {
    throw ContractError("consensus_clusters: clusters",
                        "is " + std::to_string(clusters) + "; must be in 1 .. " + std::to_string(n));
  }
}

}  // namespace

Consensus consensus_clusters(std::vector<VectorView<std::int32_t const>> const& labellings, Index clusters) {
  check_labellings(labellings, clusters);
  Index const n = labellings.front().size();
  auto const points = static_cast<std::size_t>(n);

  std::vector<double> together(points * points, 0.0);
  for (auto const& labels : labellings) {
    for (std::size_t i = 0; i < points; ++i) {
      for (std::size_t j = 0; j < points; ++j) {
        together[i * points + j] += labels[static_cast<Index>(i)] == labels[static_cast<Index>(j)] ? 1.0 : 0.0;
      }
    }
  }

  AverageLinkage linkage(together, n);
  for (Index left = n; left > clusters; --left) linkage.join();

  Consensus consensus;
  consensus.coassociation = std::move(together);
  for (double& share : consensus.coassociation) share /= static_cast<double>(labellings.size());
  consensus.labels.resize(points);
  std::vector<std::int32_t> number(points, -1);
  std::int32_t numbered = 0;
  for (std::size_t i = 0; i < points; ++i) {
    std::int32_t& label = number[static_cast<std::size_t>(linkage.first_point_of_cluster(static_cast<Index>(i)))];
    if (label < 0) label = numbered++;
    consensus.labels[i] = label;
  }
  consensus.agreement.assign(points, 1.0);
  for (std::size_t i = 0; i < points; ++i) {
    double sum = 0;
    Index fellows = 0;
    for (std::size_t j = 0; j < points; ++j) {
      if (j == i || consensus.labels[j] != consensus.labels[i]) continue;
      sum += consensus.coassociation[i * points + j];
      ++fellows;
    }
    if (fellows > 0) consensus.agreement[i] = sum / static_cast<double>(fellows);
  }
  return consensus;
}

}  // namespace regio
