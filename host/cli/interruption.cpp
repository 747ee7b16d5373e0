#include "cli/interruption.hpp"

#include <pthread.h>

#include "cli/standard_output.hpp"

namespace regio::cli {

Interruption::Interruption() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  // A shell starts background jobs with SIGINT ignored; that wish is kept.
  struct sigaction current {};
  sigaction(SIGINT, nullptr, &current);
  if (current.sa_handler != SIG_IGN) sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  waiter_ = std::thread([this] { wait_for_signals(); });
}

Interruption::~Interruption() {
  ending_ = true;
  // Wakes the waiter, and only it: the signal is blocked everywhere and taken by sigwait.
  pthread_kill(waiter_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
  waiter_.join();
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

void Interruption::wait_for_signals() {
  for (bool first = true;; first = false) {
    int signal = 0;
    sigwait(&signals_, &signal);
    if (ending_) return;
    if (!first) {
      std::signal(signal, SIG_DFL);
      pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
      std::raise(signal);
    }
    source_.request_stop();
    print_message("\nregio: stopping; once more to end at once");
  }
}

}  // namespace regio::cli
