#include "cli/run_options.hpp"

#include <sys/resource.h>
#include <tbb/global_control.h>

#include <cctype>
#include <charconv>
#include <memory>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/device_choice.hpp"

namespace regio::cli {
namespace {

// The program itself, its threads' stacks and the libraries take some.
constexpr std::uint64_t least_memory = 64'000'000;

std::uint64_t unit_size(std::string unit) {
  for (char& letter : unit) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  constexpr std::pair<char const*, std::uint64_t> units[] = {{"", 1},
                                                             {"b", 1},
                                                             {"k", 1'000},
                                                             {"kb", 1'000},
                                                             {"m", 1'000'000},
                                                             {"mb", 1'000'000},
                                                             {"g", 1'000'000'000},
                                                             {"gb", 1'000'000'000},
                                                             {"t", 1'000'000'000'000},
                                                             {"tb", 1'000'000'000'000},
                                                             {"kib", 1ull << 10},
                                                             {"mib", 1ull << 20},
                                                             {"gib", 1ull << 30},
                                                             {"tib", 1ull << 40}};
  for (auto const& [name, size] : units) {
    if (unit == name) return size;
  }
  return 0;
}

}  // namespace

void RunOptions::add_to(CLI::App& command) {
  std::string const group = "Common options";
  command.add_option("--device", device, "where to compute; auto takes a usable GPU, otherwise the CPU")
      ->type_name(fmt::format("{}", fmt::join(device_words(), "|")))
      ->check(CLI::IsMember(device_words()).description(""))
      ->group(group);
  command.add_option("--threads", threads, "CPU threads; as many as cores unless given. Results do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(1, 4096).description(""))
      ->group(group);
  command
      .add_option("--memory", memory,
                  "divide the work so that it takes no more, as in 8GB. Results do not depend on it")
      ->type_name("SIZE")
      ->group(group);
  command.add_option("--seed", seed, "of every random number, instead of the study's")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""))
      ->group(group);
  command.add_option("--out", out, "result folder; <input's name>-results beside the input unless given")
      ->type_name("DIR")
      ->group(group);
  auto* const replace =
      command.add_flag("--force", force, "replace earlier results: the files that their manifest lists")->group(group);
  command.add_flag("--resume", resume, "finish an interrupted run")->group(group)->excludes(replace);
  command.add_option("--progress", progress, "auto shows a line on a terminal, plain prints lines")
      ->type_name("auto|plain|none")
      ->check(CLI::IsMember({"auto", "plain", "none"}).description(""))
      ->group(group);
  command.add_flag("--quiet", quiet, "print nothing but errors")->group(group);
  command.add_flag("--json", json, "print one JSON document on standard output, and nothing else there")->group(group);
}

format::ExistingResults RunOptions::existing() const {
  if (force) return format::ExistingResults::force;
  return resume ? format::ExistingResults::resume : format::ExistingResults::refuse;
}

Engine RunOptions::make_engine() const { return cli::make_engine(device, threads); }

std::uint64_t memory_size(std::string const& text) {
  double number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit = text.substr(static_cast<std::size_t>(end - text.data()));
  unit.erase(0, unit.find_first_not_of(' '));
  double const bytes = number * static_cast<double>(unit_size(unit));
  if (error != std::errc() || !(bytes >= static_cast<double>(least_memory)) || bytes > 1e18) {
    throw InputError({InputProblem{.field = "--memory", .found = text, .expected = "a size from 64MB on, as in 8GB"}});
  }
  return static_cast<std::uint64_t>(bytes);
}

void RunOptions::limit_process() const {
  if (!memory.empty()) {
    rlimit limit{};
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = std::min<rlim_t>(memory_size(memory), limit.rlim_max);
    setrlimit(RLIMIT_DATA, &limit);
  }
  if (threads > 0) {
    // oneTBB gives no more workers than cores unless the process allows them; lives until the program ends.
    static tbb::global_control const workers(tbb::global_control::max_allowed_parallelism,
                                             static_cast<std::size_t>(threads));
  }
}

}  // namespace regio::cli
