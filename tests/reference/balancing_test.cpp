// Balanced tables printed in articles and handbooks, and the same problems solved with 50 digits where a source prints
// few.
#include <regio/balance.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "tests/balancing/balance_data.hpp"

namespace regio {
namespace {

struct Case {
  std::string source;  ///< author, year, place; unit
  OwnedBalance problem;
  std::vector<double> printed;  ///< as the source prints it, empty where it prints too few digits to be told apart
  double printed_digit = 0;     ///< how far a printed number may be off
  std::vector<double> exact;    ///< the solution, from an independent computation with 50 digits or in closed form
};

void PrintTo(Case const& one, std::ostream* out) { *out << one.source; }

std::vector<Case> cases() {
  double const root = std::sqrt(2.0);
  return {
      {"Junius and Oosterhaven 2003, Economic Systems Research 15, the article's example; no unit",
       balance_of({{7, 3, 5, -3}, {2, 9, 8, 0}, {-2, 0, 2, 0}}, {15, 26, -1}, {9, 16, 17, -2}),
       {8.424340881, 3.375237362, 5.200422021, -2.000000263, 3.000997078, 12.624763744, 10.374239178, 0, -2.425339135,
        0, 1.425339135, 0},
       2e-6,
       {8.424341459748716, 3.375236893680465, 5.20042164657082, -2, 3.000997548468523, 12.62476310631954,
        10.37423934521194, 0, -2.425339008217238, 0, 1.425339008217238, 0}},
      {"Miller and Blair 2009, Input-Output Analysis, section 7.4.2; flows",
       balance_of({{0.120 * 421, 0.100 * 284, 0.049 * 283},
                   {0.210 * 421, 0.247 * 284, 0.265 * 283},
                   {0.026 * 421, 0.249 * 284, 0.145 * 283}},
                  {245, 136, 159}, {251, 107, 182}),
       {},
       0,
       {165.2101482011621, 34.61360463947778, 45.17624715936009, 63.52861968216023, 18.78617795340145,
        53.68520236443832, 22.26123211667764, 53.60021740712078, 83.13855047620159}},
      {"Iterative proportional fitting, the four by four example of the encyclopaedias; persons",
       balance_of({{40, 30, 20, 10}, {35, 50, 100, 75}, {30, 80, 70, 120}, {20, 30, 40, 50}}, {150, 300, 400, 150},
                  {200, 300, 400, 100}),
       {64.5585, 46.2325, 35.3843, 3.82473, 49.9679, 68.1594, 156.499, 25.3742, 56.7219, 144.428, 145.082, 53.7673,
        28.7516, 41.18, 63.0347, 17.0337},
       6e-4,
       {64.55850977654838, 46.23245970882372, 35.38429826433125, 3.824732250296656, 49.96791941867416,
        68.15935407176029, 156.4985464218569, 25.37418008770862, 56.72194360209629, 144.4282255662986, 145.082481431417,
        53.76734940018803, 28.75162720268117, 41.17996065311736, 63.03467388239478, 17.03373826180669}},
      {"Rothblum and Schneider 1989; closed form",
       balance_of({{1, 1}, {1, 2}}, {1, 1}, {1, 1}),
       {},
       0,
       {2 - root, root - 1, root - 1, 2 - root}},
      {"Lenzen, Wood and Gallego 2007: a balanced table stays as it is",
       balance_of({{-1, 2}, {2, 3}}, {1, 5}, {1, 5}),
       {},
       0,
       {-1, 2, 2, 3}},
      {"Robichaud, PEP memorandum on balancing a social accounting matrix; one digit",
       balance_of({{1.2, 5, 3.2}, {2.8, 5, 4.8}}, {10, 12}, {4, 10, 8}),
       {1.3, 5.3, 3.4, 2.7, 4.7, 4.6},
       0.051,
       {1.297270392053833, 5.282942377310308, 3.419787230635859, 2.702729607946167, 4.717057622689692,
        4.580212769364141}},
      {"All cells negative: only the totals' share is free", balance_of({{-2, -1}}, {-6}, {-4, -2}), {}, 0, {-4, -2}},
      {"Two by two in closed form: rows 10 and 8, columns 11 and 7",
       balance_of({{5, 1}, {2, 4}}, {10, 8}, {11, 7}),
       {},
       0,
       {25.0 / 3, 5.0 / 3, 8.0 / 3, 16.0 / 3}},
  };
}

class PublishedTables : public testing::TestWithParam<Case> {};

TEST_P(PublishedTables, AreReproduced) {
  Case one = GetParam();
  Engine engine = Engine::cpu(1);
  BalanceReport const report = balance_tables(engine, {.tolerance = 1e-14}, {one.problem.problem()});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  for (std::size_t cell = 0; cell < one.exact.size(); ++cell) {
    EXPECT_NEAR(one.problem.balanced[cell], one.exact[cell], 2e-13 * std::max(1.0, std::abs(one.exact[cell]))) << cell;
    if (!one.printed.empty()) {
      EXPECT_NEAR(one.problem.balanced[cell], one.printed[cell], one.printed_digit) << cell;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Articles, PublishedTables, testing::ValuesIn(cases()));

}  // namespace
}  // namespace regio
