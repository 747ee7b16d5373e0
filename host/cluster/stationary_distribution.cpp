#include "cluster/stationary_distribution.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace regio {
namespace {

/// [from, to] whether a path leads there (Warshall 1962); every state reaches itself.
std::vector<char> reachability(MatrixView<double const> probabilities) {
  Index const k = probabilities.rows();
  std::vector<char> reach(static_cast<std::size_t>(k * k), 0);
  auto const at = [&](Index from, Index to) -> char& { return reach[static_cast<std::size_t>(from * k + to)]; };
  for (Index from = 0; from < k; ++from) {
    for (Index to = 0; to < k; ++to) at(from, to) = from == to || probabilities(from, to) > 0;
  }
  for (Index through = 0; through < k; ++through) {
    for (Index from = 0; from < k; ++from) {
      if (!at(from, through)) continue;
      for (Index to = 0; to < k; ++to) at(from, to) = at(from, to) || at(through, to);
    }
  }
  return reach;
}

/// Stationary distribution of an irreducible chain [m, m], in the place of its matrix.
std::vector<double> eliminate(std::vector<double> p, std::size_t m) {
  std::vector<double> share(m, 1.0);
  // Take the states out from the last to the second; what remains is the chain watched on the states before.
  for (std::size_t out = m; out-- > 1;) {
    double leaves = 0;
    for (std::size_t to = 0; to < out; ++to) leaves += p[out * m + to];
    for (std::size_t from = 0; from < out; ++from) {
      p[from * m + out] /= leaves;
      for (std::size_t to = 0; to < out; ++to) p[from * m + to] += p[from * m + out] * p[out * m + to];
    }
  }
  double sum = 1;
  for (std::size_t in = 1; in < m; ++in) {
    share[in] = 0;
    for (std::size_t from = 0; from < in; ++from) share[in] += share[from] * p[from * m + in];
    sum += share[in];
  }
  for (double& s : share) s /= sum;
  return share;
}

}  // namespace

std::vector<double> stationary_distribution(MatrixView<double const> probabilities) {
  Index const k = probabilities.rows();
  std::vector<char> const reach = reachability(probabilities);
  auto const reaches = [&](Index from, Index to) { return reach[static_cast<std::size_t>(from * k + to)] != 0; };

  std::vector<Index> closed;
  for (Index state = 0; state < k; ++state) {
    auto const row = probabilities.row(state);
    bool const left = std::any_of(row.begin(), row.end(), [](double p) { return p > 0; });
    if (!left) {
      for (Index from = 0; from < k; ++from) {
        if (probabilities(from, state) > 0) return {};
      }
      continue;
    }
    bool recurrent = true;
    for (Index to = 0; to < k; ++to) recurrent = recurrent && (!reaches(state, to) || reaches(to, state));
    if (!recurrent) continue;
    if (!closed.empty() && !reaches(closed.front(), state)) return {};
    closed.push_back(state);
  }
  if (closed.empty()) return {};

  std::size_t const m = closed.size();
  std::vector<double> within(m * m);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < m; ++j) within[i * m + j] = probabilities(closed[i], closed[j]);
  }
  std::vector<double> const share = eliminate(std::move(within), m);
  std::vector<double> stationary(static_cast<std::size_t>(k), 0.0);
  for (std::size_t i = 0; i < m; ++i) stationary[static_cast<std::size_t>(closed[i])] = share[i];
  return stationary;
}

}  // namespace regio
