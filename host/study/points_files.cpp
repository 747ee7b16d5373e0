#include "study/points_files.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "study/table_columns.hpp"

namespace regio::study {
namespace {

/// False, and the errors among the findings, when the file is no such array.
bool read_numbers(NumbersFile& numbers, format::Findings& findings) {
  try {
    numbers.array = format::NpyArray::of(numbers.file, numbers.file->bytes(), numbers.file->path().string());
  } catch (InputError const& error) {
    for (InputProblem const& problem : error.problems()) findings.add(problem);
    return false;
  }
  if (numbers.array.is_float32()) {
    VectorView<float const> const stored = numbers.array.floats();
    numbers.converted.assign(stored.begin(), stored.end());
  }
  return true;
}

InputProblem shape_problem(NumbersFile const& numbers, std::string expected) {
  return {.file = numbers.file->path().string(),
          .found = fmt::format("({})", fmt::join(numbers.array.shape(), ", ")),
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

void check_weights(NumbersFile const& weights, format::Findings& findings) {
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

VectorView<double const> NumbersFile::values() const {
  return array.is_float32() ? VectorView<double const>(converted) : array.doubles();
}

MatrixView<double const> PointsFile::points() const {
  return {values().data_handle(), array.shape()[0], array.shape()[1]};
}

std::optional<InputProblem> PointsFile::first_not_finite() const {
  MatrixView<double const> const numbers = points();
  for (Index i = 0; i < numbers.rows(); ++i) {
    for (Index j = 0; j < numbers.columns(); ++j) {
      double const value = numbers(i, j);
      if (std::isfinite(value)) continue;
      return InputProblem{.file = file->path().string(),
                          .field = fmt::format("row {}, column {}", i + 1, j + 1),
                          .found = std::isnan(value) ? "NaN"
                                   : value > 0       ? "infinity"
                                                     : "-infinity",
                          .expected = "a finite number"};
    }
  }
  return std::nullopt;
}

PointsFile read_points(std::shared_ptr<format::UnchangedFile const> file, std::filesystem::path const& features,
                       format::Findings& findings) {
  PointsFile points;
  points.file = std::move(file);
  if (!read_numbers(points, findings)) return points;
  std::vector<Index> const& shape = points.array.shape();
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) {
    findings.add(shape_problem(points, "an array of two dimensions, points and features, none of them 0"));
    return points;
  }
  points.features =
      features.empty() ? numbered_features(shape[1]) : read_features(features, points, shape[1], findings);
  return points;
}

NumbersFile read_point_weights(std::shared_ptr<format::UnchangedFile const> file, Index points,
                               format::Findings& findings) {
  NumbersFile weights;
  weights.file = std::move(file);
  if (!read_numbers(weights, findings)) return weights;
  if (weights.array.shape() != std::vector<Index>{points}) {
    findings.add(
        shape_problem(weights, fmt::format("an array of one dimension with a weight for each of {} points", points)));
    return weights;
  }
  check_weights(weights, findings);
  return weights;
}

}  // namespace regio::study
