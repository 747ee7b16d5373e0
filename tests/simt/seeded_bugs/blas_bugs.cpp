/// Mistakes with dense products that cuBLAS itself cannot see, or answers with a status.

#include "cuda/cublas_library.hpp"
#include "tests/simt/blas.hpp"
#include "tests/simt/seeded_bugs/seeded_bug.hpp"
#include "tests/simt/simulated_devices.hpp"

extern "C" {
regio::cuda::CublasLibrary::Create cublasCreate_v2;
regio::cuda::CublasLibrary::Destroy cublasDestroy_v2;
regio::cuda::CublasLibrary::SetStream cublasSetStream_v2;
regio::cuda::CublasLibrary::SetWorkspace cublasSetWorkspace_v2;
regio::cuda::CublasProducts<double>::Gemm cublasDgemm_v2_64;
}

namespace simt {
namespace {

using regio::cuda::CublasHandle;
using regio::cuda::CublasOperation;
using regio::cuda::CublasStatus;

struct FreshRuntime {
  FreshRuntime() { reset_runtime(); }
};

/// A handle with a stream on device 0, and products of 4 x 4 matrices.
class BlasBugs : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess);
    ASSERT_EQ(cublasCreate_v2(&handle_), CublasStatus::success);
    ASSERT_EQ(cublasSetStream_v2(handle_, stream_), CublasStatus::success);
  }
  void TearDown() override {
    EXPECT_EQ(cublasDestroy_v2(handle_), CublasStatus::success);
    EXPECT_EQ(cudaStreamDestroy(stream_), cudaSuccess);
  }

  static constexpr std::int64_t size_ = 4;

  CublasStatus product(double const* a, double const* b, double* c, std::int64_t leading_of_a = size_) {
    double const alpha = 1, beta = 0;
    return cublasDgemm_v2_64(handle_, CublasOperation::as_it_is, CublasOperation::as_it_is, size_, size_, size_, &alpha,
                             a, leading_of_a, b, size_, &beta, c, size_);
  }

  void expect_product_caught(FindingKind kind, std::string const& words, double const* a, double* c) {
    expect_caught(in_every_build(kind), words, [&] { return product(a, b_.data(), c) == CublasStatus::success; });
  }

  FreshRuntime fresh_;  // before there is memory
  cudaStream_t stream_ = nullptr;
  CublasHandle handle_ = nullptr;
  DeviceArray<double> a_{std::vector<double>(size_ * size_, 1)};
  DeviceArray<double> b_{std::vector<double>(size_ * size_, 2)};
  DeviceArray<double> c_{size_ * size_};
};

TEST_F(BlasBugs, NoneInACorrectProduct) {
  EXPECT_EQ(product(a_.data(), b_.data(), c_.data()), CublasStatus::success);
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  EXPECT_EQ(c_.values(), std::vector<double>(size_ * size_, 8));
  EXPECT_TRUE(findings().empty());
}

TEST_F(BlasBugs, AnOperandInHostMemory) {
  std::vector<double> const host(size_ * size_, 1);
  expect_product_caught(FindingKind::foreign_memory, "cublasDgemm: a does not lie in memory of a device", host.data(),
                        c_.data());
}

TEST_F(BlasBugs, AnOperandThatIsTooSmall) {
  DeviceArray<double> const small(size_ * size_ - 1);
  expect_product_caught(FindingKind::out_of_bounds, "c needs 128 bytes, its allocation has 120", a_.data(),
                        small.data());
}

TEST_F(BlasBugs, AnOperandOfAnotherDevice) {
  auto* const other = static_cast<double*>(device_allocate(1, size_ * size_ * sizeof(double)));
  expect_product_caught(FindingKind::foreign_memory, "c lies on device 1, the handle belongs to device 0", a_.data(),
                        other);
  device_free(other);
}

TEST_F(BlasBugs, AMisalignedOperand) {
  DeviceArray<double> const larger(size_ * size_ + 1);
  auto* const misaligned = reinterpret_cast<double*>(reinterpret_cast<char*>(larger.data()) + 4);
  expect_product_caught(FindingKind::misaligned, "c is misaligned", a_.data(), misaligned);
}

TEST_F(BlasBugs, AResultThatOverlapsAFactor) {
  DeviceArray<double> const both(std::vector<double>(2 * size_ * size_, 1));
  expect_product_caught(FindingKind::race, "the result overlaps a", both.data(), both.data() + size_);
}

TEST_F(BlasBugs, AWorkspaceInHostMemory) {
  alignas(256) static std::byte workspace[256];
  expect_caught(in_every_build(FindingKind::foreign_memory), "the workspace does not lie in memory of a device",
                [&] { return cublasSetWorkspace_v2(handle_, workspace, sizeof(workspace)) == CublasStatus::success; });
}

TEST_F(BlasBugs, AMisalignedWorkspace) {
  EXPECT_EQ(cublasSetWorkspace_v2(handle_, a_.data() + 1, 8), CublasStatus::invalid_value);
}

TEST_F(BlasBugs, AWorkspaceThatIsUsedForSomethingElse) {
  DeviceArray<std::byte> const memory(1024);
  ASSERT_EQ(cublasSetWorkspace_v2(handle_, memory.data(), 1024), CublasStatus::success);
  DeviceArray<double> const kept(std::vector<double>(1, 1));
  ASSERT_EQ(cudaMemcpyAsync(memory.data(), kept.data(), sizeof(double), cudaMemcpyDeviceToDevice, stream_),
            cudaSuccess);
  ASSERT_EQ(product(a_.data(), b_.data(), c_.data()), CublasStatus::success);
  ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  EXPECT_EQ(memory.values()[0], std::byte{0xFF}) << "a product leaves nothing of what stood in its workspace";
}

TEST_F(BlasBugs, AWrongLeadingDimension) {
  EXPECT_EQ(product(a_.data(), b_.data(), c_.data(), size_ - 1), CublasStatus::invalid_value);
  EXPECT_TRUE(blas_log().empty());
}

TEST_F(BlasBugs, AHandleOfAnotherDevice) {
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  EXPECT_EQ(product(a_.data(), b_.data(), c_.data()), CublasStatus::execution_failed);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidResourceHandle);
  cudaStream_t other = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), cudaSuccess);
  EXPECT_EQ(cublasSetStream_v2(handle_, other), CublasStatus::invalid_value);
  EXPECT_EQ(cudaStreamDestroy(other), cudaSuccess);
  ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
}

TEST_F(BlasBugs, AHandleThatIsNone) {
  double const alpha = 1;
  EXPECT_EQ(cublasDgemm_v2_64(nullptr, CublasOperation::as_it_is, CublasOperation::as_it_is, 1, 1, 1, &alpha, a_.data(),
                              1, b_.data(), 1, &alpha, c_.data(), 1),
            CublasStatus::not_initialized);
}

TEST_F(BlasBugs, AStreamThatIsGone) {
  ASSERT_EQ(cudaStreamDestroy(stream_), cudaSuccess);
  EXPECT_EQ(product(a_.data(), b_.data(), c_.data()), CublasStatus::invalid_value);
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess);
}

}  // namespace
}  // namespace simt
