#include "study/points_files.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "study/table_columns.hpp"

namespace regio::study {
namespace {

std::optional<format::NpyArray> open_array(std::shared_ptr<format::UnchangedFile const> const& file,
                                           format::Findings& findings) {
  try {
    return format::NpyArray::of(file, file->bytes(), file->path().string());
  } catch (InputError const& error) {
    for (InputProblem const& problem : error.problems()) findings.add(problem);
    return std::nullopt;
  }
}

InputProblem shape_problem(format::UnchangedFile const& file, format::NpyArray const& array, std::string expected) {
  return {.file = file.path().string(),
          .found = fmt::format("({})", fmt::join(array.shape(), ", ")),
          .expected = std::move(expected)};
}

std::vector<std::string> numbered_features(Index count) {
  std::vector<std::string> names;
  for (Index j = 1; j <= count; ++j) names.push_back(std::to_string(j));
  return names;
}

std::vector<std::string> read_features(std::filesystem::path const& path, PointsFile const& points, Index count,
                                       format::Findings& findings) {
  auto const csv = open_table(path, findings);
  if (!csv) return {};
  auto const column = csv->require("feature", findings);
  refuse_other_columns(*csv, {"feature"}, findings);
  if (!column) return {};
  UniqueLabels names(*csv);
  for (Index row = 0; row < csv->rows(); ++row) names.add(row, *column, "feature", findings);
  if (csv->rows() != count) {
    findings.add(column_problem(
        *csv, "feature",
        fmt::format("{} lines, where {} has {} features", csv->rows(), points.file->path().string(), count)));
  }
  return names.labels().codes();
}

template <class Number>
std::optional<InputProblem> first_not_finite_in(std::string const& file, MatrixView<Number const> numbers) {
  for (Index i = 0; i < numbers.rows(); ++i) {
    for (Index j = 0; j < numbers.columns(); ++j) {
      Number const value = numbers(i, j);
      if (std::isfinite(value)) continue;
      return InputProblem{.file = file,
                          .field = fmt::format("row {}, column {}", i + 1, j + 1),
                          .found = std::isnan(value) ? "NaN"
                                   : value > 0       ? "infinity"
                                                     : "-infinity",
                          .expected = "a finite number"};
    }
  }
  return std::nullopt;
}

void check_weights(PointWeights const& weights, format::Findings& findings) {
  VectorView<double const> const values = weights.values();
  double largest = 0;
  for (Index i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && values[i] >= 0) {
      largest = std::max(largest, values[i]);
    } else if (findings.full()) {
      findings.add_unlisted();
    } else {
      findings.add({.file = weights.file->path().string(),
                    .field = fmt::format("row {}", i + 1),
                    .found = fmt::format("{}", values[i]),
                    .expected = "a weight: a finite number, at least 0"});
    }
  }
  if (findings.empty() && largest == 0) {
    findings.add({.file = weights.file->path().string(), .expected = "has only weights of 0; expected one above it"});
  }
}

}  // namespace

MatrixView<double const> PointsFile::points() const {
  if (array.is_float32()) return {};
  return {array.doubles().data_handle(), array.shape()[0], array.shape()[1]};
}

MatrixView<float const> PointsFile::single_points() const {
  if (!array.is_float32()) return {};
  return {array.floats().data_handle(), array.shape()[0], array.shape()[1]};
}

std::optional<InputProblem> PointsFile::first_not_finite() const {
  std::string const name = file->path().string();
  return array.is_float32() ? first_not_finite_in(name, single_points()) : first_not_finite_in(name, points());
}

PointsFile read_points(std::shared_ptr<format::UnchangedFile const> file, std::filesystem::path const& features,
                       format::Findings& findings) {
  PointsFile points;
  points.file = std::move(file);
  auto array = open_array(points.file, findings);
  if (!array) return points;
  points.array = *std::move(array);
  std::vector<Index> const& shape = points.array.shape();
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) {
    findings.add(
        shape_problem(*points.file, points.array, "an array of two dimensions, points and features, none of them 0"));
    return points;
  }
  points.features =
      features.empty() ? numbered_features(shape[1]) : read_features(features, points, shape[1], findings);
  return points;
}

VectorView<double const> PointWeights::values() const {
  return array.is_float32() ? VectorView<double const>(converted) : array.doubles();
}

PointWeights read_point_weights(std::shared_ptr<format::UnchangedFile const> file, Index points,
                                format::Findings& findings) {
  PointWeights weights;
  weights.file = std::move(file);
  auto array = open_array(weights.file, findings);
  if (!array) return weights;
  weights.array = *std::move(array);
  if (weights.array.shape() != std::vector<Index>{points}) {
    findings.add(shape_problem(*weights.file, weights.array,
                               fmt::format("an array of one dimension with a weight for each of {} points", points)));
    return weights;
  }
  if (weights.array.is_float32()) {
    weights.converted.assign(weights.array.floats().begin(), weights.array.floats().end());
  }
  check_weights(weights, findings);
  return weights;
}

}  // namespace regio::study
