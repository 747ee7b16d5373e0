/// Ctrl-C and SIGTERM: the first asks the work to stop, the second ends the program.
#pragma once

#include <csignal>
#include <atomic>
#include <stop_token>
#include <thread>

namespace regio::cli {

/// While it lives, SIGINT and SIGTERM raise the token. Must be made before any other thread, which inherit its mask.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(Interruption const&) = delete;
  Interruption& operator=(Interruption const&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void wait_for_signals();

  std::stop_source source_;
  sigset_t signals_{};
  std::atomic<bool> ending_{false};
  std::thread waiter_;
};

}  // namespace regio::cli
