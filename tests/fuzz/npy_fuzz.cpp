// Any bytes are an array whose every number can be read, or an InputError.
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <regio/error.hpp>

#include "format/npy.hpp"

namespace {

using namespace regio;
using namespace regio::format;

/// Touches every number, and writes and reads those of fp64.
void check(NpyArray const& array) {
  if (array.is_float32()) {
    std::vector<float> const numbers(array.floats().begin(), array.floats().end());
    if (std::ssize(numbers) != array.size()) throw std::logic_error("another size");
    return;
  }
  auto const numbers = array.doubles();
  NpyArray const again = NpyArray::parse(npy_bytes(numbers, array.shape()), "written");
  auto const bytes = static_cast<std::size_t>(array.size()) * sizeof(double);
  if (again.shape() != array.shape() ||
      (bytes > 0 && std::memcmp(again.doubles().data_handle(), numbers.data_handle(), bytes) != 0)) {
    throw std::logic_error("the written array is another one");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  try {
    check(NpyArray::parse(std::string(reinterpret_cast<char const*>(data), size), "input.npy"));
  } catch (InputError const&) {
  }
  return 0;
}
