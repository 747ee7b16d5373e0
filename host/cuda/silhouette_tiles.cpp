#include "cuda/silhouette_tiles.hpp"

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

/// Tiles of a part: enough for any device, and few enough that a stop is soon heard.
constexpr std::size_t most_tiles_of_part = 1024;

struct Tile {
  SilhouetteGroup const* group;
  Index begin, end;

  [[nodiscard]] Index labellings() const noexcept { return static_cast<Index>(group->clusterings.size()); }
};

class Part {
 public:
  Part(CudaBackend& backend, std::span<Tile const> tiles) : backend_(backend), tiles_(tiles) {}

  /// Throws OutOfDeviceMemory.
  void run() {
    lay_out();
    Stream const& stream = backend_.stream();
    device_image_ = DeviceBuffer<std::byte>(stream, image_.bytes());
    device_sums_ = DeviceBuffer<double>(stream, sum_offset_.back());
    device_widths_ = DeviceBuffer<double>(stream, width_offset_.back());
    fill_image();
    copy_to_device(stream, device_image_.data(), bytes_);
    check(launch_silhouette_widths(stream.handle(), tasks_.in(device_image_.data()), static_cast<Index>(tiles_.size())),
          "launch_silhouette_widths");
    std::vector<double> widths(static_cast<std::size_t>(width_offset_.back()));
    copy_to_host(stream, widths, device_widths_.data());
    stream.wait();
    for (std::size_t t = 0; t < tiles_.size(); ++t) keep(tiles_[t], widths.data() + width_offset_[t]);
  }

 private:
  /// What the tiles of one group share.
  struct Shared {
    SilhouetteGroup const* group;
    Section<double> rows, columns;
    Section<std::int32_t> labels;
    Section<Index> first_cluster, sizes;
  };

  void lay_out() {
    tasks_ = image_.add<SilhouetteTask>(static_cast<Index>(tiles_.size()));
    sum_offset_.push_back(0);
    width_offset_.push_back(0);
    for (Tile const& tile : tiles_) {
      SilhouetteGroup const& group = *tile.group;
      if (shared_.empty() || shared_.back().group != tile.group) {
        Index const n = group.rows.rows(), numbers = n * group.rows.columns();
        shared_.push_back({.group = tile.group,
                           .rows = image_.add<double>(numbers),
                           .columns = image_.add<double>(numbers),
                           .labels = image_.add<std::int32_t>(n * tile.labellings()),
                           .first_cluster = image_.add<Index>(tile.labellings() + 1),
                           .sizes = image_.add<Index>(group.clusters())});
      }
      shared_of_.push_back(shared_.size() - 1);
      sum_offset_.push_back(sum_offset_.back() + group.clusters() * silhouette_tile_points);
      width_offset_.push_back(width_offset_.back() + tile.labellings() * silhouette_tile_points);
    }
    bytes_.resize(static_cast<std::size_t>(image_.bytes()));
  }

  void fill_image() {
    backend_.workers().for_each(static_cast<Index>(shared_.size()),
                                [&](Index s, int) { fill(shared_[static_cast<std::size_t>(s)]); });
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      Tile const& tile = tiles_[t];
      Shared const& shared = shared_[shared_of_[t]];
      tasks_.in(bytes_.data())[t] = {.rows = shared.rows.in(device_image_.data()),
                                     .columns = shared.columns.in(device_image_.data()),
                                     .labels = shared.labels.in(device_image_.data()),
                                     .first_cluster = shared.first_cluster.in(device_image_.data()),
                                     .sizes = shared.sizes.in(device_image_.data()),
                                     .sums = device_sums_.data() + sum_offset_[t],
                                     .widths = device_widths_.data() + width_offset_[t],
                                     .points = tile.group->rows.rows(),
                                     .features = tile.group->rows.columns(),
                                     .labellings = tile.labellings(),
                                     .begin = tile.begin,
                                     .count = tile.end - tile.begin};
    }
  }

  void fill(Shared const& shared) {
    SilhouetteGroup const& group = *shared.group;
    Index const n = group.rows.rows(), d = group.rows.columns();
    double* rows = shared.rows.in(bytes_.data());
    double* const columns = shared.columns.in(bytes_.data());
    for (Index i = 0; i < n; ++i) {
      VectorView<double const> const row = group.rows.row(i);
      rows = std::copy(row.begin(), row.end(), rows);
      for (Index j = 0; j < d; ++j) columns[j * n + i] = row[j];
    }
    std::int32_t* labels = shared.labels.in(bytes_.data());
    Index* sizes = shared.sizes.in(bytes_.data());
    for (ScoredClustering const* clustering : group.clusterings) {
      labels = std::copy(clustering->problem->labels.begin(), clustering->problem->labels.end(), labels);
      sizes = std::copy(clustering->census.sizes.begin(), clustering->census.sizes.end(), sizes);
    }
    std::copy(group.first_cluster.begin(), group.first_cluster.end(), shared.first_cluster.in(bytes_.data()));
  }

  /// widths: [labellings, silhouette_tile_points] of a tile.
  static void keep(Tile const& tile, double const* widths) {
    for (std::size_t l = 0; l < tile.group->clusterings.size(); ++l) {
      double const* const own = widths + static_cast<Index>(l) * silhouette_tile_points;
      std::copy(own, own + (tile.end - tile.begin), tile.group->clusterings[l]->widths.begin() + tile.begin);
    }
  }

  CudaBackend& backend_;
  std::span<Tile const> tiles_;
  MemoryImage image_;
  Section<SilhouetteTask> tasks_;
  std::vector<Shared> shared_;
  std::vector<std::size_t> shared_of_;            ///< [tile]
  std::vector<Index> sum_offset_, width_offset_;  ///< [tile + 1]
  std::vector<std::byte> bytes_;
  DeviceBuffer<std::byte> device_image_;
  DeviceBuffer<double> device_sums_, device_widths_;
};

}  // namespace

bool take_silhouettes(CudaBackend& backend, std::span<SilhouetteGroup const> groups, std::stop_token const& stop,
                      std::function<void(Index)> const& made) {
  std::vector<Tile> tiles;
  for (SilhouetteGroup const& group : groups) {
    Index const n = group.rows.rows();
    for (Index begin = 0; begin < n; begin += silhouette_tile_points) {
      tiles.push_back({&group, begin, std::min(n, begin + silhouette_tile_points)});
    }
  }
  std::span<Tile const> left(tiles);
  std::size_t most = most_tiles_of_part;
  while (!left.empty()) {
    if (stop.stop_requested()) return false;
    std::size_t const count = std::min(most, left.size());
    try {
      Part(backend, left.first(count)).run();
    } catch (OutOfDeviceMemory const&) {
      if (count == 1) throw;
      most = count / 2;
      continue;
    }
    for (Tile const& tile : left.first(count)) made((tile.end - tile.begin) * tile.labellings());
    left = left.subspan(count);
  }
  return true;
}

}  // namespace regio::cuda
