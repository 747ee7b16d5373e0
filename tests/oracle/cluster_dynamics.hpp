/// Transitions of labelled regions by their definitions, without regio.
#pragma once

#include <cstddef>
#include <vector>

namespace oracle {

struct Dynamics {
  std::vector<std::vector<int>> transitions;  ///< per pair of years: [from, to]
  std::vector<double> probabilities;          ///< [from, to]
  std::vector<int> changes;                   ///< [region]
};

/// labels[year][region]; -1 is no label.
template <class Label>
Dynamics cluster_dynamics(std::vector<std::vector<Label>> const& labels, int clusters) {
  Dynamics result;
  auto const k = static_cast<std::size_t>(clusters);
  auto moves = [&](std::size_t year, int from, int to) {
    int count = 0;
    for (std::size_t region = 0; region < labels[year].size(); ++region) {
      if (labels[year][region] == from && labels[year + 1][region] == to) ++count;
    }
    return count;
  };
  std::vector<int> all(k * k, 0);
  for (std::size_t year = 0; year + 1 < labels.size(); ++year) {
    std::vector<int> table;
    for (int from = 0; from < clusters; ++from) {
      for (int to = 0; to < clusters; ++to) table.push_back(moves(year, from, to));
    }
    for (std::size_t i = 0; i < table.size(); ++i) all[i] += table[i];
    result.transitions.push_back(table);
  }
  for (std::size_t from = 0; from < k; ++from) {
    int sum = 0;
    for (std::size_t to = 0; to < k; ++to) sum += all[from * k + to];
    for (std::size_t to = 0; to < k; ++to) {
      result.probabilities.push_back(sum == 0 ? 0.0 : static_cast<double>(all[from * k + to]) / sum);
    }
  }
  for (std::size_t region = 0; region < labels.front().size(); ++region) {
    int count = 0;
    for (std::size_t year = 0; year + 1 < labels.size(); ++year) {
      Label const before = labels[year][region];
      Label const after = labels[year + 1][region];
      if (before >= 0 && after >= 0 && before != after) ++count;
    }
    result.changes.push_back(count);
  }
  return result;
}

}  // namespace oracle
