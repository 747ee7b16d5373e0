#include "core/workers.hpp"

#include <string>

#include <regio/error.hpp>

namespace regio {
namespace {

int resolved(int threads) {
  if (threads < 0) {
    throw ContractError("Engine::cpu: threads", "is " + std::to_string(threads) + "; expected 0 (all cores) or more");
  }
  return threads == 0 ? tbb::this_task_arena::max_concurrency() : threads;
}

}  // namespace

Workers::Workers(int threads) : count_(resolved(threads)), arena_(count_) {}

}  // namespace regio
