#include "study/balance_variant.hpp"

#include <algorithm>
#include <array>

#include "format/findings.hpp"

namespace regio::study {
namespace {

using format::Findings;
using format::StudyDocument;

constexpr std::array constrained_methods = {ConstrainedMethod::mr_gras, ConstrainedMethod::soft,
                                            ConstrainedMethod::kras, ConstrainedMethod::least_squares};

void check_national(StudyDocument const& document, Findings& findings) {
  for (char const* const key : {"labels", "constraints", "bounds"}) {
    if (!document.has("input", key)) continue;
    findings.add(document.problem("input", key, "no file of this kind: it does not go together with national"));
  }
  if (constrained_method(document.text("balance", "method"))) {
    findings.add(document.problem("balance", "method", "gras or ras, the methods of national control"));
  }
}

void check_constrained(StudyDocument const& document, Findings& findings) {
  if (document.text("balance", "method") == "ras") {
    findings.add(document.problem("balance", "method",
                                  "mr-gras, soft, kras or least-squares: ras takes neither constraints nor bounds"));
  }
  if (!document.boolean("balance", "over_relaxation")) {
    findings.add(document.problem("balance", "over_relaxation", "nothing: only gras and ras have an over-relaxation"));
  }
  double const tolerance = document.number("balance", "tolerance");
  if (tolerance <= 0 || tolerance >= 1) {
    findings.add(document.problem("balance", "tolerance", "a number above 0 and below 1"));
  }
}

/// What only balance_tables does.
void check_one_table(StudyDocument const& document, Findings& findings) {
  if (document.has("balance", "show")) {
    findings.add(
        document.problem("balance", "show", "many tables, which national control and constraints do not take"));
  }
  if (document.integer("monte_carlo", "draws") > 0) {
    findings.add(document.problem("monte_carlo", "draws",
                                  "0: national control and constraints do not take draws of uncertain totals"));
  }
}

}  // namespace

std::vector<std::string> balance_method_words() {
  std::vector<std::string> words = {"gras", "ras"};
  for (ConstrainedMethod const method : constrained_methods) words.emplace_back(name(method));
  return words;
}

std::optional<ConstrainedMethod> constrained_method(std::string_view word) {
  auto const found = std::ranges::find_if(constrained_methods, [&](auto method) { return name(method) == word; });
  return found == constrained_methods.end() ? std::nullopt : std::optional(*found);
}

std::vector<Word<CellWeight>> const& cell_weight_words() {
  static std::vector<Word<CellWeight>> const words = {{name(CellWeight::magnitude), CellWeight::magnitude},
                                                      {name(CellWeight::equal), CellWeight::equal},
                                                      {name(CellWeight::square), CellWeight::square}};
  return words;
}

CellWeight cell_weight(std::string_view word) { return value_of(cell_weight_words(), word); }

BalanceVariant balance_variant(StudyDocument const& document) {
  Findings findings;
  std::string const& method = document.text("balance", "method");
  BalanceVariant variant = BalanceVariant::two_margins;
  if (document.has("input", "national")) {
    variant = BalanceVariant::national;
    check_national(document, findings);
  } else if (document.has("input", "constraints") || document.has("input", "bounds") || constrained_method(method)) {
    variant = BalanceVariant::constrained;
    check_constrained(document, findings);
  }
  if (document.text("balance", "weight") != cell_weight_words().front().text && method != "least-squares") {
    findings.add(document.problem("balance", "weight", "the method least-squares, which alone has weights"));
  }
  if (variant != BalanceVariant::two_margins) check_one_table(document, findings);
  findings.throw_if_any();
  return variant;
}

}  // namespace regio::study
