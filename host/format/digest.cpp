#include "format/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "format/mapped_file.hpp"

namespace regio::format {

std::string sha256(std::string_view text) {
  std::array<unsigned char, 32> digest;
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("libcrypto could not compute a SHA-256 digest");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (unsigned char const byte : digest) {
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

std::string sha256_file(std::filesystem::path const& path) { return sha256(MappedFile(path).bytes()); }

}  // namespace regio::format
