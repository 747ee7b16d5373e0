#include "tests/simt/fault_injection.hpp"

#include <algorithm>
#include <utility>

#include "tests/simt/runtime_state.hpp"

namespace simt {

void fail_call(Fault const& fault) { runtime().call_faults.push_back(fault); }

void fail_work(std::uint64_t at, cudaError_t error) { runtime().work_faults[at] = error; }

void before_call(std::size_t at, std::function<void()> action) {
  runtime().actions_before_calls[at] = std::move(action);
}

std::vector<std::string> call_log() { return runtime().calls; }

std::uint64_t work_count() { return runtime().works; }

cudaError_t begin_call(char const* function, int device) {
  RuntimeState& state = runtime();
  state.calls.emplace_back(function);
  if (auto const action = state.actions_before_calls.find(state.calls.size());
      action != state.actions_before_calls.end()) {
    action->second();
  }
  if (device != no_device && error_of(device) != cudaSuccess) return error_of(device);
  auto const calls_of = [&](std::string const& name) {
    return name.empty() ? state.calls.size() : static_cast<std::size_t>(std::ranges::count(state.calls, name));
  };
  for (Fault const& fault : state.call_faults) {
    bool const concerned = fault.function.empty() || fault.function == function;
    if (!concerned || calls_of(fault.function) != fault.at) continue;
    if (fault.device_lost && device != no_device) lose_device(device, fault.error);
    return fault.error;
  }
  return cudaSuccess;
}

}  // namespace simt
