/// Exceptions of regio: broken contracts, bad input, broken devices, and the caller's own interruption.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <regio/export.hpp>

namespace regio {

/// A caller broke a function's contract: shapes that differ, NaN, a negative weight.
/// The text names the function, the argument, the position and the value found.
class REGIO_API ContractError : public std::invalid_argument {
 public:
  /// `where`: "kmeans_fit: problems[3].points"; `message`: "row 7, column 2 is NaN; points must be finite".
  ContractError(std::string where, std::string const& message);

  [[nodiscard]] std::string const& where() const noexcept { return where_; }

 private:
  std::string where_;
};

/// One finding in a file. Lines and columns count from 1; 0 means that the position does not apply.
struct REGIO_API InputProblem {
  std::string file;
  std::int64_t line = 0;
  std::int64_t column = 0;
  std::string field;     ///< column or key name, where there is one
  std::string found;     ///< the text found; empty: nothing was there
  std::string expected;  ///< what should stand there, in words

  /// "panel.csv:17:4: gsp: found 'abc', expected a number".
  [[nodiscard]] std::string text() const;
};

/// Input files or options that cannot be used. Carries every finding up to 1000; at most 20 are printed, the rest
/// counted.
class REGIO_API InputError : public std::runtime_error {
 public:
  /// `unlisted`: how many findings there are beyond `problems`.
  explicit InputError(std::vector<InputProblem> problems, std::size_t unlisted = 0);
  explicit InputError(std::string message);

  [[nodiscard]] std::vector<InputProblem> const& problems() const noexcept { return problems_; }

 private:
  std::vector<InputProblem> problems_;
};

/// A result that could not be written: full disk, folder without permission, a folder that is not ours.
class REGIO_API OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Why a device cannot be used, or can no longer be used.
enum class DeviceFailure : std::uint8_t {
  built_without_cuda,  ///< this build of regio has no CUDA backend
  library_missing,     ///< libregio_cuda, or a library that it needs, could not be loaded
  abi_mismatch,        ///< libregio_cuda belongs to another version of regio
  driver_missing,      ///< no CUDA driver, or one that is too old
  no_device,           ///< the driver works and reports no such device
  out_of_memory,       ///< device memory does not hold even one problem of the batch
  failed,              ///< a call failed; the engine can no longer be used
};

/// The name of a failure as it stands in messages and JSON: "built-without-cuda", ...
REGIO_API std::string_view name(DeviceFailure failure) noexcept;

/// A device that cannot be used or has failed.
class REGIO_API DeviceError : public std::runtime_error {
 public:
  DeviceError(DeviceFailure failure, std::string const& message);

  [[nodiscard]] DeviceFailure failure() const noexcept { return failure_; }

 private:
  DeviceFailure failure_;
};

/// The caller's stop token was raised while a study ran. What was finished can be resumed.
class REGIO_API Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace regio
