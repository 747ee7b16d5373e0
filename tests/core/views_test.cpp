#include <regio/views.hpp>

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace regio {
namespace {

TEST(VectorView, SeesItsVector) {
  std::vector<double> values{1, 2, 3};
  VectorView<double> const view(values);
  view[1] = 7;
  EXPECT_EQ(values[1], 7);
  EXPECT_EQ(view.size(), 3);
  VectorView<double const> const read_only = view;
  EXPECT_EQ(read_only.data_handle(), values.data());
}

TEST(VectorView, DefaultIsEmpty) {
  VectorView<double> const view;
  EXPECT_TRUE(view.empty());
  EXPECT_EQ(view.begin(), view.end());
}

TEST(MatrixView, RowStrideMakesABlockOfColumns) {
  std::vector<int> values(12);
  std::iota(values.begin(), values.end(), 0);
  MatrixView<int> const block(values.data() + 1, 3, 2, 4);
  EXPECT_EQ(block(0, 0), 1);
  EXPECT_EQ(block(2, 1), 10);
  EXPECT_EQ(block.row(1)[1], 6);
  EXPECT_EQ(block.stride(0), 4);
  EXPECT_EQ(block.stride(1), 1);
}

TEST(BatchView, MatricesStandOneAfterAnother) {
  std::vector<int> values(24);
  std::iota(values.begin(), values.end(), 0);
  BatchView<int const> const batch = BatchView<int>(values.data(), 2, 3, 4);
  EXPECT_EQ(batch(1, 2, 3), 23);
  EXPECT_EQ(batch[1](0, 0), 12);
  EXPECT_FALSE(batch.empty());
  EXPECT_TRUE((BatchView<int>(values.data(), 0, 3, 4)).empty());
}

TEST(MatrixView, PositionsBeyond32BitsDoNotOverflow) {
  // Only addresses are computed here; the memory is never touched.
  auto* const base = reinterpret_cast<char*>(std::uintptr_t{1} << 40);
  MatrixView<char> const view(base, Index{1} << 31, 15);
  EXPECT_EQ(view.row((Index{1} << 31) - 1).data_handle() - base, ((Index{1} << 31) - 1) * 15);
}

}  // namespace
}  // namespace regio
