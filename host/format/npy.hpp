/// NumPy's .npy files: float64 or float32, C order, little-endian, memory-mapped when read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <regio/views.hpp>

namespace regio::format {

class NpyArray {
 public:
  /// Throws InputError naming what is wrong and what to do: not a .npy file, cut short, Fortran order, big-endian,
  /// another type, a version that we do not know.
  static NpyArray open(std::filesystem::path const& path);

  [[nodiscard]] std::vector<Index> const& shape() const noexcept { return shape_; }
  [[nodiscard]] bool is_float32() const noexcept { return float32_; }
  [[nodiscard]] VectorView<double const> doubles() const;  ///< throws std::logic_error for float32
  [[nodiscard]] VectorView<float const> floats() const;

 private:
  std::shared_ptr<void const> mapping_;
  std::byte const* data_ = nullptr;
  std::vector<Index> shape_;
  bool float32_ = false;
};

/// The file's bytes for an fp64 array of that shape.
std::string npy_bytes(VectorView<double const> values, std::vector<Index> const& shape);

}  // namespace regio::format
