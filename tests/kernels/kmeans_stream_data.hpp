/// Points in single precision with runs over them on the device, and what the textbook makes of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "kernels/kmeans_stream_launch.cuh"
#include "tests/simt/test_launch.hpp"

namespace regio::cuda {

inline std::size_t place(std::int64_t position) { return static_cast<std::size_t>(position); }

/// Weights are rounded to multiples of 2^-20.
inline constexpr int weight_exponent = 20;

struct StreamData {
  std::int64_t n = 0;
  int d = 0;
  std::vector<float> rows;
  std::vector<double> weights = {};
  std::vector<double> mean = {};
  std::vector<float> shift = {};  ///< -factor * mean in single precision
  float factor = 1;
  double gap = 0;

  [[nodiscard]] double centred(std::int64_t i, int j) const {
    return static_cast<double>(rows[place(i * d + j)]) - mean[place(j)];
  }
  [[nodiscard]] double weight(std::int64_t i) const { return weights.empty() ? 1 : weights[place(i)]; }

  /// Weighted numbers are rounded to multiples of 2^-value_exponent in units of the weight's.
  [[nodiscard]] int value_exponent() const { return weights.empty() ? 30 : 30 - weight_exponent; }

  /// Chooses the mean and the coordinates of the comparison for the rows.
  void describe() {
    mean.assign(place(d), 0);
    double extent = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (int j = 0; j < d; ++j) mean[place(j)] += rows[place(i * d + j)] / static_cast<double>(n);
    }
    for (std::int64_t i = 0; i < n; ++i) {
      for (int j = 0; j < d; ++j) extent = std::max(extent, std::abs(centred(i, j)));
    }
    factor = std::ldexp(1.0F, -std::ilogb(extent + 1e-30));
    shift.clear();
    gap = 0;
    for (double const each : mean) {
      auto const origin = static_cast<float>(each);
      shift.push_back(-factor * origin);
      gap = std::hypot(gap, factor * (each - origin));
    }
  }
};

inline StreamData normal_data(std::int64_t n, int d, std::uint64_t seed) {
  StreamData data{.n = n, .d = d, .rows = {}};
  auto const uniform = [&] {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(seed >> 11) * 0x1p-53;
  };
  for (std::int64_t e = 0; e < n * d; ++e) {
    double sum = 0;
    for (int term = 0; term < 12; ++term) sum += uniform();
    data.rows.push_back(static_cast<float>(3 + 2 * (sum - 6)));
  }
  data.describe();
  return data;
}

/// One run: its centres, less the mean, and the exponents of its quanta.
struct StreamModel {
  int k = 0;
  std::vector<double> centres;  ///< [k, d]
  bool screens = true;
};

inline StreamModel centres_at_points(StreamData const& data, int k) {
  StreamModel model{.k = k, .centres = {}};
  for (int c = 0; c < k; ++c) {
    for (int j = 0; j < data.d; ++j) model.centres.push_back(data.centred(c * data.n / k, j) * 0.99);
  }
  return model;
}

struct PassResult {
  std::vector<std::int32_t> labels;
  std::vector<std::int64_t> totals;  ///< [k, d + 2]
  std::int64_t changed = 0, undecided = 0;
};

inline double reference_distance(StreamData const& data, StreamModel const& model, std::int64_t i, int c) {
  double sum = 0;
  for (int j = 0; j < data.d; ++j) {
    double const difference = data.centred(i, j) - model.centres[place(c * data.d + j)];
    sum = std::fma(difference, difference, sum);
  }
  return sum;
}

/// A first pass: every point is in no cluster before.
inline PassResult reference_pass(StreamData const& data, StreamModel const& model) {
  PassResult result;
  result.totals.assign(place(model.k * (data.d + 2)), 0);
  for (std::int64_t i = 0; i < data.n; ++i) {
    int nearest = 0;
    for (int c = 1; c < model.k; ++c) {
      if (reference_distance(data, model, i, c) < reference_distance(data, model, i, nearest)) nearest = c;
    }
    result.labels.push_back(nearest);
    std::int64_t* const totals = result.totals.data() + nearest * (data.d + 2);
    double const weight = data.weights.empty() ? 1 : std::nearbyint(std::ldexp(data.weight(i), weight_exponent));
    for (int j = 0; j < data.d; ++j) {
      totals[j] += std::llrint(std::ldexp(data.centred(i, j) * weight, data.value_exponent()));
    }
    totals[data.d] += std::llrint(weight);
    ++totals[data.d + 1];
  }
  result.changed = data.n;
  return result;
}

inline std::vector<double> reference_inertia(StreamData const& data, StreamModel const& model,
                                             std::vector<std::int32_t> const& labels) {
  std::vector<double> inertia;
  for (std::int64_t first = 0; first < data.n; first += 1024) {
    double lane[8] = {};
    for (std::int64_t i = first; i < std::min(data.n, first + 1024); ++i) {
      for (int j = 0; j < data.d; ++j) {
        double const difference = data.centred(i, j) - model.centres[place(labels[place(i)] * data.d + j)];
        lane[j % 8] = std::fma(data.weight(i) * difference, difference, lane[j % 8]);
      }
    }
    inertia.push_back(((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7])));
  }
  return inertia;
}

inline std::vector<FarthestPoint> reference_farthest(StreamData const& data, StreamModel const& model,
                                                     std::vector<std::int32_t> const& labels) {
  std::vector<FarthestPoint> points;
  for (std::int64_t i = 0; i < data.n; ++i) {
    double const distance = reference_distance(data, model, i, labels[place(i)]);
    if (distance > 0 && data.weight(i) > 0) points.push_back({distance, i, labels[place(i)]});
  }
  std::stable_sort(points.begin(), points.end(), [](auto const& a, auto const& b) { return a.distance > b.distance; });
  return points;
}

/// Points and runs in device memory; labels stay there from pass to pass.
class DeviceRuns {
 public:
  DeviceRuns(StreamData const& data, std::vector<StreamModel> const& models)
      : data_(data), rows_(data.rows), mean_(data.mean), shift_(data.shift), weights_(data.weights) {
    EXPECT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess);
    for (StreamModel const& model : models) {
      runs_.push_back(std::make_unique<Run>(data, model));
    }
  }
  ~DeviceRuns() { EXPECT_EQ(cudaStreamDestroy(stream_), cudaSuccess); }
  DeviceRuns(DeviceRuns const&) = delete;
  DeviceRuns& operator=(DeviceRuns const&) = delete;

  void set_centres(std::size_t run, StreamModel const& model) {
    std::vector<std::int32_t> const labels = runs_[run]->labels.values();
    runs_[run] = std::make_unique<Run>(data_, model, labels);
  }

  std::vector<PassResult> pass(StreamVariant variant, int blocks, bool totals_in_shared) {
    std::vector<StreamRun> described;
    StreamPass pass{.points = points(),
                    .runs = nullptr,
                    .run_count = static_cast<std::int32_t>(runs_.size()),
                    .totals_in_shared = totals_in_shared,
                    .centre_floats = 0,
                    .all_totals = 0};
    for (auto const& run : runs_) {
      described.push_back(descriptor(*run));
      pass.centre_floats += centre_floats(run->model.k, data_.d);
      pass.all_totals += total_count(run->model.k, data_.d);
    }
    simt::DeviceArray<StreamRun> const device_runs(described);
    pass.runs = device_runs.data();
    int resident = 0;
    EXPECT_EQ(kmeans_stream_pass_residency(variant, pass, &resident), cudaSuccess);
    EXPECT_GT(resident, 0);
    EXPECT_EQ(launch_kmeans_stream_pass(stream_, variant, blocks, pass), cudaSuccess);
    wait();
    std::vector<PassResult> results;
    for (auto const& run : runs_) {
      std::vector<std::int64_t> totals = run->totals.values();
      PassResult result{.labels = run->labels.values(), .totals = {}};
      result.undecided = totals.back();
      totals.pop_back();
      result.changed = totals.back();
      totals.pop_back();
      result.totals = totals;
      results.push_back(result);
      simt::DeviceMemoryOpen const open;
      std::fill_n(run->totals.data(), totals.size() + 2, 0);
    }
    return results;
  }

  std::vector<double> inertia(std::size_t run) {
    simt::DeviceArray<double> const sums(place((data_.n + inertia_range - 1) / inertia_range));
    EXPECT_EQ(launch_kmeans_stream_inertia(stream_, points(), descriptor(*runs_[run]), sums.data()), cudaSuccess);
    wait();
    return sums.values();
  }

  FarthestPoint farthest(std::size_t run, FarthestPoint const& last, int blocks) {
    simt::DeviceArray<FarthestPoint> const found(place(blocks));
    EXPECT_EQ(launch_kmeans_stream_farthest(stream_, blocks, points(), descriptor(*runs_[run]), last, found.data()),
              cudaSuccess);
    wait();
    std::vector<FarthestPoint> const candidates = found.values();
    return *std::min_element(candidates.begin(), candidates.end(), comes_before);
  }

 private:
  struct Run {
    Run(StreamData const& data, StreamModel const& of, std::vector<std::int32_t> const& former = {})
        : model(of),
          compared(compared_centres(data, of)),
          norms(norms_of(data, of)),
          centres(of.centres),
          scale(std::vector<double>(place(data.d), std::ldexp(1.0, data.value_exponent()))),
          labels(former.empty() ? std::vector<std::int32_t>(place(data.n), -1) : former),
          totals(std::vector<std::int64_t>(place(total_count(of.k, data.d)), 0)) {}

    StreamModel model;
    simt::DeviceArray<float> compared, norms;
    simt::DeviceArray<double> centres, scale;
    simt::DeviceArray<std::int32_t> labels;
    simt::DeviceArray<std::int64_t> totals;
  };

  static double in_comparison(StreamData const& data, StreamModel const& model, int c, int j) {
    double const mean = data.mean[place(j)];
    return data.factor * (model.centres[place(c * data.d + j)] + (mean - static_cast<float>(mean)));
  }

  static std::vector<float> compared_centres(StreamData const& data, StreamModel const& model) {
    std::vector<float> compared(place(padded_centres(model.k) * data.d), 0.0F);
    for (int c = 0; c < model.k; ++c) {
      for (int j = 0; j < data.d; ++j) {
        compared[place((c / 8 * data.d + j) * 8 + c % 8)] = static_cast<float>(-2 * in_comparison(data, model, c, j));
      }
    }
    return compared;
  }

  static std::vector<float> norms_of(StreamData const& data, StreamModel const& model) {
    std::vector<float> norms(place(padded_centres(model.k)), std::numeric_limits<float>::infinity());
    for (int c = 0; c < model.k; ++c) {
      double norm = 0;
      for (int j = 0; j < data.d; ++j) norm += std::pow(in_comparison(data, model, c, j), 2);
      norms[place(c)] = static_cast<float>(norm) * screening_bound(data.d, data.gap).shrink;
    }
    return norms;
  }

  [[nodiscard]] StreamPoints points() const {
    return {.rows = rows_.data(),
            .mean = mean_.data(),
            .shift = shift_.data(),
            .factor = data_.factor,
            .features = data_.d,
            .count = data_.n};
  }

  [[nodiscard]] StreamRun descriptor(Run const& run) const {
    return {.compared = run.compared.data(),
            .norms = run.norms.data(),
            .centres = run.centres.data(),
            .weights = data_.weights.empty() ? nullptr : weights_.data(),
            .scale = run.scale.data(),
            .labels = run.labels.data(),
            .totals = run.totals.data(),
            .weight_scale = std::ldexp(1.0, weight_exponent),
            .bound = screening_bound(data_.d, data_.gap),
            .clusters = run.model.k,
            .screens = run.model.screens ? 1 : 0};
  }

  void wait() const { EXPECT_EQ(cudaStreamSynchronize(stream_), cudaSuccess); }

  StreamData const& data_;
  simt::DeviceArray<float> rows_;
  simt::DeviceArray<double> mean_;
  simt::DeviceArray<float> shift_;
  simt::DeviceArray<double> weights_;
  std::vector<std::unique_ptr<Run>> runs_;
  cudaStream_t stream_ = nullptr;
};

}  // namespace regio::cuda
