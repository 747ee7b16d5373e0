#include "cluster/streamed_scores.hpp"

#include <cmath>
#include <limits>

#include "cluster/finite_rows.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t place(Index at) { return static_cast<std::size_t>(at); }

bool is_finite(std::vector<double> const& numbers) {
  return all_finite(VectorView<double const>(numbers.data(), static_cast<Index>(numbers.size())));
}

/// The rows of `parts` added in their order.
std::vector<double> sum_of_chunks(std::vector<double> const& parts, Index chunks) {
  auto const length = static_cast<std::ptrdiff_t>(parts.size()) / chunks;
  std::vector<double> sums(parts.begin(), parts.begin() + length);
  for (Index chunk = 1; chunk < chunks; ++chunk) {
    double const* const part = parts.data() + chunk * length;
    for (std::ptrdiff_t j = 0; j < length; ++j) sums[place(j)] += part[j];
  }
  return sums;
}

}  // namespace

StreamedScores::StreamedScores(ScoredClustering& clustering, ClusterScoresOptions const& options)
    : clustering_(clustering),
      options_(options),
      row_length_(rounded_up(clustering.points.columns(), block_points)),
      chunk_(score_chunk(clustering.points.rows(), clustering.problem->clusters)),
      about_means_(clustering.problem->centres.empty() ||
                   (clustering.divides() && (options.calinski_harabasz || options.davies_bouldin))),
      about_given_(!clustering.problem->centres.empty()) {
  Index const k = clustering_.problem->clusters;
  distance_sums_.resize(place(chunks() * distance_sums * k));
  if (about_means_) {
    fill_references();
    member_sums_.resize(place(chunks() * k * row_length_));
  } else {
    shift_.assign(place(row_length_), 0.0);
    for (Index c = 0; c < k; ++c) {
      for (Index j = 0; j < clustering_.points.columns(); ++j) {
        shift_[place(j)] += clustering_.problem->centres(c, j) / static_cast<double>(k);
      }
    }
    shift_given_centres();
  }
}

void StreamedScores::fill_references() {
  references_.assign(place(clustering_.problem->clusters * row_length_), 0.0);
  for (Index c = 0; c < clustering_.problem->clusters; ++c) {
    if (!has(c)) continue;
    clustering_.points.copy_row(clustering_.census.first_member[place(c)], references_.data() + c * row_length_);
  }
}

void StreamedScores::shift_given_centres() {
  given_.assign(place(clustering_.problem->clusters * row_length_), infinity);
  for (Index c = 0; c < clustering_.problem->clusters; ++c) {
    for (Index j = 0; has(c) && j < clustering_.points.columns(); ++j) {
      given_[place(c * row_length_ + j)] = clustering_.problem->centres(c, j) - shift_[place(j)];
    }
  }
}

void StreamedScores::take_means() {
  Index const k = clustering_.problem->clusters, d = clustering_.points.columns();
  std::vector<double> const sums = sum_of_chunks(member_sums_, chunks());
  clustering_.finite = clustering_.finite && is_finite(sums);
  // Every mean as its reference and a difference; first the mean of all, from the first point.
  std::vector<double> first(place(row_length_));
  clustering_.points.copy_row(0, first.data());
  shift_ = first;
  auto const n = static_cast<double>(clustering_.points.rows());
  auto const from_reference = [&](Index c, Index j) { return sums[place(c * row_length_ + j)] / size(c); };
  for (Index j = 0; j < d; ++j) {
    double total = 0;
    for (Index c = 0; c < k; ++c) {
      if (!has(c)) continue;
      total += size(c) * ((references_[place(c * row_length_ + j)] - first[place(j)]) + from_reference(c, j));
    }
    shift_[place(j)] += total / n;
  }
  means_.assign(place(k * row_length_), infinity);
  for (Index c = 0; c < k; ++c) {
    for (Index j = 0; has(c) && j < d; ++j) {
      auto const at = place(c * row_length_ + j);
      means_[at] = (references_[at] - shift_[place(j)]) + from_reference(c, j);
    }
  }
  if (about_given_) shift_given_centres();
}

DistanceRead StreamedScores::distance_read(Index read) const {
  bool const of_means = is_about_means(read);
  // The simplified silhouette is about the centres given where there are any.
  bool const nearest = options_.simplified_silhouette && clustering_.divides() && of_means != about_given_;
  return {shift_.data(), of_means ? means_.data() : given_.data(), nearest};
}

void StreamedScores::take_distances(Index read) {
  std::vector<double>& sums = is_about_means(read) ? about_means_sums_ : about_given_sums_;
  sums = sum_of_chunks(distance_sums_, chunks());
  clustering_.finite = clustering_.finite && is_finite(sums);
}

double StreamedScores::squared_distance(double const* a, double const* b) const {
  double sum = 0;
  for (Index j = 0; j < clustering_.points.columns(); ++j) {
    double const difference = a[j] - b[j];
    sum = std::fma(difference, difference, sum);
  }
  return sum;
}

double StreamedScores::calinski_harabasz() const {
  Index const k = clustering_.problem->clusters, n = clustering_.points.rows(), occupied = clustering_.census.occupied;
  std::vector<double> common(place(row_length_));  // the mean of all less the shift, which is that mean rounded
  for (Index c = 0; c < k; ++c) {
    for (Index j = 0; has(c) && j < clustering_.points.columns(); ++j) {
      common[place(j)] += size(c) / static_cast<double>(n) * mean(c)[j];
    }
  }
  double between = 0, within = 0;
  for (Index c = 0; c < k; ++c) {
    if (!has(c)) continue;
    between += size(c) * squared_distance(mean(c), common.data());
    within += about_means_sums_[place(c)];
  }
  if (within == 0) return ClusterScores::none;
  return (between / static_cast<double>(occupied - 1)) / (within / static_cast<double>(n - occupied));
}

double StreamedScores::davies_bouldin() const {
  Index const k = clustering_.problem->clusters;
  auto const scatter = [&](Index c) { return about_means_sums_[place(k + c)] / size(c); };
  double sum = 0;
  for (Index a = 0; a < k; ++a) {
    if (!has(a)) continue;
    double worst = 0;
    for (Index b = 0; b < k; ++b) {
      if (b == a || !has(b)) continue;
      double const apart = std::sqrt(squared_distance(mean(a), mean(b)));
      if (apart == 0) return ClusterScores::none;
      worst = std::max(worst, (scatter(a) + scatter(b)) / apart);
    }
    sum += worst;
  }
  return sum / static_cast<double>(clustering_.census.occupied);
}

void StreamedScores::conclude() {
  if (!clustering_.finite) return;
  Index const k = clustering_.problem->clusters;
  std::vector<double> const& about_centres = about_given_ ? about_given_sums_ : about_means_sums_;
  auto const total = [&](DistanceSum which) {
    double sum = 0;
    for (Index c = 0; c < k; ++c) sum += about_centres[place(static_cast<Index>(which) * k + c)];
    return sum;
  };
  ClusterScores& scores = clustering_.scores;
  scores.inertia = total(DistanceSum::squares);
  if (!clustering_.divides()) return;
  if (options_.calinski_harabasz) scores.calinski_harabasz = calinski_harabasz();
  if (options_.davies_bouldin) scores.davies_bouldin = davies_bouldin();
  if (options_.simplified_silhouette) {
    scores.simplified_silhouette = total(DistanceSum::widths) / static_cast<double>(clustering_.points.rows());
  }
}

}  // namespace regio
