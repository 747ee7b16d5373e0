#include "format/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include <regio/error.hpp>

namespace regio::format {
namespace {

constexpr std::size_t unpacked_chunk = 1 << 20;
constexpr int gzip_window = 15 + 16;  // the largest window; 16 asks zlib for the gzip format

[[noreturn]] void refuse(std::string const& file, std::string reason) {
  throw InputError({InputProblem{.file = file, .expected = std::move(reason)}});
}

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, gzip_window) != Z_OK) throw std::bad_alloc();
  }
  Inflater(Inflater const&) = delete;
  Inflater& operator=(Inflater const&) = delete;
  ~Inflater() { inflateEnd(&stream_); }
  z_stream& stream() noexcept { return stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

bool is_gzip(std::string_view bytes) noexcept { return bytes.starts_with("\x1f\x8b"); }

std::string unpacked_gzip(std::string_view bytes, std::string const& file) try {
  std::string text;
  std::vector<char> buffer(unpacked_chunk);
  Inflater inflater;
  z_stream& stream = inflater.stream();
  while (true) {
    if (stream.avail_in == 0) {
      if (bytes.empty()) refuse(file, "is cut short: the gzip data end before their end mark");
      std::size_t const taken = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(taken);
      bytes.remove_prefix(taken);
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    int const status = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer.data(), buffer.size() - stream.avail_out);
    if (status == Z_STREAM_END) {
      std::string_view const rest(reinterpret_cast<char const*>(stream.next_in), stream.avail_in);
      if (!is_gzip(rest) && !(rest.empty() && is_gzip(bytes))) return text;
      inflateReset(&stream);
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      refuse(file, "is damaged: the gzip data cannot be unpacked");
    }
  }
} catch (std::bad_alloc const&) {
  refuse(file, "does not fit in memory when unpacked");
}

}  // namespace regio::format
