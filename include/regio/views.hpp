/// Non-owning views of numbers in memory. Member names follow std::mdspan.
///
/// A view costs two or three words, never allocates and never owns. Rows of a MatrixView lie `stride(0)` elements
/// apart, so a block of columns of a larger table is a view too; elements of a row are contiguous.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace regio {

/// Signed sizes and positions: 64 bits, so that 10^9 points times 15 indicators do not overflow.
using Index = std::int64_t;

/// [size] contiguous elements.
template <class T>
class VectorView {
 public:
  using element_type = T;

  constexpr VectorView() noexcept = default;
  constexpr VectorView(T* data, Index size) noexcept : data_(data), size_(size) {}
  template <class U>
  requires std::is_convertible_v<U (*)[], T (*)[]>
  constexpr VectorView(std::span<U> values) noexcept : data_(values.data()), size_(static_cast<Index>(values.size())) {}
  template <class U>
  requires std::is_convertible_v<U (*)[], T (*)[]>
  constexpr VectorView(std::vector<U>& values) noexcept
      : data_(values.data()), size_(static_cast<Index>(values.size())) {}
  template <class U>
  requires std::is_convertible_v<U const (*)[], T (*)[]>
  constexpr VectorView(std::vector<U> const& values) noexcept
      : data_(values.data()), size_(static_cast<Index>(values.size())) {}
  constexpr operator VectorView<T const>() const noexcept { return {data_, size_}; }

  [[nodiscard]] constexpr T* data_handle() const noexcept { return data_; }
  [[nodiscard]] constexpr Index size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr T& operator[](Index i) const noexcept { return data_[i]; }
  [[nodiscard]] constexpr T* begin() const noexcept { return data_; }
  [[nodiscard]] constexpr T* end() const noexcept { return data_ + size_; }

 private:
  T* data_ = nullptr;
  Index size_ = 0;
};

/// [rows, columns], row-major; rows are `stride(0)` elements apart.
template <class T>
class MatrixView {
 public:
  using element_type = T;

  constexpr MatrixView() noexcept = default;
  constexpr MatrixView(T* data, Index rows, Index columns) noexcept : MatrixView(data, rows, columns, columns) {}
  constexpr MatrixView(T* data, Index rows, Index columns, Index row_stride) noexcept
      : data_(data), extents_{rows, columns}, row_stride_(row_stride) {}
  constexpr operator MatrixView<T const>() const noexcept { return {data_, extents_[0], extents_[1], row_stride_}; }

  [[nodiscard]] constexpr T* data_handle() const noexcept { return data_; }
  [[nodiscard]] constexpr Index extent(std::size_t dimension) const noexcept { return extents_[dimension]; }
  [[nodiscard]] constexpr Index stride(std::size_t dimension) const noexcept {
    return dimension == 0 ? row_stride_ : 1;
  }
  [[nodiscard]] constexpr Index rows() const noexcept { return extents_[0]; }
  [[nodiscard]] constexpr Index columns() const noexcept { return extents_[1]; }
  [[nodiscard]] constexpr bool empty() const noexcept { return extents_[0] == 0 || extents_[1] == 0; }
  [[nodiscard]] constexpr T& operator()(Index row, Index column) const noexcept {
    return data_[row * row_stride_ + column];
  }
  [[nodiscard]] constexpr VectorView<T> row(Index r) const noexcept { return {data_ + r * row_stride_, extents_[1]}; }

 private:
  T* data_ = nullptr;
  std::array<Index, 2> extents_{};
  Index row_stride_ = 0;
};

/// [count, rows, columns]: contiguous row-major matrices of one shape, one after another.
template <class T>
class BatchView {
 public:
  using element_type = T;

  constexpr BatchView() noexcept = default;
  constexpr BatchView(T* data, Index count, Index rows, Index columns) noexcept
      : data_(data), extents_{count, rows, columns} {}
  /// One matrix as a batch of one; its rows must be contiguous.
  constexpr explicit BatchView(MatrixView<T> matrix) noexcept
      : BatchView(matrix.data_handle(), 1, matrix.rows(), matrix.columns()) {}
  constexpr operator BatchView<T const>() const noexcept { return {data_, extents_[0], extents_[1], extents_[2]}; }

  [[nodiscard]] constexpr T* data_handle() const noexcept { return data_; }
  [[nodiscard]] constexpr Index extent(std::size_t dimension) const noexcept { return extents_[dimension]; }
  [[nodiscard]] constexpr Index count() const noexcept { return extents_[0]; }
  [[nodiscard]] constexpr Index rows() const noexcept { return extents_[1]; }
  [[nodiscard]] constexpr Index columns() const noexcept { return extents_[2]; }
  [[nodiscard]] constexpr bool empty() const noexcept {
    return extents_[0] == 0 || extents_[1] == 0 || extents_[2] == 0;
  }
  [[nodiscard]] constexpr MatrixView<T> operator[](Index b) const noexcept {
    return {data_ + b * extents_[1] * extents_[2], extents_[1], extents_[2]};
  }
  [[nodiscard]] constexpr T& operator()(Index b, Index row, Index column) const noexcept {
    return data_[(b * extents_[1] + row) * extents_[2] + column];
  }

 private:
  T* data_ = nullptr;
  std::array<Index, 3> extents_{};
};

}  // namespace regio
