// Balanced tables printed in articles and handbooks, and the same problems solved with 50 digits where a source prints
// few.
#include <regio/balance.hpp>
#include <regio/constrained_balance.hpp>

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
      {"Miller and Blair 2009, Input-Output Analysis, page 335; flows",
       balance_of({{5, 0.5}, {4, 3}}, {10, 2}, {7, 5}),
       {},
       0,
       {6.590207718719953, 3.4097922812800436, 0.4097922812800457, 1.5902077187199561}},
      {"ipfn, the example of its documentation; 50 digits",
       balance_of({{8, 4, 6, 7}, {3, 6, 5, 2}, {9, 11, 3, 1}}, {20, 18, 22}, {18, 16, 12, 14}),
       {},
       0,
       {5.579361394022242, 2.162466941636887, 3.891873715185311, 8.366297949155559, 3.433199676455621,
        5.322602556147765, 5.321827529937592, 3.922370237459021, 8.987438929522136, 8.514930502215348,
        2.786298754877097, 1.711331813385419}},
      {"humanleague, a table of ones; persons",
       balance_of({{1, 1}, {1, 1}}, {52, 48}, {87, 13}),
       {45.24, 6.76, 41.76, 6.24},
       1e-12,
       {45.24, 6.76, 41.76, 6.24}},
      {"humanleague, one cell changed; 50 digits",
       balance_of({{0.7, 1}, {1, 1}}, {52, 48}, {87, 13}),
       {},
       0,
       {44.24535938172538, 7.754640618274619, 42.75464061827462, 5.245359381725381}},
      {"ipfr, the example of its vignette; households",
       balance_of(
           {{0.9148060, 0.8304476, 0.7365883}, {0.9370754, 0.6417455, 0.1346666}, {0.2861395, 0.5190959, 0.6569923}},
           {3, 4, 5}, {5, 4, 3}),
       {1.317384, 0.9349039, 0.7477130, 2.443984, 1.3084532, 0.2475772, 1.238632, 1.7566429, 2.0047098},
       2e-5,
       {1.317385097317517, 0.9349035906193369, 0.7477113120631466, 2.443977004782428, 1.308447380095661,
        0.247575615121911, 1.238637897900055, 1.756649029285002, 2.004713072814942}},
      {"POT, the example of its documentation: exp(-M) of two points; closed form",
       balance_of({{1, std::exp(-1.0)}, {std::exp(-1.0), 1}}, {0.5, 0.5}, {0.5, 0.5}),
       {0.36552929, 0.13447071, 0.13447071, 0.36552929},
       5e-9,
       {0.5 / (1 + std::exp(-1.0)), 0.5 / (1 + std::exp(1.0)), 0.5 / (1 + std::exp(1.0)), 0.5 / (1 + std::exp(-1.0))}},
      {"sinkhorn_knopp, the example of its description; shares",
       balance_of({{0.011, 0.15}, {1.71, 0.1}}, {1, 1}, {1, 1}),
       {},
       0,
       {0.06146171188333321, 0.9385382881166668, 0.9385382881166668, 0.06146171188333321}},
      {"sinkhorn_knopp, the three by three table of its tests; 50 digits",
       balance_of({{1.4, 0.2, 4}, {3, 4, 0.7}, {0.4, 6, 1}}, {1, 1, 1}, {1, 1, 1}),
       {},
       0,
       {0.3052102688298788, 0.01745969996427728, 0.6773300312058439, 0.583037867584323, 0.3112943039740186,
        0.1056678284416584, 0.1117518635857982, 0.6712459960617041, 0.2170021403524977}},
      {"A table in thousand millions of dollars; 50 digits",
       balance_of({{2e9, 1e9, 0.5e9}, {0.5e9, 3e9, 1e9}, {1e9, 0.5e9, 2.5e9}}, {4e9, 5e9, 6e9}, {5e9, 5e9, 5e9}),
       {},
       0,
       {2.512114935810656e9, 1.005312872110997e9, 0.4825721920783472e9, 0.6812904200820467e9, 3.271713499366799e9,
        1.046996080551154e9, 1.806594644107298e9, 0.7229736285222036e9, 3.470431727370499e9}},
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

// Coefficients of the old year, made to agree with the flows of the new one by the smallest sum of their squared
// changes; the GAMS library's model iobalance has this among its objectives.
TEST(PublishedLeastSquares, OfCoefficients) {
  std::vector<double> const outputs{421, 284, 283}, rows{245, 136, 159}, columns{251, 107, 182};
  std::vector<double> const coefficients{0.12, 0.1, 0.049, 0.21, 0.247, 0.265, 0.026, 0.249, 0.145};
  std::vector<double> const expected{0.3518968563161096,  0.12934256031774438, 0.2124315772462136,
                                     0.1307848990161185,  0.06647131121273228, 0.21929931141271466,
                                     0.11351776960838975, 0.18094669184980533, 0.21137865197711422};
  std::vector<double> flows, variance, balanced(9);
  for (std::size_t cell = 0; cell < 9; ++cell) {
    flows.push_back(coefficients[cell] * outputs[cell % 3]);
    variance.push_back(outputs[cell % 3] * outputs[cell % 3]);
  }
  Engine engine = Engine::cpu(1);
  ConstrainedBalanceReport const report =
      balance_constrained(engine, {.method = ConstrainedMethod::least_squares, .tolerance = 1e-13},
                          {{.table = {flows.data(), 3, 3},
                            .row_totals = rows,
                            .column_totals = columns,
                            .variance = {variance.data(), 3, 3},
                            .balanced = {balanced.data(), 3, 3}}});
  ASSERT_EQ(report.outcome[0], Outcome::converged);
  for (std::size_t cell = 0; cell < 9; ++cell) EXPECT_NEAR(balanced[cell] / outputs[cell % 3], expected[cell], 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Articles, PublishedTables, testing::ValuesIn(cases()));

}  // namespace
}  // namespace regio
