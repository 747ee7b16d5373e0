#include <algorithm>
#include <utility>

#include <regio/error.hpp>
#include <regio/outcome.hpp>

namespace regio {
namespace {

constexpr std::size_t printed_problems = 20;

std::string joined(std::vector<InputProblem> const& problems, std::size_t unlisted) {
  std::string text;
  std::size_t const printed = std::min(problems.size(), printed_problems);
  for (std::size_t i = 0; i < printed; ++i) {
    if (i > 0) text += '\n';
    text += problems[i].text();
  }
  std::size_t const more = problems.size() - printed + unlisted;
  if (more > 0) text += "\n... and " + std::to_string(more) + " more";
  return text;
}

}  // namespace

ContractError::ContractError(std::string where, std::string const& message)
    : std::invalid_argument(where + " " + message), where_(std::move(where)) {}

std::string InputProblem::text() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (column > 0) text += ":" + std::to_string(column);
  if (!text.empty()) text += ": ";
  if (!field.empty()) text += field + ": ";
  if (!found.empty()) text += "found '" + found + "', ";
  return text + (found.empty() ? "" : "expected ") + expected;
}

InputError::InputError(std::vector<InputProblem> problems, std::size_t unlisted)
    : std::runtime_error(joined(problems, unlisted)), problems_(std::move(problems)) {}

InputError::InputError(std::string message)
    : std::runtime_error(message), problems_{InputProblem{.expected = std::move(message)}} {}

DeviceError::DeviceError(DeviceFailure failure, std::string const& message)
    : std::runtime_error(message), failure_(failure) {}

std::string_view name(DeviceFailure failure) noexcept {
  switch (failure) {
    case DeviceFailure::built_without_cuda: return "built-without-cuda";
    case DeviceFailure::library_missing: return "library-missing";
    case DeviceFailure::abi_mismatch: return "abi-mismatch";
    case DeviceFailure::driver_missing: return "driver-missing";
    case DeviceFailure::no_device: return "no-device";
    case DeviceFailure::out_of_memory: return "out-of-memory";
    case DeviceFailure::failed: break;
  }
  return "failed";
}

std::string_view name(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::converged: return "converged";
    case Outcome::iteration_limit: return "iteration_limit";
    case Outcome::stalled: return "stalled";
    case Outcome::infeasible: return "infeasible";
    case Outcome::boundary: return "boundary";
    case Outcome::unbounded: return "unbounded";
    case Outcome::singular: return "singular";
    case Outcome::nonproductive: return "nonproductive";
    case Outcome::not_finite: return "not_finite";
    case Outcome::cancelled: break;
  }
  return "cancelled";
}

}  // namespace regio
