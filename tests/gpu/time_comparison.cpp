// Sets the times that gpu_kmeans_timing measured on a device beside those that the cost model predicts for it, as a
// table for the report of scripts/gpu-check.
//
// time_comparison MEASURED   the file that gpu_kmeans_timing writes
//
// Ends with 0 when the file was understood: what is off by more than the stated factor is marked, not an error.
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/gpu/kmeans_time.hpp"

namespace {

using regio::test::CudaDevice;
using regio::test::KmeansShape;
using regio::test::TimeLimit;

/// What is off by more is marked.
constexpr double stated_factor = 2;

/// The fields of one line, and what to say when they are not what was expected.
class Fields {
 public:
  Fields(std::string const& line, int number) : number_(number) {
    std::stringstream text(line);
    for (std::string field; std::getline(text, field, ';');) fields_.push_back(field);
  }
  [[nodiscard]] std::string const& text(std::size_t i) const {
    if (i >= fields_.size()) fail("field " + std::to_string(i + 1) + " is missing");
    return fields_[i];
  }
  [[nodiscard]] double positive(std::size_t i) const {
    std::size_t read = 0;
    double value = 0;
    try {
      value = std::stod(text(i), &read);
    } catch (std::logic_error const&) {
      read = 0;
    }
    if (read == 0 || read != text(i).size() || !(value > 0)) fail("'" + text(i) + "' is no number above zero");
    return value;
  }
  [[nodiscard]] std::int64_t count(std::size_t i) const { return static_cast<std::int64_t>(positive(i)); }
  [[noreturn]] void fail(std::string const& what) const {
    throw std::runtime_error("line " + std::to_string(number_) + ": " + what);
  }

 private:
  std::vector<std::string> fields_;
  int number_;
};

struct Work {
  KmeansShape shape;
  double problems = 0, runs = 0, iterations = 0, seconds = 0;
};

CudaDevice device_of(Fields const& fields) {
  return {.name = fields.text(1),
          .multiprocessors = static_cast<int>(fields.count(2)),
          .clock = fields.positive(3),
          .capability = static_cast<int>(fields.count(4)),
          .shared_bytes = fields.count(5)};
}

Work work_of(Fields const& fields) {
  return {.shape = {fields.count(1), fields.count(2), fields.count(3)},
          .problems = fields.positive(4),
          .runs = fields.positive(5),
          .iterations = fields.positive(6),
          .seconds = 1e-3 * fields.positive(7)};
}

/// Points to the device, labels, centres and figures back.
double bytes_copied(Work const& work) {
  auto const [n, d, k] = work.shape;
  return work.problems * static_cast<double>(8 * n * d + 4 * n + 8 * k * d + 40);
}

char const* verdict(double measured, double expected, double least) {
  if (measured < least) return "**faster than the limit: the model is wrong**";
  if (measured > stated_factor * expected) return "**slower than expected**";
  if (measured * stated_factor < expected) return "**faster than expected**";
  return "as expected";
}

/// Whether the time was what the model says.
bool print_row(Work const& work, CudaDevice const& device) {
  auto const [n, d, k] = work.shape;
  std::printf("| %.3g x %.3g runs, n=%lld d=%lld k=%lld, %.3g iterations |", work.problems, work.runs,
              static_cast<long long>(n), static_cast<long long>(d), static_cast<long long>(k), work.iterations);
  if (!regio::test::is_made_by_a_warp(work.shape, true, device)) {
    std::printf(" | | %.3g ms | | made by blocks: no model |\n", 1e3 * work.seconds);
    return true;
  }
  double const runs = work.problems * work.runs;
  TimeLimit const limit = limit_of(regio::test::run_cost(work.shape, true, work.iterations), runs, device);
  double const copies = bytes_copied(work) / regio::test::copy_rate;
  double const expected = limit.seconds / regio::test::expected_share + copies;
  char const* const said = verdict(work.seconds, expected, limit.seconds);
  std::printf(" %.3g ms | %.3g ms | %.3g ms | %.2f | %s |\n", 1e3 * limit.seconds, 1e3 * expected, 1e3 * work.seconds,
              work.seconds / expected, said);
  return said == std::string("as expected");
}

void compare(std::string const& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot be read");
  CudaDevice device;
  int rows = 0, off = 0, number = 0;
  for (std::string line; std::getline(file, line);) {
    Fields const fields(line, ++number);
    if (number == 1) {
      if (fields.text(0) != "device") fields.fail("the first line is to begin with 'device'");
      device = device_of(fields);
      std::printf("%s: %d multiprocessors at %.2f GHz, compute capability %d.%d\n\n", device.name.c_str(),
                  device.multiprocessors, device.clock / 1e9, device.capability / 10, device.capability % 10);
      std::printf("| work | limit | expected | measured | measured / expected | |\n|---|---|---|---|---|---|\n");
      continue;
    }
    if (fields.text(0) != "fits") fields.fail("'" + fields.text(0) + "', expected 'fits'");
    off += print_row(work_of(fields), device) ? 0 : 1;
    ++rows;
  }
  if (rows == 0) throw std::runtime_error("holds no measured time");
  std::printf("\n%d of %d times are off by more than a factor of %g.\n", off, rows, stated_factor);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("time_comparison MEASURED\n", stderr);
    return 2;
  }
  try {
    compare(arguments[1]);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", arguments[1], error.what());
    return 1;
  }
}
