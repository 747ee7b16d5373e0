// Rays against rational arithmetic: what is called impossible is, and what is possible never gets a ray.
#include "balancing/farkas_ray.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "tests/oracle/farkas.hpp"

namespace regio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Constraints as the oracle sees them, and the signs of the cells.
struct RayCase {
  std::vector<oracle::Constraint> constraints;
  std::vector<oracle::CellRange> cells;  ///< signs and bounds

  [[nodiscard]] CellSystem system() const {
    CellSystem system;
    bool plain = true, bounded = false;
    for (oracle::CellRange const& range : cells) {
      system.start.push_back(range.high > 0 ? 1 : -1);
      system.lower.push_back(range.low);
      system.upper.push_back(range.high);
      bounded = bounded || (range.low != 0 && range.high != 0) || !(std::isinf(range.low) || std::isinf(range.high));
    }
    if (!bounded) {
      system.lower.clear();
      system.upper.clear();
    }
    system.first.push_back(0);
    for (oracle::Constraint const& constraint : constraints) {
      for (std::size_t e = 0; e < cells.size(); ++e) {
        double const coefficient = constraint.coefficient[e];
        if (coefficient == 0) continue;
        plain = plain && coefficient == 1;
        system.cell.push_back(static_cast<std::int32_t>(e));
        system.coefficient.push_back(coefficient);
      }
      system.first.push_back(static_cast<Index>(system.cell.size()));
      system.total.push_back(constraint.total);
    }
    if (plain) system.coefficient.clear();
    return system;
  }
  [[nodiscard]] double deficit(FarkasRay const& ray) const {
    return static_cast<double>(oracle::ray_deficit(constraints, cells, ray.multiplier));
  }
};

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  int whole(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  double share() { return std::uniform_real_distribution<double>(0, 1)(random_); }

 private:
  std::mt19937_64 random_;
};

/// Constraints and multipliers that prove them impossible by about 1 or more, unless they are all 0.
struct Impossible {
  RayCase c;
  std::vector<double> ray;
};

Impossible impossible(Draw& draw, bool plain) {
  Impossible result;
  auto const count = static_cast<std::size_t>(draw.whole(2, 8)), cells = static_cast<std::size_t>(draw.whole(1, 15));
  result.c.constraints.assign(count, {std::vector<double>(cells, 0), 0});
  double surplus = 0;
  for (oracle::Constraint& constraint : result.c.constraints) {
    for (double& coefficient : constraint.coefficient) {
      coefficient = draw.share() < 0.5 ? 0 : plain ? 1 : draw.whole(-12, 12) * 0.25;
    }
    constraint.total = draw.whole(-20, 20);
    result.ray.push_back(draw.whole(-3, 3));
    surplus += result.ray.back() * constraint.total;
  }
  for (std::size_t e = 0; e < cells; ++e) {
    double weight = 0;
    for (std::size_t c = 0; c < count; ++c) weight += result.ray[c] * result.c.constraints[c].coefficient[e];
    bool const positive = weight < 0 || (weight == 0 && draw.share() < 0.5);
    oracle::CellRange range = positive ? oracle::CellRange{0, infinity} : oracle::CellRange{-infinity, 0};
    if (draw.share() < 0.2) {
      // Cells between limits may have the other sign too.
      bool const other = draw.share() < 0.5;
      range = positive != other ? oracle::CellRange{0.5, draw.whole(1, 9) * 0.75}
                                : oracle::CellRange{-draw.whole(1, 9) * 0.75, -0.5};
      surplus -= weight * (weight > 0 ? range.high : range.low);
    }
    result.c.cells.push_back(range);
  }
  if (surplus < 1) {
    std::size_t moved = 0;
    while (moved + 1 < count && result.ray[moved] == 0) ++moved;
    if (result.ray[moved] != 0) result.c.constraints[moved].total += (1 - surplus) / result.ray[moved];
  }
  return result;
}

TEST(FarkasRay, IsFoundNearTheGrowthAndHoldsInRationalNumbers) {
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Draw draw(seed);
    Impossible const one = impossible(draw, seed % 2 == 0);
    CellSystem const system = one.c.system();
    if (!confirmed_ray(system, one.ray)) continue;  // all multipliers are 0
    ++tried;
    std::vector<double> growth;
    for (double const d : one.ray) growth.push_back(0.37 * (d + 1e-6 * (draw.share() - 0.5)));
    auto const ray = verified_ray(system, growth);
    ASSERT_TRUE(ray) << "seed " << seed;
    EXPECT_GT(ray->deficit, 0) << "seed " << seed;
    EXPECT_EQ(ray->deficit, one.c.deficit(*ray)) << "seed " << seed;
  }
  EXPECT_GT(tried, 1500);
}

TEST(FarkasRay, IsNeverGivenToWhatIsPossible) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    Draw draw(seed);
    RayCase c = impossible(draw, seed % 2 == 0).c;
    std::vector<double> solution;
    for (oracle::CellRange const& range : c.cells) {
      // Often at a limit: the hardest case that still has a solution.
      double const low = std::isinf(range.low) ? -7 : range.low, high = std::isinf(range.high) ? 7 : range.high;
      int const quarter = draw.share() < 0.5 ? draw.whole(0, 1) * 4 : draw.whole(0, 4);
      solution.push_back(low + (high - low) * quarter * 0.25);
    }
    std::vector<double> growth;
    for (oracle::Constraint& constraint : c.constraints) {
      constraint.total = 0;
      for (std::size_t e = 0; e < solution.size(); ++e) constraint.total += constraint.coefficient[e] * solution[e];
      growth.push_back(draw.share() < 0.5 ? draw.whole(-2, 2) : draw.share() - 0.5);
    }
    ASSERT_FALSE(verified_ray(c.system(), growth)) << "seed " << seed;
  }
}

/// Two or three tables of one shape under their margins and those of their sum, totals from tables without zeros.
RayCase three_margins(Draw& draw) {
  auto const size = [&] { return static_cast<std::size_t>(draw.whole(2, 3)); };
  std::size_t const regions = size(), rows = size(), columns = size();
  std::size_t const margins = regions * (rows + columns) + rows * columns;
  std::vector<std::array<std::size_t, 3>> cell;
  std::vector<double> total(margins, 0);
  for (std::size_t k = 0; k < regions; ++k) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        std::array<std::size_t, 3> const of_cell{k * rows + i, regions * rows + k * columns + j,
                                                 regions * (rows + columns) + i * columns + j};
        double const wanted = draw.whole(1, 9);
        for (std::size_t const margin : of_cell) total[margin] += wanted;
        if (draw.share() < 0.75) cell.push_back(of_cell);
      }
    }
  }
  RayCase result;
  for (std::size_t margin = 0; margin < margins; ++margin) {
    oracle::Constraint constraint{std::vector<double>(cell.size(), 0), total[margin]};
    bool empty = true;
    for (std::size_t e = 0; e < cell.size(); ++e) {
      for (std::size_t const of_cell : cell[e]) {
        if (of_cell != margin) continue;
        constraint.coefficient[e] = 1;
        empty = false;
      }
    }
    if (!empty) result.constraints.push_back(constraint);
  }
  result.cells.resize(cell.size());
  return result;
}

TEST(FarkasRay, IsWhatTheMultipliersOfAnImpossibleScalingGrowAlong) {
  int impossible_ones = 0, solved = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Draw draw(seed);
    RayCase const c = three_margins(draw);
    if (c.cells.empty()) continue;
    oracle::Scaling const scaling = oracle::scale(c.constraints, std::vector<double>(c.cells.size(), 1.0), 400);
    auto const ray = verified_ray(c.system(), scaling.growth);
    if (scaling.residual < 1e-9) {
      ++solved;
      EXPECT_FALSE(ray) << "seed " << seed;
    } else if (scaling.residual > 0.99 * scaling.residual_at_half) {
      ++impossible_ones;
      ASSERT_TRUE(ray) << "seed " << seed;
      EXPECT_EQ(ray->deficit, c.deficit(*ray)) << "seed " << seed;
      EXPECT_GT(ray->deficit, 0) << "seed " << seed;
    }
  }
  EXPECT_GT(impossible_ones, 50);
  EXPECT_GT(solved, 20);
}

/// Two cells between 0 and 3 that are to sum to 10.
RayCase too_much() { return {{{{1, 1}, 10}}, {{0, 3}, {0, 3}}}; }

TEST(FarkasRay, CountsWhatBoundsAllow) {
  auto const ray = verified_ray(too_much().system(), std::vector<double>{0.2});
  ASSERT_TRUE(ray);
  EXPECT_EQ(ray->multiplier, std::vector<double>{1});
  EXPECT_EQ(ray->deficit, 4);
  EXPECT_FALSE(verified_ray(too_much().system(), std::vector<double>{-0.2}));
}

TEST(FarkasRay, CountsCellsOfAnySignWhereSignsAreNotKept) {
  // x + y = 1 and x - y = 5 need a negative y.
  RayCase const c{{{{1, 1}, 1}, {{1, -1}, 5}}, {{0, infinity}, {0, infinity}}};
  std::vector<double> const growth{-0.5, 0.5};
  CellSystem system = c.system();
  auto const ray = verified_ray(system, growth);
  ASSERT_TRUE(ray);
  EXPECT_EQ(ray->deficit, 4);
  system.keeps_signs = false;
  EXPECT_FALSE(verified_ray(system, growth));
}

TEST(FarkasRay, LeavesOutWhatNeedNotBeMet) {
  RayCase const c{{{{1}, 4}, {{1}, 6}}, {{0, infinity}}};
  CellSystem system = c.system();
  std::vector<double> const growth{-1, 1};
  ASSERT_TRUE(verified_ray(system, growth));
  EXPECT_EQ(verified_ray(system, growth)->deficit, 2);
  system.reliability = {infinity, 3};
  EXPECT_FALSE(verified_ray(system, growth));
  EXPECT_FALSE(confirmed_ray(system, growth));
}

TEST(FarkasRay, IsNoneForADisagreementWithinTheTolerance) {
  RayCase const c{{{{1}, 4}, {{1}, 4 + 1e-9}}, {{0, infinity}}};
  std::vector<double> const growth{-1, 1};
  EXPECT_TRUE(verified_ray(c.system(), growth, 1e-11));
  EXPECT_FALSE(verified_ray(c.system(), growth, 1e-9));
}

TEST(FarkasRay, IsNoneForGrowthThatIsNotANumberOrNone) {
  std::vector<double> const unknown{std::numeric_limits<double>::quiet_NaN()}, none{0};
  EXPECT_FALSE(verified_ray(too_much().system(), unknown));
  EXPECT_FALSE(verified_ray(too_much().system(), none));
}

TEST(FarkasRay, DoesNotTrustProductsBelowTheRangeOfNumbers) {
  RayCase const c{{{{1}, 1e-280}}, {{-infinity, 0}}};
  EXPECT_TRUE(confirmed_ray(c.system(), std::vector<double>{1}));
  EXPECT_FALSE(confirmed_ray(c.system(), std::vector<double>{1e-20}));
}

}  // namespace
}  // namespace regio
