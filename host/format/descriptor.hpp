/// An open file or folder, closed at the end of its scope.
#pragma once

#include <unistd.h>

#include <utility>

namespace regio::format {

class Descriptor {
 public:
  Descriptor() noexcept = default;
  /// Takes over what open() returned; negative: none.
  explicit Descriptor(int value) noexcept : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() { close(); }

  [[nodiscard]] int value() const noexcept { return value_; }
  [[nodiscard]] bool is_open() const noexcept { return value_ >= 0; }
  /// 0, or -1 with errno: some file systems tell only now that a write failed.
  int close() noexcept { return is_open() ? ::close(std::exchange(value_, -1)) : 0; }

 private:
  int value_ = -1;
};

}  // namespace regio::format
