/// The points of a clustering as the caller has them: rows in double or in single precision.
#pragma once

#include <algorithm>
#include <vector>

#include <regio/cluster_scores.hpp>

namespace regio {

class PointRows {
 public:
  explicit PointRows(ClusterScoresProblem const& problem) : doubles_(problem.points), singles_(problem.single_points) {}

  [[nodiscard]] bool single() const noexcept { return !singles_.empty(); }
  [[nodiscard]] Index rows() const noexcept { return single() ? singles_.rows() : doubles_.rows(); }
  [[nodiscard]] Index columns() const noexcept { return single() ? singles_.columns() : doubles_.columns(); }
  [[nodiscard]] MatrixView<double const> doubles() const noexcept { return doubles_; }
  [[nodiscard]] MatrixView<float const> singles() const noexcept { return singles_; }

  /// Calls work(rows) with the rows in their precision.
  template <class Work>
  decltype(auto) visit(Work&& work) const {
    return single() ? work(singles_) : work(doubles_);
  }

  /// row [columns()] = row i in double precision.
  void copy_row(Index i, double* row) const {
    visit([&](auto const& rows) { std::copy(rows.row(i).begin(), rows.row(i).end(), row); });
  }

  /// Whether the memory is the same, not only the numbers.
  [[nodiscard]] bool is_same_as(PointRows const& other) const noexcept {
    auto const same = [](auto const& a, auto const& b) {
      return a.data_handle() == b.data_handle() && a.rows() == b.rows() && a.columns() == b.columns() &&
             a.stride(0) == b.stride(0);
    };
    return same(doubles_, other.doubles_) && same(singles_, other.singles_);
  }

 private:
  MatrixView<double const> doubles_;
  MatrixView<float const> singles_;
};

}  // namespace regio
