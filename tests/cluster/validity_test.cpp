#include "cluster/validity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "tests/oracle/validity.hpp"
#include "tests/support/random_points.hpp"

namespace regio {
namespace {

double mean_silhouette(MatrixView<double const> points, VectorView<std::int32_t const> labels, Index clusters) {
  std::vector<double> widths(static_cast<std::size_t>(points.rows()));
  silhouette_widths(points, {{labels, clusters}}, 0, points.rows(), {widths.data(), 1, points.rows()});
  double sum = 0;
  for (double const width : widths) sum += width;
  return sum / static_cast<double>(widths.size());
}

struct Line {
  std::vector<double> values;
  [[nodiscard]] MatrixView<double const> points() const {
    return {values.data(), static_cast<Index>(values.size()), 1};
  }
};

TEST(Validity, AgreesWithTheTextbookOnRandomPartitions) {
  for (int seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::RandomNumbers random(static_cast<std::uint64_t>(seed));
    int const n = 4 + random.below(60);
    int const d = 1 + random.below(6);
    int const k = 2 + random.below(n - 3);
    std::vector<double> const values = test::uniform_points(random, n, d);
    std::vector<std::int32_t> labels;
    for (int i = 0; i < n; ++i) labels.push_back(i < 2 ? i : random.below(k));
    if (std::set<std::int32_t>(labels.begin(), labels.end()).size() == labels.size()) labels[2] = 0;
    oracle::Points points;
    for (int i = 0; i < n; ++i) points.emplace_back(values.begin() + i * d, values.begin() + (i + 1) * d);
    std::vector<int> const same(labels.begin(), labels.end());
    MatrixView<double const> const view(values.data(), n, d);
    EXPECT_NEAR(calinski_harabasz(view, labels, k), oracle::calinski_harabasz(points, same),
                1e-10 * oracle::calinski_harabasz(points, same));
    EXPECT_NEAR(davies_bouldin(view, labels, k), oracle::davies_bouldin(points, same),
                1e-10 * oracle::davies_bouldin(points, same));
    EXPECT_NEAR(mean_silhouette(view, labels, k), oracle::silhouette(points, same), 1e-10);
  }
}

TEST(Validity, TwoPairsOnALineByHand) {
  Line const line{{0, 1, 10, 11}};
  std::vector<std::int32_t> const labels{0, 0, 1, 1};
  // B = 2 * 5^2 + 2 * 5^2 = 100, W = 4 * 0.25 = 1: (100 / 1) / (1 / 2).
  EXPECT_DOUBLE_EQ(calinski_harabasz(line.points(), labels, 2), 200);
  EXPECT_DOUBLE_EQ(davies_bouldin(line.points(), labels, 2), (0.5 + 0.5) / 10);
  EXPECT_DOUBLE_EQ(mean_silhouette(line.points(), labels, 2), (2 * (1 - 1 / 10.5) + 2 * (1 - 1 / 9.5)) / 4);
}

TEST(Validity, APointAloneInItsClusterHasSilhouetteZero) {
  Line const line{{0, 1, 50}};
  std::vector<std::int32_t> const labels{0, 0, 1};
  EXPECT_DOUBLE_EQ(mean_silhouette(line.points(), labels, 2), ((1 - 1.0 / 50) + (1 - 1.0 / 49) + 0) / 3);
}

TEST(Validity, LabelsWithoutPointsAreLeftOut) {
  Line const line{{0, 1, 10, 11}};
  std::vector<std::int32_t> const labels{0, 0, 3, 3};
  EXPECT_DOUBLE_EQ(calinski_harabasz(line.points(), labels, 5), 200);
  EXPECT_DOUBLE_EQ(davies_bouldin(line.points(), labels, 5), 0.1);
}

TEST(Validity, OneClusterAndOneClusterAPointHaveNoIndex) {
  Line const line{{0, 1, 10}};
  std::vector<std::int32_t> const together{0, 0, 0}, apart{0, 1, 2};
  for (auto const& labels : {together, apart}) {
    EXPECT_TRUE(std::isnan(calinski_harabasz(line.points(), labels, 3)));
    EXPECT_TRUE(std::isnan(davies_bouldin(line.points(), labels, 3)));
    EXPECT_TRUE(std::isnan(mean_silhouette(line.points(), labels, 3)));
  }
}

TEST(Validity, CoincidingPoints) {
  Line const same{{2, 2, 2, 2}};
  std::vector<std::int32_t> const halves{0, 0, 1, 1};
  EXPECT_TRUE(std::isnan(calinski_harabasz(same.points(), halves, 2)));
  EXPECT_TRUE(std::isnan(davies_bouldin(same.points(), halves, 2)));
  EXPECT_EQ(mean_silhouette(same.points(), halves, 2), 0);
  Line const pairs{{0, 0, 1, 1}};
  EXPECT_TRUE(std::isnan(calinski_harabasz(pairs.points(), halves, 2))) << "no scatter inside";
  EXPECT_EQ(davies_bouldin(pairs.points(), halves, 2), 0);
  EXPECT_EQ(mean_silhouette(pairs.points(), halves, 2), 1);
}

TEST(Validity, PartsOfTheSilhouettesAreThoseOfTheWhole) {
  test::RandomNumbers random(7);
  std::vector<double> const values = test::uniform_points(random, 33, 3);
  MatrixView<double const> const points(values.data(), 33, 3);
  std::vector<std::int32_t> two, five;
  for (int i = 0; i < 33; ++i) {
    two.push_back(i % 2);
    five.push_back(i % 5);
  }
  std::vector<Labelling> const labellings{{two, 2}, {five, 5}};
  std::vector<double> whole(66), parts(66);
  silhouette_widths(points, labellings, 0, 33, {whole.data(), 2, 33});
  for (Index begin = 0; begin < 33; begin += 10) {
    silhouette_widths(points, labellings, begin, std::min<Index>(33, begin + 10), {parts.data(), 2, 33});
  }
  EXPECT_EQ(whole, parts);
}

}  // namespace
}  // namespace regio
