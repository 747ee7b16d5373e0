// Dense products on the simulated device, against sums written out here; every failing call; what cuBLAS was asked for.
#include "cuda/blas.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "cuda/cuda_backend.hpp"
#include "cuda/transfer.hpp"
#include "tests/cuda/backend_test.hpp"
#include "tests/cuda/simt_test.hpp"
#include "tests/simt/blas.hpp"

namespace regio::cuda {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Rows of a table with some numbers between them that belong to nobody.
struct Table {
  Index rows, columns, stride;
  std::vector<double> numbers;

  [[nodiscard]] double at(Index i, Index j) const { return numbers[static_cast<std::size_t>(i * stride + j)]; }
};

/// Small whole numbers, so that sums in any order are exact in float, too.
Table whole_numbers(Index rows, Index columns, Index gap, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Index const stride = columns + gap;
  Table table{rows, columns, stride, std::vector<double>(static_cast<std::size_t>(rows * stride))};
  for (double& number : table.numbers) number = static_cast<double>(random() % 9) - 4;
  return table;
}

Table transpose(Table const& table) {
  Table turned{table.columns, table.rows, table.rows,
               std::vector<double>(static_cast<std::size_t>(table.rows * table.columns))};
  for (Index i = 0; i < table.rows; ++i) {
    for (Index j = 0; j < table.columns; ++j)
      turned.numbers[static_cast<std::size_t>(j * table.rows + i)] = table.at(i, j);
  }
  return turned;
}

/// alpha a b + beta c; the numbers between the rows of c stay.
Table textbook_product(double alpha, Table const& a, Table const& b, double beta, Table c) {
  for (Index i = 0; i < c.rows; ++i) {
    for (Index j = 0; j < c.columns; ++j) {
      double sum = 0;
      for (Index l = 0; l < a.columns; ++l) sum += a.at(i, l) * b.at(l, j);
      double& number = c.numbers[static_cast<std::size_t>(i * c.stride + j)];
      number = alpha * sum + (beta == 0 ? 0 : beta * number);
    }
  }
  return c;
}

template <class T>
std::vector<T> in_precision(std::vector<double> const& numbers) {
  return {numbers.begin(), numbers.end()};
}

/// A table on the device.
template <class T>
class DeviceTable {
 public:
  DeviceTable(Stream const& stream, Table const& table)
      : stream_(stream), table_(table), memory_(stream, static_cast<Index>(table.numbers.size())) {
    std::vector<T> const numbers = in_precision<T>(table.numbers);
    copy_to_device(stream, memory_.data(), numbers);
  }

  [[nodiscard]] MatrixView<T> view() { return {memory_.data(), table_.rows, table_.columns, table_.stride}; }
  [[nodiscard]] T* data() { return memory_.data(); }
  [[nodiscard]] std::vector<T> numbers() const {
    std::vector<T> numbers(table_.numbers.size());
    copy_to_host(stream_, numbers, memory_.data());
    return numbers;
  }

 private:
  Stream const& stream_;
  Table const& table_;
  DeviceBuffer<T> memory_;
};

class Products : public BackendTest {
 protected:
  template <class T>
  void expect_product(Index m, Index n, Index k, double alpha, double beta) {
    for (bool const turn_a : {false, true}) {
      for (bool const turn_b : {false, true}) {
        SCOPED_TRACE(testing::Message() << m << " x " << n << " x " << k << turn_a << turn_b << " " << alpha << " "
                                        << beta);
        Table const a = whole_numbers(m, k, 0, 1), b = whole_numbers(k, n, 0, 2);
        Table const stored_a = turn_a ? transpose(a) : whole_numbers(m, k, 0, 1);
        Table const stored_b = turn_b ? transpose(b) : whole_numbers(k, n, 0, 2);
        Table c = whole_numbers(m, n, 3, 3);
        Table const expected = textbook_product(alpha, a, b, beta, c);
        if (beta == 0) {  // what is there is not read
          for (Index i = 0; i < m; ++i) std::fill_n(c.numbers.begin() + i * c.stride, n, not_a_number);
        }
        backend_->run([&] {
          Stream const& stream = backend_->stream();
          DeviceTable<T> on_a(stream, stored_a), on_b(stream, stored_b), on_c(stream, c);
          backend_->blas().gemm(stream, static_cast<T>(alpha), turn_a ? transposed(on_a.view()) : on_a.view(),
                                turn_b ? transposed(on_b.view()) : on_b.view(), static_cast<T>(beta), on_c.view());
          EXPECT_EQ(on_c.numbers(), in_precision<T>(expected.numbers));
        });
      }
    }
  }
};

TEST_F(Products, OfTwoMatricesInBothPrecisions) {
  for (auto const& [m, n, k] : {std::array<Index, 3>{1, 1, 1}, {3, 5, 4}, {7, 1, 2}, {1, 6, 9}, {8, 8, 8}, {2, 3, 0}}) {
    for (auto const& [alpha, beta] : {std::pair<double, double>{1, 0}, {2, -3}, {0, 2}}) {
      expect_product<double>(m, n, k, alpha, beta);
      expect_product<float>(m, n, k, alpha, beta);
    }
  }
}

TEST_F(Products, OfPartsOfLargerTables) {
  Table const a = whole_numbers(4, 3, 5, 1), b = whole_numbers(3, 6, 2, 2), c = whole_numbers(4, 6, 1, 3);
  backend_->run([&] {
    Stream const& stream = backend_->stream();
    DeviceTable<double> on_a(stream, a), on_b(stream, b), on_c(stream, c);
    backend_->blas().gemm(stream, 1, on_a.view(), on_b.view(), 1, on_c.view());
    EXPECT_EQ(on_c.numbers(), textbook_product(1, a, b, 1, c).numbers);
  });
}

TEST_F(Products, OfAMatrixAndAVector) {
  for (auto const& shape : {std::pair<Index, Index>{1, 1}, {5, 3}, {3, 5}, {4, 0}}) {
    Index const rows = shape.first, columns = shape.second;
    for (bool const turn : {false, true}) {
      SCOPED_TRACE(testing::Message() << rows << " x " << columns << (turn ? " transposed" : ""));
      Table const a = whole_numbers(rows, columns, 0, 1);
      Table const stored = turn ? transpose(a) : whole_numbers(rows, columns, 0, 1);
      Table const x = whole_numbers(columns, 1, 0, 2), y = whole_numbers(rows, 1, 0, 3);
      backend_->run([&] {
        Stream const& stream = backend_->stream();
        DeviceTable<double> on_a(stream, stored), on_x(stream, x), on_y(stream, y);
        DeviceTable<float> float_a(stream, stored), float_x(stream, x), float_y(stream, y);
        backend_->blas().gemv(stream, 2, turn ? transposed(on_a.view()) : on_a.view(), {on_x.data(), columns}, -1,
                              VectorView<double>(on_y.data(), rows));
        backend_->blas().gemv(stream, 2, turn ? transposed(float_a.view()) : float_a.view(), {float_x.data(), columns},
                              -1, VectorView<float>(float_y.data(), rows));
        Table const expected = textbook_product(2, a, x, -1, y);
        EXPECT_EQ(on_y.numbers(), expected.numbers);
        EXPECT_EQ(float_y.numbers(), in_precision<float>(expected.numbers));
      });
    }
  }
}

TEST_F(Products, OfBatchesInWhichOneFactorMayServeAll) {
  constexpr Index count = 3, m = 4, n = 2, k = 5;
  Table const a = whole_numbers(count * m, k, 0, 1), b = whole_numbers(n, k, 0, 2),
              c = whole_numbers(count * m, n, 0, 3);
  // The matrices of a batch lie one below the other, so one product of all has the same numbers.
  Table const expected = textbook_product(1, a, transpose(b), 2, c);
  backend_->run([&] {
    Stream const& stream = backend_->stream();
    DeviceTable<double> on_a(stream, a), on_b(stream, b), on_c(stream, c);
    DeviceTable<float> float_a(stream, a), float_b(stream, b), float_c(stream, c);
    backend_->blas().gemm_strided_batched(stream, 1, BatchView<double>(on_a.data(), count, m, k),
                                          transposed(BatchView<double>(on_b.data(), 1, n, k)), 2,
                                          BatchView<double>(on_c.data(), count, m, n));
    backend_->blas().gemm_strided_batched(stream, 1, BatchView<float>(float_a.data(), count, m, k),
                                          transposed(BatchView<float>(float_b.data(), 1, n, k)), 2,
                                          BatchView<float>(float_c.data(), count, m, n));
    EXPECT_EQ(on_c.numbers(), expected.numbers);
    EXPECT_EQ(float_c.numbers(), in_precision<float>(expected.numbers));
  });
}

TEST_F(Products, AreOneCallEachInPedanticModeWithAWorkspaceOfTheirOwn) {
  Table const a = whole_numbers(6, 4, 0, 1), b = whole_numbers(4, 2, 0, 2), c = whole_numbers(6, 2, 0, 3);
  backend_->run([&] {
    Stream const& stream = backend_->stream();
    DeviceTable<double> on_a(stream, a), on_b(stream, b), on_c(stream, c);
    EXPECT_TRUE(simt::blas_log().empty());
    backend_->blas().gemm(stream, 1, on_a.view(), on_b.view(), 0, on_c.view());
    backend_->blas().gemv(stream, 1, on_a.view(), {on_b.data(), 4}, 0, VectorView<double>(on_c.data(), 6));
    backend_->blas().gemm_strided_batched(stream, 1, BatchView<double>(on_a.data(), 2, 3, 4),
                                          BatchView<double>(on_b.data(), 1, 4, 2), 0,
                                          BatchView<double>(on_c.data(), 2, 3, 2));
  });
  std::size_t const workspace = blas_workspace_bytes(9);
  EXPECT_THAT(simt::blas_log(),
              ElementsAre(simt::BlasCall{"cublasDgemm", false, false, 2, 6, 4, 1, 0, workspace, true},
                          simt::BlasCall{"cublasDgemv", true, false, 6, 1, 4, 1, 0, workspace, true},
                          simt::BlasCall{"cublasDgemmStridedBatched", false, false, 2, 3, 4, 2, 0, workspace, true}));
  EXPECT_EQ(std::ranges::count(simt::call_log(), "cublasCreate"), 1);
}

TEST_F(Products, OfNothingAskForNothing) {
  backend_->run([&] {
    Stream const& stream = backend_->stream();
    backend_->blas().gemm(stream, 1, MatrixView<double>(nullptr, 0, 3), MatrixView<double>(nullptr, 3, 0), 0,
                          MatrixView<double>(nullptr, 0, 0));
    backend_->blas().gemv(stream, 1, MatrixView<double>(nullptr, 0, 3), {nullptr, 3}, 0,
                          VectorView<double>(nullptr, 0));
    backend_->blas().gemm_strided_batched(stream, 1, BatchView<double>(nullptr, 0, 2, 2),
                                          BatchView<double>(nullptr, 0, 2, 2), 0, BatchView<double>(nullptr, 0, 2, 2));
  });
  EXPECT_TRUE(simt::blas_log().empty());
}

TEST_F(Products, OnAnotherStreamWaitForTheFirstAndKeepTheWorkspace) {
  Table const a = whole_numbers(5, 5, 0, 1), b = whole_numbers(5, 5, 0, 2), c = whole_numbers(5, 5, 0, 3);
  Table const once = textbook_product(1, a, b, 0, c), twice = textbook_product(1, a, once, 0, c);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simt::set_schedule_seed(seed);
    backend_->run([&] {
      Stream const &first = backend_->stream(), &second = backend_->copy_stream();
      DeviceTable<double> on_a(first, a), on_b(first, b), on_c(first, c), on_d(first, c);
      // The second product takes the result of the first: no event but that of the Blas orders the streams.
      backend_->blas().gemm(first, 1, on_a.view(), on_b.view(), 0, on_c.view());
      backend_->blas().gemm(second, 1, on_a.view(), on_c.view(), 0, on_d.view());
      second.wait();
      EXPECT_EQ(on_d.numbers(), twice.numbers);
    });
  }
  for (simt::BlasCall const& call : simt::blas_log()) EXPECT_GT(call.workspace_bytes, 0U);
}

TEST_F(Products, OfShapesThatDoNotFitAreADefect) {
  MatrixView<double> const two_by_three(nullptr, 2, 3), three_by_two(nullptr, 3, 2), square(nullptr, 2, 2);
  backend_->run([&] {
    Stream const& stream = backend_->stream();
    auto const message = [&](auto const& multiply) -> std::string {
      try {
        multiply(backend_->blas());
      } catch (std::logic_error const& error) {
        return error.what();
      }
      return "nothing was thrown";
    };
    EXPECT_EQ(message([&](Blas& blas) { blas.gemm(stream, 1, two_by_three, two_by_three, 0, square); }),
              "cuda::Blas::gemm: [2, 3] times [2, 3] is not [2, 2]");
    EXPECT_EQ(message([&](Blas& blas) { blas.gemm(stream, 1, two_by_three, three_by_two, 0, three_by_two); }),
              "cuda::Blas::gemm: [2, 3] times [3, 2] is not [3, 2]");
    EXPECT_EQ(message([&](Blas& blas) {
                blas.gemm(stream, 1, MatrixView<double>(nullptr, 2, 3, 2), three_by_two, 0, square);
              }),
              "cuda::Blas::gemm: a is [2, 3] with rows 2 apart");
    EXPECT_EQ(message([&](Blas& blas) {
                blas.gemv(stream, 1, two_by_three, {nullptr, 2}, 0, VectorView<double>(nullptr, 2));
              }),
              "cuda::Blas::gemv: [2, 3] times [2] is not [2]");
    EXPECT_EQ(message([&](Blas& blas) {
                blas.gemm_strided_batched(stream, 1, BatchView<double>(nullptr, 2, 2, 2),
                                          BatchView<double>(nullptr, 3, 2, 2), 0, BatchView<double>(nullptr, 3, 2, 2));
              }),
              "cuda::Blas::gemm_strided_batched: 2 times 3 matrices are not 3");
  });
}

TEST_F(Products, WithoutTheLibraryAreAClearErrorAndTheEngineGoesOn) {
  try {
    CublasLibrary::load("libcublas-of-nobody.so.13");
    ADD_FAILURE() << "nothing was thrown";
  } catch (DeviceError const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::library_missing);
    EXPECT_THAT(error.what(), HasSubstr("libcublas-of-nobody.so.13"));
  }
  try {
    CublasLibrary::load("libm.so.6");
    ADD_FAILURE() << "nothing was thrown";
  } catch (DeviceError const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::library_missing);
    EXPECT_STREQ(error.what(), "libm.so.6 is not the cuBLAS that is needed: it has no function cublasCreate_v2");
  }
  EXPECT_THROW(backend_->run([&] { Blas(backend_->stream(), "libcublas-of-nobody.so.13", 1024); }), DeviceError);
  EXPECT_NO_THROW(backend_->wait());
}

TEST_F(Products, ThatFailNameTheCallTheStatusAndThePlaceAndEndTheEngine) {
  Table const a = whole_numbers(2, 2, 0, 1);
  simt::fail_call({.at = 1, .error = cudaErrorLaunchFailure, .function = "cublasDgemm"});
  int line = 0;
  try {
    backend_->run([&] {
      DeviceTable<double> on_a(backend_->stream(), a), on_b(backend_->stream(), a), on_c(backend_->stream(), a);
      Blas& blas = backend_->blas();
      line = __LINE__ + 1;
      blas.gemm(backend_->stream(), 1, on_a.view(), on_b.view(), 0, on_c.view());
    });
    ADD_FAILURE() << "nothing was thrown";
  } catch (DeviceError const& error) {
    EXPECT_EQ(error.failure(), DeviceFailure::failed);
    EXPECT_THAT(error.what(), HasSubstr("cublasDgemm: CUBLAS_STATUS_EXECUTION_FAILED after cudaErrorLaunchFailure"));
    EXPECT_THAT(error.what(), HasSubstr("blas_test.cpp:" + std::to_string(line)));
  }
  EXPECT_THROW(backend_->wait(), DeviceError);
}

/// One product whose result is known, on an engine of its own.
class FailingProducts : public SimtTest {
 protected:
  enum class Ending { result, error };

  static Ending multiply(cudaError_t injected) {
    Table const a = whole_numbers(4, 3, 0, 1), b = whole_numbers(3, 2, 0, 2), c = whole_numbers(4, 2, 0, 3);
    try {
      auto const backend = CudaBackend::make(0, nullptr, 1);
      backend->run([&] {
        Stream const& stream = backend->stream();
        Blas blas(stream, REGIO_SIMT_EXECUTOR, 4096);
        DeviceTable<double> on_a(stream, a), on_b(stream, b), on_c(stream, c);
        blas.gemm(stream, 1, on_a.view(), on_b.view(), 1, on_c.view());
        blas.gemv(backend->copy_stream(), 1, on_c.view(), {on_b.data(), 2}, 0, VectorView<double>(on_a.data(), 4));
        backend->copy_stream().wait();
        Table const product = textbook_product(1, a, b, 1, c);
        EXPECT_EQ(on_c.numbers(), product.numbers);
      });
      return Ending::result;
    } catch (DeviceError const& error) {
      EXPECT_THAT(error.what(), HasSubstr(cudaGetErrorName(injected)));
      return Ending::error;
    }
  }
};

TEST_F(FailingProducts, AreClearErrorsOrTheRightResultAtEveryCall) {
  ASSERT_EQ(multiply(cudaSuccess), Ending::result);
  std::vector<std::string> const calls = simt::call_log();
  ASSERT_EQ(std::ranges::count_if(calls, [](std::string const& call) { return call.starts_with("cublas"); }), 11);
  std::size_t errors = 0;
  for (cudaError_t const error : {cudaErrorMemoryAllocation, cudaErrorLaunchFailure}) {
    for (bool const lost : {false, true}) {
      for (std::size_t at = 1; at <= calls.size(); ++at) {
        SCOPED_TRACE(calls[at - 1] + ", call " + std::to_string(at) + ", " + cudaGetErrorName(error) +
                     (lost ? ", device lost" : ""));
        simt::reset_runtime();
        simt::set_schedule_seed(at);
        simt::fail_call({.at = at, .error = error, .device_lost = lost});
        Ending const ending = multiply(error);
        errors += ending == Ending::error ? 1 : 0;
        bool const gives_nothing_back = calls[at - 1] != "cublasDestroy";
        EXPECT_TRUE(ending == Ending::error || !calls[at - 1].starts_with("cublas") || !gives_nothing_back);
        EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
      }
    }
  }
  EXPECT_GT(errors, 2 * calls.size());
}

TEST_F(FailingProducts, AreClearErrorsOrTheRightResultAtEveryPieceOfWork) {
  ASSERT_EQ(multiply(cudaSuccess), Ending::result);
  std::uint64_t const works = simt::work_count();
  for (std::uint64_t at = 1; at <= works; ++at) {
    SCOPED_TRACE("work " + std::to_string(at));
    simt::reset_runtime();
    simt::set_schedule_seed(at);
    simt::fail_work(at, cudaErrorIllegalAddress);
    multiply(cudaErrorIllegalAddress);
    EXPECT_EQ(simt::live_objects(), simt::LiveObjects{});
  }
}

TEST(Cublas, HasEveryFunctionWeCall) {
  if (void* const library = dlopen("libcublas.so.13", RTLD_LAZY | RTLD_LOCAL); library == nullptr) {
    GTEST_SKIP() << "cuBLAS is not installed";
  }
  EXPECT_NO_THROW((void)CublasLibrary::load("libcublas.so.13"));
}

}  // namespace
}  // namespace regio::cuda
