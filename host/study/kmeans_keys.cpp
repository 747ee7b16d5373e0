#include "study/kmeans_keys.hpp"

namespace regio::study {
namespace {

constexpr char table[] = "clusters";

}  // namespace

void add_k_range_key(TableKeys& clusters) {
  ChoiceOfKOptions const defaults;
  clusters.integers("k_range", "smallest and largest k that a criterion may choose",
                    {defaults.smallest, defaults.largest}, 1, most_clusters);
}

void add_stopping_keys(TableKeys& clusters) {
  KmeansOptions const defaults;
  clusters.number("tolerance", "stops when the centres move less; relative to the mean variance, as in scikit-learn",
                  defaults.tolerance, 0, 1e6);
  clusters.integer("max_iterations", "of one start", defaults.max_iterations, 1, 1e6);
}

void add_elbow_key(TableKeys& clusters) {
  clusters.number("elbow_threshold", "elbow: least fall of inertia, as a share of that at k = 1, that still pays",
                  ChoiceOfKOptions{}.elbow_threshold, 0, 1);
}

void read_choice_of_k(format::StudyDocument const& document, ChoiceOfKOptions& options, format::Findings& findings) {
  auto const& range = document.integers(table, "k_range");
  if (range.size() != 2 || range[0] > range[1]) {
    findings.add(document.problem(table, "k_range", "the smallest and the largest k, as in [2, 12]"));
  } else {
    options.smallest = range[0];
    options.largest = range[1];
  }
  options.elbow_threshold = document.number(table, "elbow_threshold");
  options.kmeans.restarts = document.integer(table, "restarts");
  options.kmeans.tolerance = document.number(table, "tolerance");
  options.kmeans.max_iterations = document.integer(table, "max_iterations");
}

}  // namespace regio::study
