#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "cluster/kmeans_operation.hpp"
#include "cluster/kmeans_plan.hpp"
#include "cluster/kmeans_streamed_fits.hpp"
#include "core/contract.hpp"
#include "core/progress_meter.hpp"
#include "cuda/cuda_backend.hpp"
#include "cuda/cuda_error.hpp"
#include "cuda/kmeans_device_passes.hpp"
#include "cuda/kmeans_part.hpp"
#include "cuda/parts_in_turn.hpp"

namespace regio {
namespace cuda {
namespace {

constexpr double bytes_of_number = sizeof(double), bytes_of_label = sizeof(std::int32_t);

/// What a batch means for the device's memory and for the copies.
struct PartSize {
  double memory = 0;  ///< bytes on the device, about
  double copied = 0;  ///< bytes that go there and come back
  double work = 0;
};

/// The whole operation, part by part.
class Batch {
 public:
  Batch(CudaBackend& backend, KmeansOperation const& operation)
      : backend_(backend),
        operation_(operation),
        meter_(operation.options.control.progress, "k-means", runs(0, count()), "fits"),
        parts_([this](KmeansPart const& part) { meter_.advance(runs(part.first(), part.end())); }) {}

  void run() {
    for (Index b = 0; b < count(); ++b) check_size(b);
    most_ = part_limits();
    Index begun = 0;
    while (begun < count() && !operation_.options.control.stop.stop_requested()) {
      begun = is_large(begun) ? fit_large(begun) : begin_part(begun);
    }
    parts_.finish();
    for (Index b = begun; b < count(); ++b) report_fit(operation_.results, b, problem(b), {});
  }

 private:
  [[nodiscard]] Index count() const { return static_cast<Index>(operation_.problems.size()); }
  [[nodiscard]] KmeansProblem const& problem(Index b) const { return operation_.problems[static_cast<std::size_t>(b)]; }

  [[nodiscard]] bool is_large(Index b) const { return kmeans_regime(problem(b)) == KmeansRegime::large; }

  /// Fits problems in a row that share their points, from the first on, and returns their end. Passes of all of them
  /// read the points once.
  Index fit_large(Index first) {
    parts_.finish();
    std::vector<Index> group;
    Index labelled = 0, weighted = 0;
    for (Index b = first; b < count() && is_large(b); ++b) {
      bool const shares = same_view(problem(b).single_points, problem(first).single_points);
      if (b > first && (!shares || problem(b).warm_from >= first)) break;
      group.push_back(b);
      labelled += run_count(problem(b), operation_.options);
      weighted += problem(b).weights.empty() ? 0 : 1;
    }
    Index const of_point = std::min(labelled, operation_.options.runs_at_once) * Index{sizeof(std::int32_t)} +
                           weighted * Index{sizeof(double)};
    fit_streamed(backend_.workers(), operation_, group, [&](StreamContext const& context) {
      return std::make_unique<DevicePasses>(backend_, context, problem(first).count() * of_point);
    });
    Index const end = first + static_cast<Index>(group.size());
    meter_.advance(runs(first, end));
    return end;
  }

  [[nodiscard]] Index runs(Index first, Index end) const {
    Index total = 0;
    for (Index b = first; b < end; ++b) total += run_count(problem(b), operation_.options);
    return total;
  }

  /// Kernels count clusters, features and runs in 32 bits.
  void check_size(Index b) const {
    constexpr Index most = std::numeric_limits<std::int32_t>::max() / 2;
    std::string const where = fmt::format("kmeans_fit: problems[{}]", b);
    Index const k = problem(b).clusters, d = problem(b).features(), runs = run_count(problem(b), operation_.options);
    if (k <= most && d <= most && runs <= most) return;
    refuse(where, fmt::format("has {} clusters, {} features and {} runs; a CUDA device takes at most {} of each", k, d,
                              runs, most));
  }

  /// Begins the next part and returns its end. A single problem that the device's memory does not hold gets fewer
  /// groups of threads, each of which needs memory.
  Index begin_part(Index first) {
    Index const end = part_end(first);
    if (parts_.running() != nullptr && starts_from_running(first, end)) parts_.finish();
    auto const with_groups = [&](Index most_groups) {
      return [this, most_groups](Index begin, Index part_end) {
        return std::make_unique<KmeansPart>(backend_, operation_, begin, part_end, most_groups);
      };
    };
    try {
      return parts_.begin(first, end, with_groups(0));
    } catch (OutOfDeviceMemory const&) {
      return parts_.begin(first, first + 1, with_groups(1));
    }
  }

  /// Whether a problem starts where one of the running part ends: its centres must be here first.
  [[nodiscard]] bool starts_from_running(Index first, Index end) const {
    for (Index b = first; b < end; ++b) {
      Index const from = problem(b).warm_from;
      if (from >= parts_.running()->first() && from < parts_.running()->end()) return true;
    }
    return false;
  }

  /// What problem b adds to a part of which it is not the first, or is.
  [[nodiscard]] PartSize size_of(Index b, bool first) const {
    KmeansProblem const& each = problem(b);
    auto const n = static_cast<double>(each.points.rows()), d = static_cast<double>(each.points.columns());
    auto const k = static_cast<double>(each.clusters);
    auto const runs_made = static_cast<double>(run_count(each, operation_.options));
    double const rows = !first && same_view(each.points, problem(b - 1).points) ? 0 : bytes_of_number * n * d;
    double const weights = each.weights.empty() ? 0 : bytes_of_number * n;
    double const result = bytes_of_label * n + bytes_of_number * k * d;
    double const kept = operation_.results.run_inertia == nullptr ? 0 : runs_made * bytes_of_label * n;
    // Rows and their prepared copy; every run's labels and centres, be it that they are kept or compared.
    return {
        .memory = 2 * rows + bytes_of_number * n + runs_made * (result + static_cast<double>(sizeof(KmeansSegment))),
        .copied = rows + weights + result + kept,
        .work = run_work(each) * runs_made};
  }

  /// The most of a part: memory for two parts at a time, half of what is free; work such that progress shows and a stop
  /// is heard; and of a batch that copies much an eighth, so that copies run beside kernels.
  [[nodiscard]] PartSize part_limits() const {
    constexpr double most_work = 1e11, most_bytes = 256.0 * 1024 * 1024;
    PartSize most{.memory = std::min(most_bytes, 0.25 * static_cast<double>(backend_.free_memory())),
                  .copied = std::numeric_limits<double>::infinity(),
                  .work = most_work};
    double copied = 0;
    for (Index b = 0; b < count(); ++b) copied += size_of(b, b == 0).copied;
    if (copied >= overlapped_copies) most.copied = std::max(least_copies_of_part, copied / parts_of_overlap);
    return most;
  }

  /// As many problems as are worth a part. Problems that share many points stay together: each part uploads its points.
  [[nodiscard]] Index part_end(Index first) const {
    PartSize part;
    Index end = first;
    for (; end < count(); ++end) {
      PartSize const next = size_of(end, end == first);
      part = {part.memory + next.memory, part.copied + next.copied, part.work + next.work};
      if (end == first) continue;
      if (is_large(end)) break;
      bool const copies_enough =
          part.copied > most_.copied && size_of(end, true).copied - next.copied <= most_.copied / 8;
      if (part.memory > most_.memory || part.work > most_.work || copies_enough) break;
    }
    return end;
  }

  // A batch that copies 16 MB goes in about eight parts of at least 8 MB: 0.15 ms of PCIe 5, several times what the
  // calls of a part take.
  static constexpr double overlapped_copies = 16e6, least_copies_of_part = 8e6, parts_of_overlap = 8;

  CudaBackend& backend_;
  KmeansOperation const& operation_;
  ProgressMeter meter_;
  PartSize most_;
  PartsInTurn<KmeansPart, KmeansStaging> parts_;
};

}  // namespace

void execute(CudaBackend& backend, KmeansOperation& operation) { Batch(backend, operation).run(); }

}  // namespace cuda
}  // namespace regio
