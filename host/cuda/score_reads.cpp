#include "cuda/score_reads.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "cuda/cuda_error.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/memory_image.hpp"
#include "cuda/transfer.hpp"
#include "kernels/cluster_scores.cuh"

namespace regio::cuda {
namespace {

/// Numbers of points that one part brings to the device: 64 MB in double precision.
constexpr Index most_numbers_of_part = Index{1} << 23;

/// Which read: for the means, or the distances of number 0 or 1.
constexpr Index for_means = -1;

struct Chunk {
  StreamedScores* scores;
  Index number, begin, end;

  [[nodiscard]] PointRows const& points() const noexcept { return scores->clustering().points; }
  [[nodiscard]] Index count() const noexcept { return end - begin; }
  [[nodiscard]] Index numbers() const noexcept { return count() * points().columns(); }
};

/// The chunks of all clusterings that make this read, one clustering after the other.
std::vector<Chunk> chunks_of(std::span<StreamedScores> clusterings, Index read) {
  std::vector<Chunk> chunks;
  for (StreamedScores& scores : clusterings) {
    if (read == for_means ? !scores.needs_means() : read >= scores.distance_reads()) continue;
    Index const n = scores.clustering().points.rows(), size = scores.chunk();
    for (Index c = 0; c < scores.chunks(); ++c) chunks.push_back({&scores, c, c * size, std::min(n, (c + 1) * size)});
  }
  return chunks;
}

class Part {
 public:
  Part(CudaBackend& backend, Index read, std::span<Chunk const> chunks)
      : backend_(backend), read_(read), chunks_(chunks) {}

  /// Throws OutOfDeviceMemory.
  void run() {
    lay_out();
    Stream const& stream = backend_.stream();
    device_image_ = DeviceBuffer<std::byte>(stream, image_.bytes());
    device_sums_ = DeviceBuffer<double>(stream, sum_offset_.back());
    fill_image();
    copy_to_device(stream, device_image_.data(), bytes_);
    ScoreTask const* const tasks = tasks_.in(device_image_.data());
    auto const count = static_cast<Index>(chunks_.size());
    if (read_ == for_means) {
      check(launch_member_sums(stream.handle(), tasks, count), "launch_member_sums");
    } else {
      check(launch_distance_sums(stream.handle(), tasks, count), "launch_distance_sums");
    }
    std::vector<double> sums(static_cast<std::size_t>(sum_offset_.back()));
    copy_to_host(stream, sums, device_sums_.data());
    stream.wait();
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      std::copy(sums.begin() + sum_offset_[c], sums.begin() + sum_offset_[c + 1], sums_of(chunks_[c]));
    }
  }

 private:
  /// What the chunks of one clustering share.
  struct Shared {
    StreamedScores const* scores;
    Section<double> references, shift;
    Section<Index> sizes;
  };

  [[nodiscard]] double* sums_of(Chunk const& chunk) const {
    return read_ == for_means ? chunk.scores->member_sums(chunk.number) : chunk.scores->distance_sums_of(chunk.number);
  }

  void lay_out() {
    tasks_ = image_.add<ScoreTask>(static_cast<Index>(chunks_.size()));
    sum_offset_.push_back(0);
    for (Chunk const& chunk : chunks_) {
      StreamedScores const& scores = *chunk.scores;
      Index const k = scores.clustering().problem->clusters;
      if (shared_.empty() || shared_.back().scores != chunk.scores) {
        shared_.push_back({.scores = chunk.scores,
                           .references = image_.add<double>(k * scores.row_length()),
                           .shift = image_.add<double>(scores.row_length()),
                           .sizes = image_.add<Index>(k)});
      }
      shared_of_.push_back(shared_.size() - 1);
      auto const number_bytes = static_cast<Index>(chunk.points().single() ? sizeof(float) : sizeof(double));
      rows_.push_back(image_.add<std::byte>(chunk.numbers() * number_bytes));
      labels_.push_back(image_.add<std::int32_t>(chunk.count()));
      sum_offset_.push_back(sum_offset_.back() + k * (read_ == for_means ? scores.row_length() : distance_sums));
    }
    bytes_.resize(static_cast<std::size_t>(image_.bytes()));
  }

  void fill_image() {
    for (Shared const& shared : shared_) {
      StreamedScores const& scores = *shared.scores;
      std::vector<Index> const& sizes = scores.clustering().census.sizes;
      DistanceRead const distances = read_ == for_means ? DistanceRead{} : scores.distance_read(read_);
      double const* const references = read_ == for_means ? scores.references() : distances.centres;
      std::copy_n(references, shared.references.count, shared.references.in(bytes_.data()));
      if (distances.shift != nullptr) std::copy_n(distances.shift, shared.shift.count, shared.shift.in(bytes_.data()));
      std::copy(sizes.begin(), sizes.end(), shared.sizes.in(bytes_.data()));
    }
    backend_.workers().for_each(static_cast<Index>(chunks_.size()), [&](Index index, int) {
      auto const c = static_cast<std::size_t>(index);
      Chunk const& chunk = chunks_[c];
      StreamedScores const& scores = *chunk.scores;
      std::byte* const rows = rows_[c].in(bytes_.data());
      chunk.points().visit([&](auto const& from) {
        using Number = std::remove_const_t<typename std::remove_cvref_t<decltype(from)>::element_type>;
        auto* to = reinterpret_cast<Number*>(rows);
        for (Index i = chunk.begin; i < chunk.end; ++i) to = std::copy(from.row(i).begin(), from.row(i).end(), to);
      });
      ScoredClustering const& clustering = scores.clustering();
      std::int32_t const* const labels = clustering.problem->labels.data_handle() + chunk.begin;
      std::copy_n(labels, chunk.count(), labels_[c].in(bytes_.data()));
      Shared const& shared = shared_[shared_of_[c]];
      bool const nearest = read_ != for_means && scores.distance_read(read_).nearest;
      tasks_.in(bytes_.data())[index] = {.rows = rows_[c].in(device_image_.data()),
                                         .labels = labels_[c].in(device_image_.data()),
                                         .references = shared.references.in(device_image_.data()),
                                         .shift = shared.shift.in(device_image_.data()),
                                         .sizes = shared.sizes.in(device_image_.data()),
                                         .sums = device_sums_.data() + sum_offset_[c],
                                         .count = chunk.count(),
                                         .features = clustering.points.columns(),
                                         .row_length = scores.row_length(),
                                         .clusters = clustering.problem->clusters,
                                         .single = clustering.points.single() ? 1 : 0,
                                         .nearest = nearest ? 1 : 0};
    });
  }

  CudaBackend& backend_;
  Index read_;
  std::span<Chunk const> chunks_;
  MemoryImage image_;
  Section<ScoreTask> tasks_;
  std::vector<Shared> shared_;
  std::vector<std::size_t> shared_of_;  ///< [chunk]
  std::vector<Section<std::byte>> rows_;
  std::vector<Section<std::int32_t>> labels_;
  std::vector<Index> sum_offset_;  ///< [chunk + 1]
  std::vector<std::byte> bytes_;
  DeviceBuffer<std::byte> device_image_;
  DeviceBuffer<double> device_sums_;
};

/// Makes one read of all clusterings; false when stopped.
bool read_all(CudaBackend& backend, std::span<StreamedScores> clusterings, Index read, std::stop_token const& stop) {
  std::vector<Chunk> const chunks = chunks_of(clusterings, read);
  std::span<Chunk const> left(chunks);
  Index most = most_numbers_of_part;
  while (!left.empty()) {
    if (stop.stop_requested()) return false;
    std::size_t count = 1;
    Index numbers = left.front().numbers();
    while (count < left.size() && numbers + left[count].numbers() <= most) numbers += left[count++].numbers();
    try {
      Part(backend, read, left.first(count)).run();
    } catch (OutOfDeviceMemory const&) {
      if (count == 1) throw;
      most = numbers / 2;
      continue;
    }
    left = left.subspan(count);
  }
  return true;
}

}  // namespace

bool read_points(CudaBackend& backend, std::span<StreamedScores> clusterings, std::stop_token const& stop) {
  if (!read_all(backend, clusterings, for_means, stop)) return false;
  for (StreamedScores& scores : clusterings) {
    if (scores.needs_means()) scores.take_means();
  }
  constexpr Index most_reads = 2;
  for (Index read = 0; read < most_reads; ++read) {
    if (!read_all(backend, clusterings, read, stop)) return false;
    for (StreamedScores& scores : clusterings) {
      if (read < scores.distance_reads()) scores.take_distances(read);
    }
  }
  return true;
}

}  // namespace regio::cuda
