/// Answers the questions of dependence_statistics.py: one question a line on standard input, one answer a line.
///
///   correlation METHOD TEST ALTERNATIVE N x... y...       estimate, p
///   fisher CONFIDENCE N x... y...                         interval
///   bootstrap METHOD INTERVAL CONFIDENCE B N x... y...    interval, then the B replicates
///   permutation METHOD ALTERNATIVE N x... y...            p from all permutations
///   mantel N x... y...                                    p from all permutations, greater
///   adjust METHOD N p...                                  adjusted p-values
///   regression ERRORS INTERCEPT N K y... x...             coefficients, errors, t, p, intervals, R^2 and the like
///   band N M x... y... at...                              line, band of the mean, band of an object
///   gravity METHOD ERRORS EFFECTS N K flow... regressor...  coefficients as above, deviance
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <regio/dependence.hpp>
#include <regio/gravity.hpp>
#include <regio/regression.hpp>

#include "tests/reference/peer_answers.hpp"

namespace {

using peer::print;
using peer::print_all;
using peer::read;

/// The value whose name() is read.
template <class Choice>
Choice read_choice(std::istream& in) {
  auto const word = read<std::string>(in);
  for (int value = 0; value < 8; ++value) {
    if (name(static_cast<Choice>(value)) == word) return static_cast<Choice>(value);
  }
  std::fprintf(stderr, "no choice '%s'\n", word.c_str());
  std::exit(1);
}

struct Series {
  explicit Series(std::istream& in)
      : n(read<std::size_t>(in)), first(read<double>(in, n)), second(read<double>(in, n)) {}
  std::size_t n;
  std::vector<double> first, second;
};

regio::CorrelationReport correlate(Series const& series, regio::CorrelationMethod method,
                                   regio::CorrelationOptions const& options) {
  regio::Engine engine = regio::Engine::cpu(1);
  return regio::correlations(engine, options, {{.first = series.first, .second = series.second, .method = method}});
}

void answer_correlation(std::istream& in) {
  auto const method = read_choice<regio::CorrelationMethod>(in);
  auto const test = read_choice<regio::CorrelationTest>(in);
  auto const alternative = read_choice<regio::Alternative>(in);
  auto const report = correlate(
      Series(in), method, {.test = test, .alternative = alternative, .interval = regio::CorrelationInterval::none});
  print(report.estimate[0]);
  print(report.p_value[0]);
}

void answer_fisher(std::istream& in) {
  auto const confidence = read<double>(in);
  auto const report = correlate(Series(in), regio::CorrelationMethod::pearson,
                                {.interval = regio::CorrelationInterval::fisher, .confidence = confidence});
  print(report.lower[0]);
  print(report.upper[0]);
}

void answer_bootstrap(std::istream& in) {
  auto const method = read_choice<regio::CorrelationMethod>(in);
  auto const interval = read_choice<regio::CorrelationInterval>(in);
  auto const confidence = read<double>(in);
  auto const replicates = read<regio::Index>(in);
  auto const report =
      correlate(Series(in), method,
                {.interval = interval, .confidence = confidence, .replicates = replicates, .keep_replicates = true});
  print(report.lower[0]);
  print(report.upper[0]);
  print_all(report.replicates(0));
}

void answer_permutation(std::istream& in) {
  auto const method = read_choice<regio::CorrelationMethod>(in);
  auto const alternative = read_choice<regio::Alternative>(in);
  Series const series(in);
  regio::Engine engine = regio::Engine::cpu(1);
  print(regio::permutation_test(engine, {.enumeration = regio::Enumeration::exact, .alternative = alternative},
                                {{.first = series.first, .second = series.second, .method = method}})
            .p_value[0]);
}

void answer_mantel(std::istream& in) {
  auto const n = read<regio::Index>(in);
  auto const cells = static_cast<std::size_t>(n * n);
  auto const first = read<double>(in, cells), second = read<double>(in, cells);
  regio::Engine engine = regio::Engine::cpu(1);
  print(regio::permutation_test(engine, {.alternative = regio::Alternative::greater},
                                {{.first_matrix = {first.data(), n, n}, .second_matrix = {second.data(), n, n}}})
            .p_value[0]);
}

void answer_adjust(std::istream& in) {
  auto const method = read_choice<regio::MultipleTests>(in);
  auto const n = read<std::size_t>(in);
  print_all(regio::adjusted_p_values(read<double>(in, n), method));
}

void print_table(regio::CoefficientTable const& table) {
  for (auto const* numbers :
       {&table.estimate, &table.standard_error, &table.statistic, &table.p_value, &table.lower, &table.upper}) {
    print_all(*numbers);
  }
}

void answer_regression(std::istream& in) {
  auto const errors = read_choice<regio::RegressionErrors>(in);
  bool const intercept = read<int>(in) != 0;
  auto const n = read<std::size_t>(in), k = read<std::size_t>(in);
  auto const y = read<double>(in, n), x = read<double>(in, n * k);
  regio::Engine engine = regio::Engine::cpu(1);
  regio::MatrixView<double const> const regressors(x.data(), static_cast<regio::Index>(n),
                                                   static_cast<regio::Index>(k));
  auto const fit = regio::linear_regressions(engine, {.intercept = intercept, .errors = errors, .confidence = 0.9},
                                             {{.response = y, .regressors = regressors}})
                       .front();
  print_table(fit.coefficients);
  for (double const number : {fit.r_squared, fit.adjusted_r_squared, fit.residual_deviation, fit.f, fit.f_p_value}) {
    print(number);
  }
}

void answer_band(std::istream& in) {
  auto const n = read<std::size_t>(in), m = read<std::size_t>(in);
  auto const x = read<double>(in, n), y = read<double>(in, n), at = read<double>(in, m);
  regio::Engine engine = regio::Engine::cpu(1);
  auto const fit = regio::linear_regressions(
                       engine, {}, {{.response = y, .regressors = {x.data(), static_cast<regio::Index>(n), 1}}})
                       .front();
  auto const band = regio::regression_band(fit, {at.data(), static_cast<regio::Index>(m), 1}, 0.9);
  for (auto const* numbers : {&band.fitted, &band.mean_lower, &band.mean_upper, &band.lower, &band.upper}) {
    print_all(*numbers);
  }
}

void answer_gravity(std::istream& in) {
  auto const method = read_choice<regio::GravityMethod>(in);
  auto const errors = read_choice<regio::GravityErrors>(in);
  bool const effects = read<int>(in) != 0;
  auto const n = read<regio::Index>(in);
  auto const k = read<std::size_t>(in);
  auto const cells = static_cast<std::size_t>(n * n);
  auto const flows = read<double>(in, cells), regressors = read<double>(in, k * cells);
  regio::GravityProblem problem{.flows = {flows.data(), n, n}};
  for (std::size_t r = 0; r < k; ++r) problem.regressors.push_back({regressors.data() + r * cells, n, n});
  regio::Engine engine = regio::Engine::cpu(1);
  auto const fit = regio::gravity_fits(
                       engine, {.method = method, .errors = errors, .effects = effects, .confidence = 0.9}, {problem})
                       .front();
  print_table(fit.coefficients);
  print(fit.deviance);
}

}  // namespace

int main() {
  peer::answer_questions({{"correlation", answer_correlation},
                          {"fisher", answer_fisher},
                          {"bootstrap", answer_bootstrap},
                          {"permutation", answer_permutation},
                          {"mantel", answer_mantel},
                          {"adjust", answer_adjust},
                          {"regression", answer_regression},
                          {"band", answer_band},
                          {"gravity", answer_gravity}});
  return 0;
}
