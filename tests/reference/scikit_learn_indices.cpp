// Sweeps k over data sets for the comparison with scikit-learn's metrics (scikit_learn_indices.py).
//
// Request: data sets, largest k; then n, d and the points of each. Reply, for each data set and k: runs, place of the
// best run, labels of every run, and the four scores that scikit-learn has too. All integers have 64 bits.

#include <cstdint>
#include <fstream>
#include <iostream>
#include <vector>

#include <regio/choice_of_k.hpp>

namespace {

template <class T>
std::vector<T> read(std::istream& in, std::int64_t count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

template <class T>
void write(std::ostream& out, T value) {
  out.write(reinterpret_cast<char const*>(&value), sizeof value);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: scikit_learn_indices REQUEST REPLY\n";
    return 2;
  }
  std::ifstream request(argv[1], std::ios::binary);
  auto const head = read<std::int64_t>(request, 2);
  std::vector<std::vector<double>> values;
  std::vector<regio::MatrixView<double const>> data;
  for (std::int64_t i = 0; i < head[0]; ++i) {
    auto const shape = read<std::int64_t>(request, 2);
    values.push_back(read<double>(request, shape[0] * shape[1]));
    data.emplace_back(values.back().data(), shape[0], shape[1]);
  }
  regio::ChoiceOfKOptions options;
  options.largest = head[1];
  options.gap_references = 0;
  options.kmeans.restarts = 5;
  regio::Engine engine = regio::Engine::cpu();
  regio::KSweeps const sweeps = regio::sweep_k(engine, options, data);
  std::ofstream reply(argv[2], std::ios::binary);
  for (regio::KSweep const& sweep : sweeps.sweeps) {
    for (regio::KScores const& scores : sweep.scores) {
      regio::Index const fit = sweep.first_problem + scores.k - 1;
      auto const runs = sweeps.fits.run_labels(fit);
      write(reply, std::int64_t{runs.rows()});
      write(reply, std::int64_t{sweeps.fits.best_run[static_cast<std::size_t>(fit)]});
      for (regio::Index run = 0; run < runs.rows(); ++run) {
        for (std::int32_t const label : runs.row(run)) write(reply, std::int64_t{label});
      }
      for (double const score :
           {scores.calinski_harabasz, scores.davies_bouldin, scores.silhouette, scores.stability}) {
        write(reply, score);
      }
    }
  }
  return reply.good() ? 0 : 1;
}
