// regio's side of interaction.py: interaction_peer <threads>. Lines:
// "table <regions> <industries> <file>" loads shipments as an array [regions, regions, industries] of doubles, followed
// by which industries are raw (a byte each); "list <regions> <industries> <shipments> <file>" loads a list: values
// (doubles), origins, destinations, industries (integers of 32 bits), uses (a byte each, 1: raw). Both answer with the
// bytes of shipments and the read bandwidth of the machine. "index <file>" computes the index and the pairs, writes
// index [regions], flows [regions, regions] and the volumes of the pairs to the file, and answers with seconds on the
// clock and of core time, in all, and how many pairs there are.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <regio/interaction_index.hpp>
#include <regio/regional_structure.hpp>

#include "bench/machine.hpp"

namespace {

using regio::Index;

/// A working set that no cache holds; more tells nothing else.
constexpr std::size_t most_bandwidth_bytes = std::size_t{1} << 28;

class Input {
 public:
  explicit Input(std::string const& path) : file_(path, std::ios::binary) {
    file_.exceptions(std::ios::failbit | std::ios::badbit);
  }

  template <class Number>
  void read(std::vector<Number>& numbers, Index count) {
    numbers.resize(static_cast<std::size_t>(count));
    file_.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(Number)));
  }

 private:
  std::ifstream file_;
};

struct Data {
  Index regions = 0, industries = 0;
  std::vector<double> value;
  std::vector<std::int32_t> origin, destination, industry;
  std::vector<std::uint8_t> raw;

  [[nodiscard]] bool is_list() const { return !origin.empty(); }
  [[nodiscard]] std::size_t bytes() const {
    return value.size() * (sizeof(double) + (is_list() ? 3 * sizeof(std::int32_t) + 1 : 0));
  }
  [[nodiscard]] regio::Shipments shipments() const {
    regio::Shipments result{.regions = regions, .industries = industries};
    if (is_list()) {
      result.list = {.origin = origin, .destination = destination, .industry = industry, .value = value, .is_raw = raw};
    } else {
      result.table = {value.data(), regions, regions, industries};
      result.raw_industries = raw;
    }
    return result;
  }
};

Data read_table() {
  Data data;
  std::string path;
  std::cin >> data.regions >> data.industries >> path;
  Input file(path);
  file.read(data.value, data.regions * data.regions * data.industries);
  file.read(data.raw, data.industries);
  return data;
}

Data read_list() {
  Data data;
  Index shipments = 0;
  std::string path;
  std::cin >> data.regions >> data.industries >> shipments >> path;
  Input file(path);
  file.read(data.value, shipments);
  file.read(data.origin, shipments);
  file.read(data.destination, shipments);
  file.read(data.industry, shipments);
  file.read(data.raw, shipments);
  return data;
}

void write(std::ofstream& file, std::vector<double> const& numbers) {
  file.write(reinterpret_cast<char const*>(numbers.data()),
             static_cast<std::streamsize>(numbers.size() * sizeof(double)));
}

void answer_index(regio::Engine& engine, Data const& data) {
  std::string path;
  std::cin >> path;
  double const core_started = regio::bench::core_seconds(), started = regio::bench::now();
  regio::InteractionReport const report = regio::interaction_index(engine, {}, {{.shipments = data.shipments()}});
  std::vector<regio::RegionPair> const pairs = regio::region_pairs(report.totals[0].flow_matrix());
  double const seconds = regio::bench::now() - started, core_seconds = regio::bench::core_seconds() - core_started;
  std::vector<double> volumes;
  for (regio::RegionPair const& pair : pairs) volumes.push_back(pair.volume);
  std::ofstream file(path, std::ios::binary);
  file.exceptions(std::ios::failbit | std::ios::badbit);
  write(file, report.interaction[0].index);
  write(file, report.totals[0].flows);
  write(file, volumes);
  file.close();
  std::cout << std::setprecision(9) << seconds << ' ' << core_seconds << ' ' << pairs.size() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  regio::Engine engine = regio::Engine::cpu(argc > 1 ? std::atoi(argv[1]) : 0);
  std::cout << engine.description() << std::endl;
  Data data;
  for (std::string word; std::cin >> word;) {
    if (word == "index") {
      answer_index(engine, data);
      continue;
    }
    data = {};  // what was held goes before more is read
    data = word == "list" ? read_list() : read_table();
    std::cout << data.bytes() << ' '
              << regio::bench::read_bandwidth(std::min(data.bytes(), most_bandwidth_bytes), engine.threads())
              << std::endl;
  }
  return EXIT_SUCCESS;
}
