/// Answers the questions of scipy_statistics.py: one question a line on standard input, one answer a line.
///
///   adjusted_rand N a... b...
///   assignment ROWS COLUMNS cost...          columns of the rows, -1 for none
///   normalise METHOD N value...              share-of-best, min-max, z-score, robust; higher is better
///   component N D value...                   explained, then the N values of the first component
///   consensus LABELLINGS N CLUSTERS label... labels
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <regio/panel.hpp>
#include <regio/partition.hpp>

#include "tests/reference/peer_answers.hpp"

namespace {

using peer::print;
using peer::print_all;
using peer::read;

/// One year of n regions with d series.
regio::Panel panel_of(std::vector<double> values, std::size_t n, std::size_t d) {
  regio::Panel panel;
  panel.years = {2000};
  for (std::size_t i = 0; i < n; ++i) panel.regions.push_back(std::to_string(i));
  for (std::size_t j = 0; j < d; ++j) panel.series.push_back(std::to_string(j));
  panel.values = std::move(values);
  return panel;
}

void answer_adjusted_rand(std::istream& in) {
  auto const n = read<std::size_t>(in);
  auto const a = read<std::int32_t>(in, n);
  auto const b = read<std::int32_t>(in, n);
  print(regio::adjusted_rand(a, b));
}

void answer_assignment(std::istream& in) {
  auto const rows = read<regio::Index>(in);
  auto const columns = read<regio::Index>(in);
  auto const cost = read<double>(in, static_cast<std::size_t>(rows * columns));
  print_all(regio::least_cost_assignment({cost.data(), rows, columns}));
}

void answer_normalise(std::istream& in) {
  std::map<std::string, regio::Normalisation> const methods{{"share-of-best", regio::Normalisation::share_of_best},
                                                            {"min-max", regio::Normalisation::min_max},
                                                            {"z-score", regio::Normalisation::z_score},
                                                            {"robust", regio::Normalisation::robust}};
  auto const method = methods.at(read<std::string>(in));
  auto const n = read<std::size_t>(in);
  print_all(regio::compute_indicators(panel_of(read<double>(in, n), n, 1), {}, {.normalisation = method}).normalised);
}

void answer_component(std::istream& in) {
  auto const n = read<std::size_t>(in);
  auto const d = read<std::size_t>(in);
  regio::IndicatorOptions const options{.normalisation = regio::Normalisation::none};
  auto const indicators = regio::compute_indicators(panel_of(read<double>(in, n * d), n, d), {}, options);
  auto const integral = regio::integral_indicators(indicators, options, regio::IntegralMethod::principal_component);
  print(integral.front().explained);
  print_all(integral.front().values);
}

void answer_consensus(std::istream& in) {
  auto const count = read<std::size_t>(in);
  auto const n = read<std::size_t>(in);
  auto const clusters = read<regio::Index>(in);
  std::vector<std::vector<std::int32_t>> labellings;
  for (std::size_t l = 0; l < count; ++l) labellings.push_back(read<std::int32_t>(in, n));
  print_all(regio::consensus_clusters({labellings.begin(), labellings.end()}, clusters).labels);
}

}  // namespace

int main() {
  peer::answer_questions({{"adjusted_rand", answer_adjusted_rand},
                          {"assignment", answer_assignment},
                          {"normalise", answer_normalise},
                          {"component", answer_component},
                          {"consensus", answer_consensus}});
  return 0;
}
