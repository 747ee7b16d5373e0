#include "cli/standard_output.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <regio/error.hpp>

namespace regio::cli {
namespace {

/// 0, or the error that stopped the writing.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t const written = write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void print(std::string_view text) {
  int const error = write_all(STDOUT_FILENO, text);
  if (error == 0) return;
  if (error == EPIPE) {
    // main ignores the signal, so that a lost reader of the messages does not end a run; here it would have ended us.
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  throw OutputError(std::string("standard output cannot be written: ") + std::strerror(error));
}

void print_message(std::string_view line) { write_all(STDERR_FILENO, std::string(line) + '\n'); }

}  // namespace regio::cli
