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
    if (variable.red_zone) check_zone(variable.begin, variable.bytes, neighbours_of(variable.begin));
  }
}

SharedVariable const* SharedMemory::variable_at(void const* address) const {
  auto const* const byte = static_cast<std::byte const*>(address);
  auto const behind = std::upper_bound(variables_.begin(), variables_.end(), byte,
                                       [](std::byte const* value, SharedVariable const& v) { return value < v.begin; });
  if (behind == variables_.begin()) return nullptr;
  SharedVariable const& variable = *(behind - 1);
  return byte < variable.begin + variable.bytes ? &variable : nullptr;
}

std::string SharedMemory::neighbours_of(void const* address) const {
  auto const* const byte = static_cast<std::byte const*>(address);
  SharedVariable const *before = nullptr, *behind = nullptr;
  for (SharedVariable const& variable : variables_) {
    if (variable.red_zone) continue;
    if (variable.begin <= byte) before = &variable;
    if (variable.begin > byte && behind == nullptr) behind = &variable;
  }
  std::string names = before != nullptr ? before->name : "";
  if (behind != nullptr) names += (names.empty() ? "" : " or ") + std::string(behind->name);
  return names;
}

void SharedMemory::check_zone(std::byte const* begin, std::size_t bytes, std::string const& beside) {
  bool const intact = std::all_of(begin, begin + bytes, [](std::byte b) { return b == std::byte{red_zone_pattern}; });
  if (!intact) report(FindingKind::red_zone, "shared memory was overwritten beside " + beside);
}

}  // namespace simt
