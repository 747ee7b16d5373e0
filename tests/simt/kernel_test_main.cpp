/// Main program of kernel tests: GoogleTest's, with the order in which threads and blocks run.
///
///   --order=forward|reverse|random   --seed=NUMBER

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/simt/executor.hpp"

int main(int argument_count, char** arguments) {
  testing::InitGoogleTest(&argument_count, arguments);
  for (int i = 1; i < argument_count; ++i) {
    std::string_view const argument = arguments[i];
    if (argument == "--order=forward") {
      simt::options().order = simt::Order::forward;
    } else if (argument == "--order=reverse") {
      simt::options().order = simt::Order::reverse;
    } else if (argument == "--order=random") {
      simt::options().order = simt::Order::random;
    } else if (argument.starts_with("--seed=")) {
      simt::options().seed = std::strtoull(arguments[i] + std::string_view("--seed=").size(), nullptr, 10);
    } else {
      std::fprintf(stderr, "unknown argument %s\n", arguments[i]);
      return 2;
    }
  }
  return RUN_ALL_TESTS();
}
