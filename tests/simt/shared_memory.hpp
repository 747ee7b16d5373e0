/// The shared memory of a resident block.
///
/// Dynamic shared memory is an array with red zones. A static `__shared__` variable is a thread-local variable of the
/// program, because each resident block has an OS thread of its own (thread_local_variables.hpp); the macro declares a
/// red zone beside it. All of it holds bytes 0xFF (NaN, -1) when a block starts, as nothing promises zeros on a device.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace simt {

struct SharedVariable {
  std::byte* begin;
  std::size_t bytes;
  char const* name;
  bool red_zone;
};

class SharedMemory {
 public:
  static constexpr std::size_t red_zone_bytes = 256;  ///< before and behind dynamic shared memory

  SharedMemory() = default;
  ~SharedMemory();
  SharedMemory(SharedMemory const&) = delete;
  SharedMemory& operator=(SharedMemory const&) = delete;

  /// For a new block, on its OS thread.
  void prepare(std::size_t dynamic_bytes);
  /// Reports red zones that were written to.
  void check();

  [[nodiscard]] std::byte* dynamic() const { return dynamic_; }
  [[nodiscard]] std::size_t dynamic_bytes() const { return dynamic_bytes_; }
  /// The static variables of this OS thread, by address.
  [[nodiscard]] std::vector<SharedVariable> const& variables() const { return variables_; }
  /// The static variable or red zone at the address, or null.
  [[nodiscard]] SharedVariable const* variable_at(void const* address) const;
  /// The names of the static variables next to a red zone.
  [[nodiscard]] std::string neighbours_of(void const* address) const;

 private:
  static void check_zone(std::byte const* begin, std::size_t bytes, std::string const& beside);

  std::vector<std::byte> memory_;
  std::byte* dynamic_ = nullptr;
  std::size_t dynamic_bytes_ = 0;
  std::vector<SharedVariable> variables_;
  unsigned long long known_modules_ = 0;  ///< for which variables_ was made
};

}  // namespace simt
