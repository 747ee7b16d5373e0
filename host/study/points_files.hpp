/// Points to be clustered, as they lie in a file that may be larger than memory.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <regio/views.hpp>

#include "format/findings.hpp"
#include "format/npy.hpp"
#include "format/unchanged_file.hpp"

namespace regio::study {

/// A .npy array [points, features], mapped: its numbers are never copied.
struct PointsFile {
  std::shared_ptr<format::UnchangedFile const> file;
  format::NpyArray array;
  std::vector<std::string> features;  ///< names

  [[nodiscard]] Index count() const { return array.shape()[0]; }
  /// One of the two is empty, by the type of the file's numbers.
  [[nodiscard]] MatrixView<double const> points() const;
  [[nodiscard]] MatrixView<float const> single_points() const;
  /// The first number that is NaN or infinite, by row and column from 1; nullopt when there is none. Reads the file up
  /// to it.
  [[nodiscard]] std::optional<InputProblem> first_not_finite() const;
};

/// `features`: a table with the column `feature`, a line for each in the array's order; empty: they are numbered from
/// 1. An array that is no .npy of float32 or float64 in C order, has other than two dimensions, or no point or no
/// feature, and names that are not as many as the features, are findings; the value must not be used then. Whether the
/// numbers are finite is left to what reads all of them.
PointsFile read_points(std::shared_ptr<format::UnchangedFile const> file, std::filesystem::path const& features,
                       format::Findings& findings);

/// Weights of points: float64 is mapped, float32 converted in memory.
struct PointWeights {
  std::shared_ptr<format::UnchangedFile const> file;
  format::NpyArray array;
  std::vector<double> converted;

  [[nodiscard]] VectorView<double const> values() const;
};

/// A .npy array [points]. A weight that is negative or not finite, all of them 0, and another number of them than
/// `points` are findings.
PointWeights read_point_weights(std::shared_ptr<format::UnchangedFile const> file, Index points,
                                format::Findings& findings);

}  // namespace regio::study
