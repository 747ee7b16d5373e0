// The memory of a fit: the report, the batch's own list, and a constant that does not grow with the batch.
#include <regio/kmeans.hpp>

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/held_memory.hpp"
#include "tests/support/random_points.hpp"

namespace regio {
namespace {

/// What docs/performance.md states: beyond the report and the batch's list, at most this for two threads.
constexpr std::size_t constant = std::size_t{2} << 20;

std::size_t report_bytes(KmeansReport const& report) {
  auto const bytes = [](auto const& array) { return array.size() * sizeof(array.front()); };
  return bytes(report.inertia) + bytes(report.iterations) + bytes(report.outcome) + bytes(report.best_run) +
         bytes(report.relocations) + bytes(report.distinct_clusters) + bytes(report.all_labels) +
         bytes(report.all_centres) + bytes(report.all_sizes) + bytes(report.label_offset) +
         bytes(report.centre_offset) + bytes(report.size_offset) + bytes(report.features) +
         bytes(report.all_run_labels) + bytes(report.all_run_inertia) + bytes(report.all_run_iterations) +
         bytes(report.run_offset) + bytes(report.run_label_offset);
}

std::vector<double> points(int n, int d) {
  test::RandomNumbers random(1);
  return test::uniform_points(random, n, d);
}

/// The most that kmeans_fit held at a time beyond its report.
std::size_t working_memory(KmeansOptions const& options, std::vector<KmeansProblem> const& problems) {
  Engine engine = Engine::cpu(2);
  (void)kmeans_fit(engine, options, {problems.front()});  // threads start and allocate what is theirs
  KmeansReport report;
  std::size_t const most = test::most_held([&] { report = kmeans_fit(engine, options, problems); });
  return most - report_bytes(report);
}

TEST(KmeansMemory, ABatchOfTinyProblemsNeedsNoMoreThanItsListAndAConstant) {
  int const n = 24, d = 15, count = 50'000;
  std::vector<double> const data = points(n, d);
  std::vector<KmeansProblem> problems;
  for (int b = 0; b < count; ++b) {
    problems.push_back({.points = {data.data(), n, d}, .clusters = 6, .stream = static_cast<std::uint64_t>(b)});
  }
  std::size_t const list = problems.size() * sizeof(KmeansProblem);
  EXPECT_LE(working_memory({.restarts = 1}, problems), list + constant);
}

TEST(KmeansMemory, RestartsThatAreNotKeptNeedNone) {
  int const n = 24, d = 15;
  std::vector<double> const data = points(n, d);
  std::vector<KmeansProblem> const problems{{.points = {data.data(), n, d}, .clusters = 6}};
  EXPECT_LE(working_memory({.restarts = 200'000}, problems), constant);
}

TEST(KmeansMemory, ALargerProblemNeedsItsPointsTwiceAndNoMatrixOfPointsByClusters) {
  int const n = 200'000, d = 3, k = 64;
  std::vector<double> const data = points(n, d);
  std::vector<KmeansProblem> const problems{{.points = {data.data(), n, d}, .clusters = k}};
  std::size_t const of_points = data.size() * sizeof(double);
  auto const of_a_number_each = static_cast<std::size_t>(n) * sizeof(double);
  KmeansOptions const options{.restarts = 1, .max_iterations = 3};
  EXPECT_LE(working_memory(options, problems), of_points + 4 * of_a_number_each + constant);
}

TEST(KmeansMemory, PointsInSinglePrecisionAreNotCopied) {
  int const n = 400'000, d = 5;
  std::vector<double> const numbers = points(n, d);
  std::vector<float> const data(numbers.begin(), numbers.end());
  auto const of_a_label_each = static_cast<std::size_t>(n) * sizeof(std::int32_t);
  KmeansProblem problem{.single_points = {data.data(), n, d}, .clusters = 64};
  problem.initial_centres = {numbers.data(), 1, 64, d};
  EXPECT_LE(working_memory({.max_iterations = 3}, {problem}), constant) << "labels are the report's";
  problem.initial_centres = {numbers.data(), 3, 64, d};
  EXPECT_LE(working_memory({.max_iterations = 3}, {problem}), 3 * of_a_label_each + constant);
  EXPECT_LE(working_memory({.max_iterations = 3, .runs_at_once = 1}, {problem}), of_a_label_each + constant);
  problem.initial_centres = {};
  problem.restarts = 1;
  EXPECT_LE(working_memory({.max_iterations = 3}, {problem}), 2 * of_a_label_each + of_a_label_each / 16 + constant);
}

}  // namespace
}  // namespace regio
