/// Reads the batches that kmeans_file.py writes; the layout stands there.
#pragma once

#include <fstream>
#include <vector>

#include <regio/kmeans.hpp>

namespace regio::bench {

/// Batches of problems with the memory behind their views.
struct KmeansBatch {
  KmeansOptions options;
  std::vector<std::vector<double>> numbers;
  std::vector<KmeansProblem> problems;
};

class KmeansFile {
 public:
  explicit KmeansFile(char const* path) : file_(path, std::ios::binary) { file_.exceptions(std::ios::failbit); }

  std::vector<KmeansBatch> read() {
    std::vector<KmeansBatch> batches(static_cast<std::size_t>(integer()));
    for (KmeansBatch& batch : batches) {
      batch.options.tolerance = numbers(1).front();
      batch.options.max_iterations = integer();
      batch.problems.resize(static_cast<std::size_t>(integer()));
      for (KmeansProblem& problem : batch.problems) {
        Index const n = integer(), d = integer(), k = integer();
        bool const weighted = integer() != 0;
        problem.restarts = integer();
        problem.points = {kept(batch, n * d), n, d};
        if (weighted) problem.weights = {kept(batch, n), n};
        problem.clusters = k;
        if (problem.restarts == 0) problem.initial_centres = {kept(batch, k * d), 1, k, d};
      }
    }
    return batches;
  }

 private:
  template <class T>
  std::vector<T> values(Index count) {
    std::vector<T> result(static_cast<std::size_t>(count));
    file_.read(reinterpret_cast<char*>(result.data()), count * static_cast<Index>(sizeof(T)));
    return result;
  }
  std::vector<double> numbers(Index count) { return values<double>(count); }
  Index integer() { return values<Index>(1).front(); }
  double const* kept(KmeansBatch& batch, Index count) {
    batch.numbers.push_back(numbers(count));
    return batch.numbers.back().data();
  }

  std::ifstream file_;
};

/// Writes, for each problem of a report, iterations, relocations, inertia, labels [n] and centres [k, d].
inline void write_results(std::ofstream& file, KmeansReport const& report) {
  auto const write = [&](auto const* values, Index count) {
    file.write(reinterpret_cast<char const*>(values), count * static_cast<Index>(sizeof(*values)));
  };
  for (Index b = 0; b < report.size(); ++b) {
    auto const at = static_cast<std::size_t>(b);
    write(&report.iterations[at], 1);
    write(&report.relocations[at], 1);
    write(&report.inertia[at], 1);
    write(report.labels(b).data_handle(), report.labels(b).size());
    write(report.centres(b).data_handle(), report.centres(b).rows() * report.centres(b).columns());
  }
}

}  // namespace regio::bench
