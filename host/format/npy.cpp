#include "format/npy.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <regio/error.hpp>

#include "format/findings.hpp"
#include "format/mapped_file.hpp"

namespace regio::format {
namespace {

static_assert(std::endian::native == std::endian::little, "npy files are mapped as they are");

using namespace std::string_view_literals;

constexpr std::string_view magic = "\x93NUMPY"sv;
constexpr std::size_t version_end = 8;  ///< magic, then one byte each for the major and the minor version
constexpr std::size_t data_alignment = 64;
constexpr char const* advice = "numpy.save(file, numpy.ascontiguousarray(array, dtype='<f8'))";

[[noreturn]] void refuse(std::string const& file, std::string found, std::string expected) {
  throw InputError({InputProblem{.file = file, .found = std::move(found), .expected = std::move(expected)}});
}

/// What a header says: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
struct NpyHeader {
  std::optional<std::string> type;
  std::optional<bool> fortran_order;
  std::optional<std::vector<Index>> shape;

  [[nodiscard]] bool complete() const noexcept { return type && fortran_order && shape; }
};

/// Reads the part of Python's literals that such a header is made of. A value of `descr` that is no text (a structured
/// type) is kept as it stands.
class NpyHeaderParser {
 public:
  explicit NpyHeaderParser(std::string_view text) : rest_(text) {}

  /// nullopt: not such a header.
  std::optional<NpyHeader> parse() {
    NpyHeader header;
    if (!take("{")) return std::nullopt;
    while (!take("}")) {
      auto const key = quoted();
      if (!key || !take(":") || !value(*key, header)) return std::nullopt;
      if (!take(",") && !next_is('}')) return std::nullopt;
    }
    skip_spaces();
    return rest_.empty() && header.complete() ? std::optional(header) : std::nullopt;
  }

 private:
  bool value(std::string const& key, NpyHeader& header) {
    if (key == "descr") return static_cast<bool>(header.type = next_is('[') ? bracketed() : quoted());
    if (key == "fortran_order") return static_cast<bool>(header.fortran_order = boolean());
    if (key == "shape") return static_cast<bool>(header.shape = shape());
    return false;
  }

  std::optional<std::string> quoted() {
    skip_spaces();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    std::size_t const end = rest_.find(rest_.front(), 1);
    if (end == rest_.npos) return std::nullopt;
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<std::string> bracketed() {
    std::size_t const end = rest_.rfind(']');
    if (end == rest_.npos) return std::nullopt;
    std::string text(rest_.substr(0, end + 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<bool> boolean() {
    if (take("True")) return true;
    if (take("False")) return false;
    return std::nullopt;
  }

  std::optional<std::vector<Index>> shape() {
    std::vector<Index> extents;
    if (!take("(")) return std::nullopt;
    while (!take(")")) {
      auto const extent = whole_number();
      if (!extent) return std::nullopt;
      extents.push_back(*extent);
      if (!take(",") && !next_is(')')) return std::nullopt;
    }
    return extents;
  }

  std::optional<Index> whole_number() {
    skip_spaces();
    Index number = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      if (__builtin_mul_overflow(number, Index{10}, &number)) return std::nullopt;
      if (__builtin_add_overflow(number, Index{rest_[digits] - '0'}, &number)) return std::nullopt;
    }
    rest_.remove_prefix(digits);
    return digits == 0 ? std::nullopt : std::optional(number);
  }

  bool take(std::string_view word) {
    skip_spaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool next_is(char c) {
    skip_spaces();
    return rest_.starts_with(c);
  }

  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

/// The header's text and where the numbers begin.
struct HeaderText {
  std::string_view text;
  std::size_t data_begin = 0;
};

HeaderText header_text(std::string_view bytes, std::string const& file) {
  if (!bytes.starts_with(magic)) refuse(file, "", "is no .npy file; write one with numpy.save");
  if (bytes.size() < version_end) refuse(file, "", "is cut short: it ends within the header");
  int const version = static_cast<unsigned char>(bytes[magic.size()]);
  if (version < 1 || version > 3) {
    refuse(file, fmt::format("version {} of the .npy format", version), "version 1, 2 or 3");
  }
  std::size_t const length_bytes = version == 1 ? 2 : 4;
  std::size_t const begin = version_end + length_bytes;
  std::uint32_t length = 0;
  if (bytes.size() >= begin) std::memcpy(&length, bytes.data() + version_end, length_bytes);
  if (bytes.size() < begin || bytes.size() - begin < length)
    refuse(file, "", "is cut short: it ends within the header");
  return {.text = bytes.substr(begin, length), .data_begin = begin + length};
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return shortened(std::move(result));
}

bool is_float32_type(std::string const& type, std::string const& file) {
  if (type == "<f8") return false;
  if (type == "<f4") return true;
  if (type.starts_with('>')) {
    refuse(file, printable(type),
           fmt::format("little-endian numbers of type '<f8' or '<f4'; save it again with {}", advice));
  }
  refuse(file, printable(type), fmt::format("numbers of type '<f8' or '<f4'; save it again with {}", advice));
}

std::string shape_text(std::vector<Index> const& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

/// Bytes that an array of this shape takes; nullopt beyond 2^63.
std::optional<std::size_t> bytes_of_shape(std::vector<Index> const& shape, Index bytes_per_number) {
  // An extent of 0 makes the array empty, whatever the others are.
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  Index bytes = bytes_per_number;
  for (Index const extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return static_cast<std::size_t>(bytes);
}

}  // namespace

NpyArray NpyArray::open(std::filesystem::path const& path) {
  auto mapped = std::make_shared<MappedFile const>(path);
  std::string_view const bytes = mapped->bytes();
  return of(std::move(mapped), bytes, path.string());
}

NpyArray NpyArray::parse(std::string bytes, std::string const& name) {
  auto owner = std::make_shared<std::string const>(std::move(bytes));
  std::string_view const view = *owner;
  return of(std::move(owner), view, name);
}

NpyArray NpyArray::of(std::shared_ptr<void const> owner, std::string_view bytes, std::string const& file) {
  HeaderText const header_bytes = header_text(bytes, file);
  auto const header = NpyHeaderParser(header_bytes.text).parse();
  if (!header) {
    refuse(file, printable(header_bytes.text),
           "a header with 'descr', 'fortran_order' and 'shape', as numpy.save writes it");
  }
  NpyArray array;
  array.float32_ = is_float32_type(*header->type, file);
  if (*header->fortran_order) refuse(file, "Fortran order", fmt::format("C order; save it again with {}", advice));
  array.shape_ = *header->shape;

  std::string_view const data = bytes.substr(header_bytes.data_begin);
  auto const needed = bytes_of_shape(array.shape_, array.float32_ ? sizeof(float) : sizeof(double));
  if (!needed || *needed != data.size()) {
    refuse(file, fmt::format("{} bytes of numbers", data.size()),
           fmt::format("{} as its shape {} says; the file is {}", needed ? std::to_string(*needed) : "more than 2^63",
                       shape_text(array.shape_), needed && *needed < data.size() ? "too long" : "cut short"));
  }
  array.data_ = reinterpret_cast<std::byte const*>(data.data());
  array.owner_ = std::move(owner);
  // Only files that numpy.save did not write begin their numbers at an odd place.
  if (reinterpret_cast<std::uintptr_t>(array.data_) % alignof(double) != 0) {
    auto copy = std::make_shared<std::vector<double>>(data.size() / sizeof(double) + 1);
    std::memcpy(copy->data(), data.data(), data.size());
    array.data_ = reinterpret_cast<std::byte const*>(copy->data());
    array.owner_ = std::move(copy);
  }
  return array;
}

Index NpyArray::size() const noexcept {
  Index size = 1;
  for (Index const extent : shape_) {
    if (extent == 0) return 0;
  }
  for (Index const extent : shape_) size *= extent;
  return size;
}

VectorView<double const> NpyArray::doubles() const {
  if (float32_) throw std::logic_error("NpyArray::doubles: the file holds float32");
  return {reinterpret_cast<double const*>(data_), size()};
}

VectorView<float const> NpyArray::floats() const {
  if (!float32_) throw std::logic_error("NpyArray::floats: the file holds float64");
  return {reinterpret_cast<float const*>(data_), size()};
}

std::string npy_header(std::vector<Index> const& shape, std::string_view type) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type,
                                   fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  std::size_t const begin = version_end + sizeof(std::uint16_t);
  std::size_t const unpadded = begin + header.size() + 1;
  header.append((data_alignment - unpadded % data_alignment) % data_alignment, ' ').append("\n");
  if (header.size() > std::numeric_limits<std::uint16_t>::max()) {
    throw ContractError("npy_header: shape", "has too many dimensions for a .npy file");
  }
  std::string result(magic);
  result += '\x01';
  result += '\0';
  result += static_cast<char>(header.size() & 0xff);
  result += static_cast<char>(header.size() >> 8);
  return result + header;
}

std::string npy_bytes(VectorView<double const> values, std::vector<Index> const& shape) {
  auto const bytes = bytes_of_shape(shape, sizeof(double));
  if (!bytes || *bytes != static_cast<std::size_t>(values.size()) * sizeof(double)) {
    throw ContractError("npy_bytes: shape",
                        fmt::format("{} does not hold {} values", shape_text(shape), values.size()));
  }
  std::string result = npy_header(shape);
  result.append(reinterpret_cast<char const*>(values.data_handle()), *bytes);
  return result;
}

}  // namespace regio::format
