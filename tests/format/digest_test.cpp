#include "format/digest.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <regio/error.hpp>

#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

// FIPS 180-2, appendix B.1; the empty message is from NIST's test vectors.
constexpr char const* of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char const* of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, PublishedVectors) {
  EXPECT_EQ(sha256("abc"), of_abc);
  EXPECT_EQ(sha256(""), of_nothing);
}

TEST(Digest, OfFiles) {
  TemporaryFolder const folder;
  std::ofstream(folder.path() / "abc") << "abc";
  std::ofstream(folder.path() / "empty").flush();
  EXPECT_EQ(sha256_file(folder.path() / "abc"), of_abc);
  EXPECT_EQ(sha256_file(folder.path() / "empty"), of_nothing);
  EXPECT_THROW(sha256_file(folder.path() / "absent"), InputError);
}

}  // namespace
}  // namespace regio::format
