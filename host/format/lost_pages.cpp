#include "format/lost_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <stdexcept>

namespace regio::format {
namespace {

/// What the handler reads, which may run on any thread at any moment: no lock, no memory from the heap.
struct WatchedMapping {
  std::atomic<std::uintptr_t> begin{0};  ///< 0: free
  std::atomic<std::uintptr_t> end{0};
  std::atomic<bool> lost{false};
};

static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

std::array<WatchedMapping, 16> mappings;
std::mutex registration;
std::size_t watched = 0;
struct sigaction earlier {};
std::uintptr_t page_size = 0;

void replace_lost_page(int, siginfo_t* information, void*) {
  int const error = errno;
  auto const address = reinterpret_cast<std::uintptr_t>(information->si_addr);
  for (WatchedMapping& mapping : mappings) {
    if (address < mapping.begin || address >= mapping.end) continue;
    void* const page = reinterpret_cast<void*>(address / page_size * page_size);
    if (::mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    mapping.lost = true;
    errno = error;
    return;
  }
  // The same read follows at once, and meets whoever was there before.
  ::sigaction(SIGBUS, &earlier, nullptr);
  errno = error;
}

void install_handler() {
  page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = replace_lost_page;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, &earlier);
}

}  // namespace

LostPages::LostPages(void const* address, std::size_t bytes) {
  std::lock_guard const lock(registration);
  while (slot_ < mappings.size() && mappings[slot_].begin != 0) ++slot_;
  if (slot_ == mappings.size()) throw std::length_error("LostPages: too many mapped files are watched at a time");
  auto const begin = reinterpret_cast<std::uintptr_t>(address);
  mappings[slot_].lost = false;
  mappings[slot_].end = begin + bytes;
  mappings[slot_].begin = begin;
  if (watched++ == 0) install_handler();
}

LostPages::~LostPages() {
  std::lock_guard const lock(registration);
  mappings[slot_].end = 0;
  mappings[slot_].begin = 0;
  if (--watched == 0) ::sigaction(SIGBUS, &earlier, nullptr);
}

bool LostPages::any() const noexcept { return mappings[slot_].lost; }

}  // namespace regio::format
