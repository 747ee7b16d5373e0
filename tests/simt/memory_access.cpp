#include "tests/simt/memory_access.hpp"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

namespace simt {
namespace {

/// "kmeans_fit.cuh:42" for an address of code, by the program addr2line, which comes with the compiler.
std::string line_of(std::uintptr_t address) {
  std::string const unknown = "an unknown line";
  Dl_info information{};
  link_map* module = nullptr;
  if (dladdr1(reinterpret_cast<void const*>(address), &information, reinterpret_cast<void**>(&module),
              RTLD_DL_LINKMAP) == 0) {
    return unknown;
  }
  bool const program = module->l_name == nullptr || module->l_name[0] == '\0';
  std::ostringstream command;
  command << "addr2line -s -e '" << (program ? "/proc/" + std::to_string(getpid()) + "/exe" : module->l_name) << "' 0x"
          << std::hex << address - module->l_addr;
  std::unique_ptr<FILE, int (*)(FILE*)> const answer(popen(command.str().c_str(), "r"), pclose);
  std::array<char, 512> line{};
  if (answer == nullptr || std::fgets(line.data(), static_cast<int>(line.size()), answer.get()) == nullptr) {
    return unknown;
  }
  std::string const text = line.data();
  return text.starts_with("?") ? unknown : text.substr(0, text.find_first_of(" \n"));
}

}  // namespace

Site Site::of_position(Position position) {
  static std::map<std::pair<char const*, unsigned>, Position> positions;
  Position const& kept = positions.try_emplace({position.file, position.line}, position).first->second;
  return Site(reinterpret_cast<std::uintptr_t>(&kept) | position_bit);
}

std::string Site::text() const {
  if ((value_ & position_bit) != 0) return to_string(*reinterpret_cast<Position const*>(value_ & ~position_bit));
  return line_of(value_ - 1);  // the call itself lies before the address to which it returns
}

char const* verb_of(AccessKind kind) {
  switch (kind) {
    case AccessKind::read:
    case AccessKind::volatile_read: return "reads";
    case AccessKind::write:
    case AccessKind::volatile_write: return "writes";
    case AccessKind::atomic:
    case AccessKind::block_atomic: return "updates atomically";
  }
  return "accesses";
}

}  // namespace simt
