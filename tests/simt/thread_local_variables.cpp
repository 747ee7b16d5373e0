#include "tests/simt/thread_local_variables.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace simt {
namespace {

/// What the macro __shared__ (device.hpp) calls the red zones.
constexpr std::string_view red_zone_name = "simt_red_zone";

struct ThreadLocalSymbol {
  std::size_t offset;  ///< in the module's thread-local block
  std::size_t bytes;
  std::string name;
  bool red_zone;
};

std::string demangled(char const* name) {
  int status = 0;
  char* const text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = text != nullptr ? text : name;
  std::free(text);
  return result;
}

/// Empty if it cannot be read.
std::vector<char> content_of(std::string const& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::vector<char> bytes(static_cast<std::size_t>(file.tellg()));
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file ? bytes : std::vector<char>{};
}

/// "f(int)::x" -> "f(int)"
std::string_view enclosing_function(std::string_view name) { return name.substr(0, name.rfind("::")); }

/// The module's function-local thread-local variables whose function has red zones: those that __shared__ declared.
std::vector<ThreadLocalSymbol> symbols_in(std::string const& path) {
  std::vector<char> const bytes = content_of(path);
  std::vector<ThreadLocalSymbol> found;
  std::set<std::string, std::less<>> kernels;
  if (bytes.size() < sizeof(Elf64_Ehdr)) return found;
  auto const* const header = reinterpret_cast<Elf64_Ehdr const*>(bytes.data());
  auto const* const sections = reinterpret_cast<Elf64_Shdr const*>(bytes.data() + header->e_shoff);
  for (int s = 0; s < header->e_shnum; ++s) {
    if (sections[s].sh_type != SHT_SYMTAB) continue;
    auto const* const symbols = reinterpret_cast<Elf64_Sym const*>(bytes.data() + sections[s].sh_offset);
    char const* const names = bytes.data() + sections[sections[s].sh_link].sh_offset;
    for (std::size_t i = 0; i < sections[s].sh_size / sizeof(Elf64_Sym); ++i) {
      std::string_view const name = names + symbols[i].st_name;
      if (ELF64_ST_TYPE(symbols[i].st_info) != STT_TLS || symbols[i].st_size == 0 || !name.starts_with("_ZZ")) continue;
      bool const red_zone = name.find(red_zone_name) != std::string_view::npos;
      found.push_back({symbols[i].st_value, symbols[i].st_size, demangled(name.data()), red_zone});
      if (red_zone) kernels.emplace(enclosing_function(found.back().name));
    }
  }
  std::erase_if(found, [&](ThreadLocalSymbol const& s) { return !kernels.contains(enclosing_function(s.name)); });
  return found;
}

struct Module {
  std::string path;
  std::size_t thread_local_module;
};

std::vector<Module> modules_with_thread_local_memory() {
  std::vector<Module> modules;
  dl_iterate_phdr(
      [](dl_phdr_info* information, std::size_t, void* list) {
        if (information->dlpi_tls_modid != 0) {
          bool const program = information->dlpi_name == nullptr || information->dlpi_name[0] == '\0';
          static_cast<std::vector<Module>*>(list)->push_back(
              {program ? "/proc/self/exe" : information->dlpi_name, information->dlpi_tls_modid});
        }
        return 0;
      },
      &modules);
  return modules;
}

struct ThreadLocalIndex {
  unsigned long module;
  unsigned long offset;
};

}  // namespace

/// glibc's and the compilers': the address of a thread-local variable for the calling thread, made if need be.
extern "C" void* __tls_get_addr(ThreadLocalIndex* index);

std::vector<SharedVariable> shared_variables_of_this_thread() {
  static std::mutex mutex;
  static std::map<std::string, std::vector<ThreadLocalSymbol>> symbols_of;
  std::lock_guard const lock(mutex);
  std::vector<SharedVariable> variables;
  for (Module const& module : modules_with_thread_local_memory()) {
    auto entry = symbols_of.find(module.path);
    if (entry == symbols_of.end()) entry = symbols_of.emplace(module.path, symbols_in(module.path)).first;
    if (entry->second.empty()) continue;
    ThreadLocalIndex index{module.thread_local_module, 0};
    auto* const base = static_cast<std::byte*>(__tls_get_addr(&index));
    for (ThreadLocalSymbol const& symbol : entry->second) {
      variables.push_back({base + symbol.offset, symbol.bytes, symbol.name.c_str(), symbol.red_zone});
    }
  }
  std::sort(variables.begin(), variables.end(),
            [](SharedVariable const& a, SharedVariable const& b) { return a.begin < b.begin; });
  return variables;
}

unsigned long long loaded_modules() {
  unsigned long long count = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* information, std::size_t, void* result) {
        *static_cast<unsigned long long*>(result) = information->dlpi_adds;
        return 1;
      },
      &count);
  return count;
}

}  // namespace simt
