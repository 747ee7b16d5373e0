#include "kernels/balance_batch.cuh"
#include "kernels/balance_launch.cuh"
#include "kernels/launch.cuh"

namespace regio::cuda {

std::int64_t balance_shared_bytes(BalanceLayout<std::int64_t> const& layout) {
  static_assert(sizeof(BalanceBlock<true>::Control) == sizeof(BalanceBlock<false>::Control));
  return static_cast<std::int64_t>(sizeof(double)) * layout.doubles() +
         static_cast<std::int64_t>(sizeof(BalanceBlock<true>::Control));
}

cudaError_t launch_balance_batch(cudaStream_t stream, bool is_signed, std::int64_t tables, int threads,
                                 std::int64_t shared_bytes, BalanceBatchArguments const& arguments) {
  LaunchShape const shape{dim3(static_cast<unsigned>(tables)), dim3(static_cast<unsigned>(threads)),
                          static_cast<std::size_t>(shared_bytes)};
  if (is_signed) return launch("balance_batch_signed", balance_batch<true>, shape, stream, arguments);
  return launch("balance_batch", balance_batch<false>, shape, stream, arguments);
}

}  // namespace regio::cuda
