#include "study/memory_limit.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include <regio/error.hpp>

#include "cluster/kmeans_memory.hpp"
#include "cluster/kmeans_plan.hpp"
#include "cluster/study_memory.hpp"

namespace regio::study {
namespace {

constexpr std::uint64_t megabyte = 1'000'000;

/// Private writable memory of this process, which is what RLIMIT_DATA limits.
std::uint64_t bytes_in_use() {
  std::ifstream pages("/proc/self/statm");
  std::uint64_t total = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;
  pages >> total >> resident >> shared >> text >> library >> data;
  return pages ? data * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

/// Stacks of threads that will start, and what the allocator holds beyond what was asked for.
std::uint64_t reserve(int threads) {
  constexpr std::uint64_t of_thread = 5 * megabyte, of_process = 8 * megabyte;
  return of_process + of_thread * static_cast<std::uint64_t>(threads);
}

constexpr std::uint64_t bytes_of_page = 16 * megabyte;

void require_memory(std::uint64_t limit, std::uint64_t needed) {
  if (needed <= limit) return;
  InputProblem problem;
  problem.field = "--memory";
  problem.found = std::to_string(limit / megabyte) + "MB";
  problem.expected = "at least " + std::to_string(needed / megabyte + 1) + "MB for this study";
  throw InputError({std::move(problem)});
}

/// Tables, figures and report, which are texts: about so many bytes a number.
std::uint64_t bytes_of_results(StudyShape const& shape) {
  constexpr std::uint64_t of_indicator = 100, of_label = 700;
  std::uint64_t bytes = bytes_of_page;
  auto const cells = static_cast<std::uint64_t>(shape.regions * shape.years);
  for (Index const features : shape.features) {
    bytes += cells * (of_indicator * static_cast<std::uint64_t>(features) + of_label);
  }
  return bytes;
}

}  // namespace

std::uint64_t memory_for_study(std::uint64_t limit, ClusterStudyOptions const& options, Panel const& panel,
                               std::vector<IndicatorDefinition> const& definitions, int threads) {
  if (limit == 0) return 0;
  std::map<std::string, Index> features;
  for (IndicatorDefinition const& definition : definitions) ++features[definition.group];
  StudyShape shape{static_cast<Index>(panel.regions.size()), static_cast<Index>(panel.years.size()), {}};
  for (auto const& [group, count] : features) shape.features.push_back(count);
  StudyMemory const study = study_memory(options, shape, threads);
  std::uint64_t const before = bytes_in_use() + reserve(threads);
  std::uint64_t const needed = before + std::max(study.least, study.kept + bytes_of_results(shape));
  require_memory(limit, needed);
  return limit - before;
}

Index runs_within_memory(std::uint64_t limit, KmeansProblem const& largest, int threads) {
  constexpr Index most_runs = 16;
  constexpr std::uint64_t of_label = sizeof(std::int32_t);
  auto const points = static_cast<std::uint64_t>(largest.count());
  bool const copied = kmeans_regime(largest) != KmeansRegime::large;
  // While k-means++ starts a run it keeps a squared distance of every point, and partial sums of them.
  std::uint64_t const shared = copied ? workspace_bytes(largest, threads) : 9 * points;
  std::uint64_t const least = shared + of_label * points;
  std::uint64_t available = 0;
  if (limit > 0) {
    std::uint64_t const before = bytes_in_use() + reserve(threads) + bytes_of_page;
    require_memory(limit, before + least);
    available = limit - before;
  } else {
    available =
        static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 2;
  }
  if (available < least) return 1;
  return std::min(most_runs, static_cast<Index>((available - shared) / (of_label * points)));
}

}  // namespace regio::study
