// Fits the batches that scikit_learn.py writes: scikit_learn_fits <problems file> <results file>.
//
// Problems file, native integers and doubles of 64 bits: count of batches; per batch tolerance, maximum of iterations,
// count of problems; per problem n, d, k, whether weighted; points [n, d], weights [n] if weighted, centres [k, d].
// Results file: per problem iterations, relocations, inertia, labels [n], centres [k, d].
#include <regio/kmeans.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

namespace {

using regio::Index;

class Reader {
 public:
  explicit Reader(char const* path) : file_(path, std::ios::binary) { file_.exceptions(std::ios::failbit); }

  Index integer() { return read<Index>(1).front(); }
  double number() { return read<double>(1).front(); }
  std::vector<double> numbers(Index count) { return read<double>(count); }

 private:
  template <class T>
  std::vector<T> read(Index count) {
    std::vector<T> values(static_cast<std::size_t>(count));
    file_.read(reinterpret_cast<char*>(values.data()), count * static_cast<Index>(sizeof(T)));
    return values;
  }

  std::ifstream file_;
};

template <class T>
void write(std::ofstream& file, T const* values, Index count) {
  file.write(reinterpret_cast<char const*>(values), count * static_cast<Index>(sizeof(T)));
}

void fit_batch(Reader& problems_file, std::ofstream& results_file) {
  regio::KmeansOptions options;
  options.tolerance = problems_file.number();
  options.max_iterations = problems_file.integer();
  auto const count = static_cast<std::size_t>(problems_file.integer());
  std::vector<std::vector<double>> points(count), weights(count), centres(count);
  std::vector<regio::KmeansProblem> problems(count);
  for (std::size_t b = 0; b < count; ++b) {
    Index const n = problems_file.integer(), d = problems_file.integer(), k = problems_file.integer();
    bool const weighted = problems_file.integer() != 0;
    points[b] = problems_file.numbers(n * d);
    if (weighted) weights[b] = problems_file.numbers(n);
    centres[b] = problems_file.numbers(k * d);
    problems[b] = {.points = {points[b].data(), n, d},
                   .weights = weights[b],
                   .clusters = k,
                   .initial_centres = {centres[b].data(), 1, k, d}};
  }
  regio::Engine engine = regio::Engine::cpu();
  regio::KmeansReport const report = regio::kmeans_fit(engine, options, problems);
  for (Index b = 0; b < report.size(); ++b) {
    auto const at = static_cast<std::size_t>(b);
    write(results_file, &report.iterations[at], 1);
    write(results_file, &report.relocations[at], 1);
    write(results_file, &report.inertia[at], 1);
    std::vector<Index> const labels(report.labels(b).begin(), report.labels(b).end());
    write(results_file, labels.data(), static_cast<Index>(labels.size()));
    write(results_file, report.centres(b).data_handle(), report.centres(b).rows() * report.centres(b).columns());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: scikit_learn_fits <problems file> <results file>\n";
    return EXIT_FAILURE;
  }
  Reader problems_file(argv[1]);
  std::ofstream results_file(argv[2], std::ios::binary);
  results_file.exceptions(std::ios::failbit | std::ios::badbit);
  for (Index batches = problems_file.integer(); batches > 0; --batches) fit_batch(problems_file, results_file);
  return EXIT_SUCCESS;
}
