#include "tests/simt/shared_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/simt/address_sanitizer.hpp"
#include "tests/simt/finding.hpp"
#include "tests/simt/thread_local_variables.hpp"

namespace simt {
namespace {

constexpr std::size_t red_zone_bytes = 256;
constexpr std::size_t alignment = 128;
constexpr unsigned char red_zone_pattern = 0xC5;
constexpr unsigned char fresh_pattern = 0xFF;

}  // namespace

SharedMemory::~SharedMemory() { unpoison(memory_.data(), memory_.size()); }

void SharedMemory::prepare(std::size_t dynamic_bytes) {
  unpoison(memory_.data(), memory_.size());
  memory_.assign(alignment + red_zone_bytes + dynamic_bytes + red_zone_bytes, std::byte{red_zone_pattern});
  auto const misalignment = (reinterpret_cast<std::uintptr_t>(memory_.data()) + red_zone_bytes) % alignment;
  dynamic_ = memory_.data() + red_zone_bytes + (misalignment == 0 ? 0 : alignment - misalignment);
  dynamic_bytes_ = dynamic_bytes;
  std::memset(dynamic_, fresh_pattern, dynamic_bytes);
  poison(memory_.data(), memory_.size());
  unpoison(dynamic_, dynamic_bytes);

  if (known_modules_ != loaded_modules()) {
    known_modules_ = loaded_modules();
    variables_ = shared_variables_of_this_thread();
  }
  for (SharedVariable const& variable : variables_) {
    unpoison(variable.begin, variable.bytes);
    std::memset(variable.begin, variable.red_zone ? red_zone_pattern : fresh_pattern, variable.bytes);
    if (variable.red_zone) poison(variable.begin, variable.bytes);
  }
}

void SharedMemory::check() {
  // The address sanitizer watches the zones itself, and would object to their being read here.
  if (address_sanitizer) return;
  check_zone(dynamic_ - red_zone_bytes, red_zone_bytes, "dynamic shared memory");
  check_zone(dynamic_ + dynamic_bytes_, red_zone_bytes, "dynamic shared memory");
  for (SharedVariable const& variable : variables_) {
    if (variable.red_zone) check_zone(variable.begin, variable.bytes, variable.name);
  }
}

void SharedMemory::check_zone(std::byte const* begin, std::size_t bytes, char const* beside) {
  bool const intact = std::all_of(begin, begin + bytes, [](std::byte b) { return b == std::byte{red_zone_pattern}; });
  if (!intact) report(FindingKind::red_zone, std::string("shared memory was overwritten beside ") + beside);
}

}  // namespace simt
