#include "format/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

#include <regio/error.hpp>

#include "format/mapped_file.hpp"

namespace regio::format {
namespace {

/// A message that is added part by part.
class Sha256 {
 public:
  Sha256() { require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1); }

  void add(std::string_view part) { require(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1); }

  std::string text() {
    std::array<unsigned char, 32> digest;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (unsigned char const byte : digest) {
      result += digits[byte >> 4];
      result += digits[byte & 15];
    }
    return result;
  }

 private:
  static void require(bool done) {
    if (!done) throw std::runtime_error("libcrypto could not compute a SHA-256 digest");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

}  // namespace

std::string sha256(std::string_view text, std::stop_token const& stop) {
  constexpr std::size_t part = std::size_t{16} << 20;
  Sha256 digest;
  for (std::size_t begin = 0; begin < text.size(); begin += part) {
    if (stop.stop_requested()) throw Interrupted("interrupted");
    digest.add(text.substr(begin, part));
  }
  return digest.text();
}

std::string sha256_file(std::filesystem::path const& path) { return sha256(MappedFile(path).bytes()); }

}  // namespace regio::format
