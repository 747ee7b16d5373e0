/// NumPy's .npy files: float64 or float32, C order, little-endian, memory-mapped when read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <regio/views.hpp>

namespace regio::format {

class NpyArray {
 public:
  /// Throws InputError naming what is wrong and what to do: not a .npy file, cut short or too long for its shape,
  /// Fortran order, big-endian, another type, a version other than 1 to 3.
  static NpyArray open(std::filesystem::path const& path);
  /// The same from memory; `name` stands for the file in messages.
  static NpyArray parse(std::string bytes, std::string const& name);
  /// The same from bytes that `owner` holds, which are not copied.
  static NpyArray of(std::shared_ptr<void const> owner, std::string_view bytes, std::string const& name);

  [[nodiscard]] std::vector<Index> const& shape() const noexcept { return shape_; }
  /// Numbers in the array: the product of the shape; 1 for the shape ().
  [[nodiscard]] Index size() const noexcept;
  [[nodiscard]] bool is_float32() const noexcept { return float32_; }
  [[nodiscard]] VectorView<double const> doubles()
      const;  ///< valid while this lives; throws std::logic_error for float32
  [[nodiscard]] VectorView<float const> floats() const;  ///< the same for float32

 private:
  std::shared_ptr<void const> owner_;
  std::byte const* data_ = nullptr;
  std::vector<Index> shape_;
  bool float32_ = false;
};

/// What stands before the numbers of an array of that shape (version 1.0): a multiple of 64 bytes. `type` as NumPy
/// writes it: "<f8" fp64, "<i4" 32-bit integers.
std::string npy_header(std::vector<Index> const& shape, std::string_view type = "<f8");
/// The file's bytes (version 1.0) for an fp64 array of that shape. Throws ContractError when the shape does not fit.
std::string npy_bytes(VectorView<double const> values, std::vector<Index> const& shape);

}  // namespace regio::format
