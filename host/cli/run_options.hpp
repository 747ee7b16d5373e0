/// The options that every command which computes has, and the engine and limits that they ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <regio/engine.hpp>

#include "format/result_folder.hpp"

namespace CLI {
class App;
}

namespace regio::cli {

struct RunOptions {
  std::string device = "auto";
  int threads = 0;
  std::string memory;
  std::optional<std::int64_t> seed;
  std::string out;
  bool force = false;
  bool resume = false;
  std::string progress = "auto";
  bool quiet = false;
  bool json = false;

  void add_to(CLI::App& command);

  [[nodiscard]] format::ExistingResults existing() const;
  /// Throws DeviceError when the device that was asked for cannot be used.
  [[nodiscard]] Engine make_engine() const;
  /// Applies --memory and --threads to this process. Throws InputError when the size cannot be read.
  void limit_process() const;
};

/// "8GB", "512 MiB", "2e9" in bytes. Throws InputError.
std::uint64_t memory_size(std::string const& text);

}  // namespace regio::cli
