/// Queued work: what runs when.
///
/// CUDA promises that work of one stream runs in order and that a stream waits for the events it was told to wait for,
/// nothing else. The schedule makes use of that freedom: of all streams whose first piece of work may run it takes one
/// that a seed has drawn, some work runs as soon as it is queued, and the rest only when somebody waits. A dependency
/// that the backend forgot then shows as a wrong result under some seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/simt/runtime.hpp"

namespace simt {

/// A place in a stream that others can wait for.
struct Mark {
  bool reached = false;
  std::size_t work = 0;  ///< position in the log
};

/// One piece of queued work.
struct Work {
  std::string name;
  std::function<cudaError_t()> run;            ///< what it does; an error loses the device
  bool gives_back = false;                     ///< runs even when the device is lost
  std::shared_ptr<Mark const> waits_for = {};  ///< may not run before this is reached
  std::byte const* host_memory = nullptr;      ///< pinned memory that it reads or writes
  std::shared_ptr<Mark> done = std::make_shared<Mark>();
};

class StreamSchedule {
 public:
  void set_seed(std::uint64_t seed) { random_.seed(seed); }

  void add(CUstream_st* stream);
  void remove(CUstream_st* stream);
  [[nodiscard]] bool has(CUstream_st* stream) const;
  [[nodiscard]] std::vector<CUstream_st*> const& streams() const { return streams_; }

  /// Queues it, and perhaps runs some of what is queued.
  void queue(CUstream_st* stream, Work work);
  /// What is given to the stream from now on runs after the mark.
  void wait_for(CUstream_st* stream, std::shared_ptr<Mark const> const& mark);
  /// Runs work until the mark is reached, for which the host waits.
  void run_until(Mark const& mark);
  /// Runs all work of the stream.
  void drain(CUstream_st* stream);
  void drain_device(int device);
  /// What is queued on a lost device never runs; what waits for it elsewhere may go on.
  void drop(int device);

 private:
  void run_some();
  [[nodiscard]] CUstream_st* next_ready();
  void run_first_of(CUstream_st* stream);
  [[nodiscard]] std::uint64_t draw(std::uint64_t count) { return random_() % count; }

  /// Adds to the log what comes after the stream's and the host's last entries and after `also`; its position.
  std::size_t note(std::string name, CUstream_st* stream, std::optional<std::size_t> also = {});

  std::vector<CUstream_st*> streams_;  // the first ready one runs
  std::size_t streams_made_ = 0;
  std::mt19937_64 random_{1};
};

}  // namespace simt

struct CUstream_st {
  int device;
  std::size_t number = 0;                      // in the log of work
  std::optional<std::size_t> noted_last = {};  // its last entry there
  std::deque<simt::Work> queue = {};
};

struct CUevent_st {
  int device;
  std::shared_ptr<simt::Mark const> mark = {};  ///< null: never recorded
};
