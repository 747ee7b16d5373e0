#include "tests/simt/executor.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

#include "tests/simt/access_observer.hpp"
#include "tests/simt/block.hpp"
#include "tests/simt/fault_message.hpp"
#include "tests/simt/worker_thread.hpp"

namespace simt {
namespace {

/// Rounds in which no resident block advances before the waiting is called endless.
constexpr int most_idle_rounds = 1000;

/// A place for a resident block: the block and the OS thread on which it lives.
struct Residence {
  Block block;
  WorkerThread worker;
};

std::string to_string(uint3 index) {
  return "(" + std::to_string(index.x) + "," + std::to_string(index.y) + "," + std::to_string(index.z) + ")";
}

/// Null if CUDA takes the shape, else what is wrong with it.
char const* objection_to(dim3 grid, dim3 block) {
  constexpr unsigned most_blocks_x = 2147483647, most_blocks_yz = 65535, most_threads_z = 64, most_threads = 1024;
  if (block.x == 0 || block.y == 0 || block.z == 0) return "a block without threads";
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return "a grid without blocks";
  if (block.x > most_threads || block.y > most_threads || block.z > most_threads_z ||
      block.x * block.y * block.z > most_threads) {
    return "more than 1024 threads in a block, or more than 64 along z";
  }
  if (grid.x > most_blocks_x || grid.y > most_blocks_yz || grid.z > most_blocks_yz) {
    return "more blocks along an axis than a grid may have";
  }
  return nullptr;
}

/// Runs one grid.
class Grid {
 public:
  Grid(GridLaunch const& launch, std::vector<std::unique_ptr<Residence>>& residences)
      : launch_(launch),
        residences_(residences),
        schedule_(options().order, options().seed),
        waiting_blocks_(schedule_.block_order(std::uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z)) {
    count_ = {
        .name = launch.name, .grid = launch.grid, .block = launch.block, .shared_bytes = launch.dynamic_shared_bytes};
  }

  bool run() {
    std::size_t const places = std::min<std::size_t>(residences_.size(), waiting_blocks_.size());
    for (std::size_t p = 0; p < places; ++p) move_in(*residences_[p]);
    int idle_turns = 0;
    while (!residents_.empty()) {
      std::size_t const chosen = schedule_.pick(residents_.size());
      Residence& residence = *residents_[chosen];
      Block::Turn turn{};
      residence.worker.call([&] { turn = residence.block.run(schedule_.turn()); });
      switch (turn) {
        case Block::Turn::stopped: return false;
        case Block::Turn::finished:
          residents_.erase(residents_.begin() + static_cast<std::ptrdiff_t>(chosen));
          move_out(residence);
          idle_turns = 0;
          break;
        case Block::Turn::interrupted: idle_turns = 0; break;
        case Block::Turn::waiting:
          // To the back, so that in every order the others get their turn.
          std::rotate(residents_.begin() + static_cast<std::ptrdiff_t>(chosen),
                      residents_.begin() + static_cast<std::ptrdiff_t>(chosen) + 1, residents_.end());
          if (++idle_turns > most_idle_rounds * static_cast<int>(residents_.size())) {
            report(FindingKind::no_progress, "kernel " + launch_.name +
                                                 ": the resident blocks only wait, for memory that no running thread "
                                                 "changes or for blocks that are not resident");
            return false;
          }
          break;
      }
    }
    return true;
  }

  [[nodiscard]] LaunchCount& count() { return count_; }

 private:
  void move_in(Residence& residence) {
    std::uint64_t const number = waiting_blocks_[next_block_++];
    residents_.push_back(&residence);
    residence.worker.call([&] { residence.block.start(launch_, number, schedule_); });
  }

  void move_out(Residence& residence) {
    count_.barriers += residence.block.barriers();
    count_.atomics += residence.block.atomics();
    if (AccessObserver* const observer = access_observer()) observer->block_ends(residence.block);
    if (next_block_ < waiting_blocks_.size()) move_in(residence);
  }

  GridLaunch const& launch_;
  std::vector<std::unique_ptr<Residence>>& residences_;
  Schedule schedule_;
  std::vector<std::uint64_t> waiting_blocks_;
  std::size_t next_block_ = 0;
  std::vector<Residence*> residents_;
  LaunchCount count_;
};

AccessObserver*& observer() {
  static AccessObserver* observer = nullptr;
  return observer;
}

}  // namespace

AccessObserver* access_observer() { return observer(); }
void set_access_observer(AccessObserver* new_observer) { observer() = new_observer; }

ExecutorOptions& options() {
  static ExecutorOptions options;
  return options;
}

std::vector<LaunchCount>& launch_log() {
  static std::vector<LaunchCount> log;
  return log;
}

std::vector<Finding>& findings() {
  static std::vector<Finding> findings;
  return findings;
}

char const* name_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::launch_shape: return "launch shape";
    case FindingKind::shared_memory_limit: return "shared memory limit";
    case FindingKind::barrier_not_reached: return "barrier not reached";
    case FindingKind::barrier_divergence: return "barrier divergence";
    case FindingKind::warp_mask: return "warp mask";
    case FindingKind::warp_divergence: return "warp divergence";
    case FindingKind::absent_lane: return "absent lane";
    case FindingKind::deadlock: return "deadlock";
    case FindingKind::no_progress: return "no progress";
    case FindingKind::race: return "race";
    case FindingKind::uninitialised_shared: return "uninitialised shared memory";
    case FindingKind::out_of_bounds: return "out of bounds";
    case FindingKind::misaligned: return "misaligned";
    case FindingKind::foreign_memory: return "foreign memory";
    case FindingKind::red_zone: return "red zone";
    case FindingKind::stream_order: return "stream order";
  }
  return "unknown";
}

void report(FindingKind kind, std::string const& text) {
  Block* const block = Block::current();
  std::string where;
  if (block != nullptr) {
    where = "kernel " + block->launch().name + ", block " + to_string(block->index());
    if (block->current_thread() >= 0) where += ", thread " + to_string(block->thread_index(block->current_thread()));
    where += ": ";
  }
  findings().push_back({kind, where + text});
  if (options().fail_fast) {
    std::fprintf(stderr, "simt: %s: %s%s\n", name_of(kind), where.c_str(), text.c_str());
    std::abort();
  }
  if (block != nullptr) block->stop();
}

bool execute(GridLaunch const& launch) {
  static std::mutex one_grid_at_a_time;
  std::lock_guard const lock(one_grid_at_a_time);
  static std::vector<std::unique_ptr<Residence>> residences;
  install_fault_messages();

  if (char const* const objection = objection_to(launch.grid, launch.block)) {
    report(FindingKind::launch_shape, "kernel " + launch.name + ": " + objection);
    return false;
  }
  if (launch.dynamic_shared_bytes > options().shared_limit) {
    report(FindingKind::shared_memory_limit,
           "kernel " + launch.name + " asks for " + std::to_string(launch.dynamic_shared_bytes) +
               " bytes of dynamic shared memory; a block may have " + std::to_string(options().shared_limit));
    return false;
  }

  auto const places = static_cast<std::size_t>(std::max(1, options().resident_blocks));
  residences.resize(std::min(residences.size(), places));
  while (residences.size() < places) residences.push_back(std::make_unique<Residence>());

  std::size_t const findings_before = findings().size();
  DeviceMemoryOpen const open;
  if (AccessObserver* const observer = access_observer()) observer->launch_starts(launch);
  Grid grid(launch, residences);
  bool ended = grid.run();
  if (AccessObserver* const observer = access_observer()) observer->launch_ends(grid.count());
  check_red_zones("by kernel " + launch.name);
  ended = ended && findings().size() == findings_before;
  if (ended) launch_log().push_back(grid.count());
  return ended;
}

}  // namespace simt
