#include "format/npy.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <regio/error.hpp>

#include "tests/format/refusal.hpp"
#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

using namespace std::string_literals;

template <class Number>
std::string raw(std::vector<Number> const& numbers) {
  return {reinterpret_cast<char const*>(numbers.data()), numbers.size() * sizeof(Number)};
}

/// A file with that header text, as numpy.save lays it out.
std::string file_bytes(std::string header, std::string const& data, int version = 1) {
  std::size_t const begin = version == 1 ? 10 : 12;
  header.append(63 - (begin + header.size()) % 64, ' ').append("\n");
  std::string bytes = "\x93NUMPY"s + static_cast<char>(version) + '\0';
  for (std::size_t i = 0; i < begin - 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return bytes + header + data;
}

std::string header(std::string const& type, std::string const& shape, std::string const& fortran_order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }";
}

std::string refused(std::string const& bytes) {
  return refusal([&] { NpyArray::parse(bytes, "a.npy"); });
}

std::vector<double> const six{1, 2, 3, 4, 5, 6.5};

TEST(Npy, EveryVersionThatNumpyWrites) {
  for (int const version : {1, 2, 3}) {
    NpyArray const array = NpyArray::parse(file_bytes(header("<f8", "(2, 3)"), raw(six), version), "a.npy");
    EXPECT_EQ(array.shape(), (std::vector<Index>{2, 3}));
    EXPECT_FALSE(array.is_float32());
    auto const numbers = array.doubles();
    EXPECT_EQ(std::vector<double>(numbers.begin(), numbers.end()), six);
    EXPECT_THROW((void)array.floats(), std::logic_error);
  }
}

TEST(Npy, Float32) {
  std::vector<float> const values{1.5f, -2};
  NpyArray const array = NpyArray::parse(file_bytes(header("<f4", "(2,)"), raw(values)), "a.npy");
  EXPECT_TRUE(array.is_float32());
  EXPECT_EQ(array.floats()[0], 1.5f);
  EXPECT_EQ(array.size(), 2);
  EXPECT_THROW((void)array.doubles(), std::logic_error);
}

TEST(Npy, OddShapes) {
  EXPECT_EQ(NpyArray::parse(file_bytes(header("<f8", "()"), raw<double>({7})), "a.npy").doubles()[0], 7);
  EXPECT_EQ(NpyArray::parse(file_bytes(header("<f8", "(0, 3)"), ""), "a.npy").size(), 0);
  EXPECT_EQ(
      NpyArray::parse(file_bytes(header("<f8", "(9000000000000000000, 9000000000000000000, 0)"), ""), "a.npy").size(),
      0);
}

TEST(Npy, NumbersAtAnOddPlace) {
  std::string bytes = file_bytes(header("<f8", "(6,)"), raw(six));
  bytes.insert(bytes.find("}") + 1, " ");  // one byte more of header
  bytes[8] = static_cast<char>(bytes[8] + 1);
  EXPECT_EQ(NpyArray::parse(bytes, "a.npy").doubles()[5], 6.5);
}

TEST(Npy, WhatIsRefusedSaysWhatToDo) {
  std::string const advice = "save it again with numpy.save(file, numpy.ascontiguousarray(array, dtype='<f8'))";
  EXPECT_EQ(refused(file_bytes(header("<f8", "(2, 3)", "True"), raw(six))),
            "a.npy: found 'Fortran order', expected C order; " + advice);
  EXPECT_EQ(refused(file_bytes(header(">f8", "(6,)"), raw(six))),
            "a.npy: found '>f8', expected little-endian numbers of type '<f8' or '<f4'; " + advice);
  for (std::string const type : {"<i8", "<f2", "|O", "<c16"}) {
    EXPECT_EQ(refused(file_bytes(header(type, "(6,)"), raw(six))),
              "a.npy: found '" + type + "', expected numbers of type '<f8' or '<f4'; " + advice);
  }
  EXPECT_EQ(
      refused(file_bytes("{'descr': [('a', '<f8'), ('b', '<f8')], 'fortran_order': False, 'shape': (3,), }", raw(six))),
      "a.npy: found '[('a', '<f8'), ('b', '<f8')]', expected numbers of type '<f8' or '<f4'; " + advice);
}

TEST(Npy, NoNpyFile) {
  std::string const message = "a.npy: is no .npy file; write one with numpy.save";
  EXPECT_EQ(refused(""), message);
  EXPECT_EQ(refused("region,year\n"), message);
  EXPECT_EQ(refused("PK\x03\x04 an npz file"), message);
  EXPECT_EQ(refused(file_bytes(header("<f8", "(6,)"), raw(six), 4)),
            "a.npy: found 'version 4 of the .npy format', expected version 1, 2 or 3");
}

TEST(Npy, EveryCutIsNoticed) {
  std::string const whole = file_bytes(header("<f8", "(6,)"), raw(six));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(refused(whole.substr(0, length)), "") << length;
  EXPECT_EQ(refused(whole.substr(0, 7)), "a.npy: is cut short: it ends within the header");
  EXPECT_EQ(refused(whole.substr(0, 40)), "a.npy: is cut short: it ends within the header");
  EXPECT_EQ(refused(whole.substr(0, whole.size() - 1)),
            "a.npy: found '47 bytes of numbers', expected 48 as its shape (6) says; the file is cut short");
  EXPECT_EQ(refused(whole + "x"),
            "a.npy: found '49 bytes of numbers', expected 48 as its shape (6) says; the file is too long");
}

TEST(Npy, ShapesBeyondAnyMemory) {
  EXPECT_EQ(refused(file_bytes(header("<f8", "(4611686018427387904, 4)"), raw(six))),
            "a.npy: found '48 bytes of numbers', expected more than 2^63 as its shape (4611686018427387904, 4) says; "
            "the file "
            "is cut short");
  EXPECT_NE(refused(file_bytes(header("<f8", "(99999999999999999999,)"), raw(six))), "");
  EXPECT_NE(refused(file_bytes(header("<f8", "(-6,)"), raw(six))), "");
}

TEST(Npy, DamagedHeaders) {
  for (std::string const text : {"", "{", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': 0, 'shape': (6,)}",
                                 "{'descr': '<f8', 'fortran_order': False, 'shape': 6}", "{'x': 1}",
                                 "{'descr': '<f8', 'fortran_order': False, 'shape': (6,)} tail"}) {
    EXPECT_NE(refused(file_bytes(text, raw(six))).find("expected a header with"), std::string::npos) << text;
  }
}

TEST(Npy, WhatIsWrittenReadsBackFromAFile) {
  TemporaryFolder const folder;
  for (std::vector<Index> const& shape : {std::vector<Index>{6}, {2, 3}, {1, 6, 1}}) {
    std::string const bytes = npy_bytes(VectorView<double const>(six.data(), 6), shape);
    EXPECT_EQ((bytes.size() - 48) % 64, 0u);
    std::ofstream(folder.path() / "a.npy", std::ios::binary) << bytes;
    NpyArray const array = NpyArray::open(folder.path() / "a.npy");
    EXPECT_EQ(array.shape(), shape);
    EXPECT_EQ(std::memcmp(array.doubles().data_handle(), six.data(), 48), 0);
  }
  EXPECT_THROW((void)npy_bytes(VectorView<double const>(six.data(), 6), {5}), ContractError);
  EXPECT_EQ(refusal([&] { NpyArray::open(folder.path() / "absent.npy"); }),
            (folder.path() / "absent.npy").string() + ": no such file");
}

}  // namespace
}  // namespace regio::format
