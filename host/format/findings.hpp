/// Collects what is wrong with the input, so that a user sees all of it at once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <regio/error.hpp>

namespace regio::format {

/// A text that was found, for a message: cut between characters (UTF-8) when it is long.
std::string shortened(std::string text);

/// Findings of one or several files; throw_if_any() ends the reading with an InputError.
///
/// The first 1000 are kept whole and the rest counted, so that a file of 10^7 bad cells costs no memory.
class Findings {
 public:
  void add(InputProblem problem);
  /// True when further findings are only counted; add_unlisted() then saves their description.
  [[nodiscard]] bool full() const noexcept;
  void add_unlisted() noexcept { ++unlisted_; }
  [[nodiscard]] bool empty() const noexcept { return problems_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return problems_.size() + unlisted_; }
  [[nodiscard]] std::vector<InputProblem> const& problems() const noexcept { return problems_; }
  /// Throws InputError, ordered by file (in order of first appearance), line and column.
  void throw_if_any();

 private:
  std::vector<InputProblem> problems_;
  std::size_t unlisted_ = 0;
};

}  // namespace regio::format
