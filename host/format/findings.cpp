#include "format/findings.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace regio::format {
namespace {

constexpr std::size_t kept_findings = 1000;
constexpr std::size_t longest_found = 60;

}  // namespace

std::string shortened(std::string text) {
  if (text.size() <= longest_found) return text;
  std::size_t end = longest_found;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text + "...";
}

bool Findings::full() const noexcept { return problems_.size() >= kept_findings; }

void Findings::add(InputProblem problem) {
  if (full()) {
    add_unlisted();
  } else {
    problems_.push_back(std::move(problem));
  }
}

void Findings::throw_if_any() {
  if (problems_.empty()) return;
  std::vector<std::string> files;
  auto const file_rank = [&](InputProblem const& problem) {
    return std::find(files.begin(), files.end(), problem.file) - files.begin();
  };
  for (InputProblem const& problem : problems_) {
    if (file_rank(problem) == std::ssize(files)) files.push_back(problem.file);
  }
  std::stable_sort(problems_.begin(), problems_.end(), [&](InputProblem const& a, InputProblem const& b) {
    return std::tuple(file_rank(a), a.line, a.column) < std::tuple(file_rank(b), b.line, b.column);
  });
  throw InputError(std::exchange(problems_, {}), std::exchange(unlisted_, 0));
}

}  // namespace regio::format
