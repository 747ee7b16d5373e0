// k-means by every kernel on a CUDA device, with results compared to the CPU's: small enough to run under
// compute-sanitizer.
//
// small_fits [LIBRARY]   the CUDA backend; default: the one built with this program
#include <regio/kmeans.hpp>

#include <cstdio>
#include <deque>
#include <exception>
#include <string>
#include <vector>

#include "tests/support/random_points.hpp"

namespace {

using regio::Index;
using regio::KmeansOptions;
using regio::KmeansProblem;
using regio::KmeansReport;

/// Problems and the numbers that they refer to.
class Batch {
 public:
  KmeansProblem& add(int n, int d, int k) {
    std::vector<double> const& points = numbers_.emplace_back(regio::test::uniform_points(random_, n, d));
    return problems.emplace_back(KmeansProblem{.points = {points.data(), n, d}, .clusters = k});
  }
  regio::VectorView<double const> weights(int n) {
    std::vector<double>& weights = numbers_.emplace_back();
    for (int i = 0; i < n; ++i) weights.push_back(random_.below(4));
    weights.front() = 1;
    return weights;
  }

  std::vector<KmeansProblem> problems;

 private:
  regio::test::RandomNumbers random_{7};
  std::deque<std::vector<double>> numbers_;
};

bool same(KmeansReport const& a, KmeansReport const& b) {
  return a.all_labels == b.all_labels && a.inertia == b.inertia && a.iterations == b.iterations &&
         a.outcome == b.outcome && a.best_run == b.best_run && a.all_centres == b.all_centres;
}

bool compare(char const* what, std::string const& library, KmeansOptions const& options, Batch const& batch) {
  regio::Engine device = regio::Engine::cuda({.library = library}), cpu = regio::Engine::cpu();
  bool const agree =
      same(regio::kmeans_fit(device, options, batch.problems), regio::kmeans_fit(cpu, options, batch.problems));
  std::printf("%s  %s\n", agree ? "same bits" : "DIFFERENT", what);
  return agree;
}

bool run(std::string const& library) {
  bool all = true;
  Batch tiny;
  for (int n : {1, 8, 24, 33}) tiny.add(n, 15, n < 6 ? n : 6);
  tiny.add(24, 3, 5).weights = tiny.weights(24);
  all &= compare("tiny problems, k-means++", library, {.restarts = 40, .keep_runs = true}, tiny);
  all &= compare("tiny problems, random starts", library, {.init = regio::KmeansInit::random, .restarts = 40}, tiny);

  Batch chain;
  for (int year = 0; year < 5; ++year) chain.add(30, 4, 4).warm_from = year - 1;
  all &= compare("a chain of years", library, {.restarts = 3}, chain);

  Batch larger;
  larger.add(300, 15, 33);
  larger.add(2500, 3, 140);
  larger.add(6000, 8, 5);
  all &= compare("problems of a block and beyond shared memory", library, {.restarts = 2, .max_iterations = 4}, larger);

  Batch coinciding;
  KmeansProblem const& some = coinciding.add(4, 2, 4);
  std::vector<double> repeated;
  for (int copy = 0; copy < 5; ++copy) repeated.insert(repeated.end(), &some.points(0, 0), &some.points(0, 0) + 8);
  coinciding.problems.push_back({.points = {repeated.data(), 20, 2}, .clusters = 7});
  all &= compare("points that coincide, empty clusters", library, {.restarts = 5}, coinciding);
  return all;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count > 1 ? arguments[1] : "") ? 0 : 1;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
