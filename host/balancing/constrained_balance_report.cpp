#include <regio/constrained_balance.hpp>

#include <algorithm>

namespace regio {

std::string_view name(ConstrainedMethod method) noexcept {
  switch (method) {
    case ConstrainedMethod::mr_gras: return "mr-gras";
    case ConstrainedMethod::soft: return "soft";
    case ConstrainedMethod::kras: return "kras";
    case ConstrainedMethod::least_squares: return "least-squares";
  }
  return "unknown";
}

std::string_view name(CellWeight weight) noexcept {
  switch (weight) {
    case CellWeight::equal: return "equal";
    case CellWeight::magnitude: return "magnitude";
    case CellWeight::square: return "square";
  }
  return "unknown";
}

ConstrainedEvidence const* ConstrainedBalanceReport::evidence(Index b) const noexcept {
  auto const found =
      std::lower_bound(all_evidence.begin(), all_evidence.end(), b,
                       [](ConstrainedEvidence const& evidence, Index problem) { return evidence.problem < problem; });
  return found != all_evidence.end() && found->problem == b ? &*found : nullptr;
}

}  // namespace regio
