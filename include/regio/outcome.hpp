/// How one problem of a batch ended. Mathematics that answers "no" is an outcome, never an exception.
#pragma once

#include <cstdint>
#include <string_view>

#include <regio/export.hpp>

namespace regio {

enum class Outcome : std::uint8_t {
  converged,        ///< the documented stopping rule was met
  iteration_limit,  ///< stopped by the caller's limit; the result is the last iterate
  stalled,          ///< no further progress is possible and the stopping rule is not met
  infeasible,       ///< no solution exists; the report carries a certificate
  boundary,         ///< a solution exists only in the limit
  unbounded,        ///< the objective has no finite optimum
  singular,         ///< the system has no unique solution
  nonproductive,    ///< an input-output system whose spectral radius is at least one
  not_finite,       ///< the input or an intermediate result is not a finite number
  cancelled,        ///< stopped by the caller's stop token before it was finished
};

/// The name of an outcome as it stands in files: "converged", "iteration_limit", ...
REGIO_API std::string_view name(Outcome outcome) noexcept;

}  // namespace regio
