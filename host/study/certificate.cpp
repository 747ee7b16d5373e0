#include "study/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "study/balance_explanation.hpp"
#include "study/figures/vega_lite.hpp"
#include "study/table_columns.hpp"

namespace regio::study {
namespace {

constexpr std::size_t most_groups_named = 4;
constexpr std::size_t most_terms_listed = 500;

/// Totals of one margin and region that have the same multiplier.
struct Group {
  CertificateTerm const* first = nullptr;
  std::vector<std::string> labels;

  [[nodiscard]] bool takes(CertificateTerm const& term) const {
    return term.margin == first->margin && term.region == first->region;
  }
  [[nodiscard]] std::string text() const {
    std::string words = first->margin + (labels.size() == 1 ? " " : "s ") + listed(labels);
    if (!first->region.empty()) words += " of region '" + first->region + "'";
    return words;
  }
};

}  // namespace

/// What one side of the certificate is called, and what its totals add up to.
struct Certificate::Side {
  std::vector<Group> groups;
  double sum = 0;  ///< of |multiplier| * total
  std::size_t totals = 0;

  [[nodiscard]] bool is_one() const { return totals == 1; }
  [[nodiscard]] std::string text() const {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < groups.size() && i < most_groups_named; ++i) words.push_back(groups[i].text());
    if (groups.size() > most_groups_named) {
      std::size_t others = 0;
      for (std::size_t i = most_groups_named; i < groups.size(); ++i) others += groups[i].labels.size();
      words.push_back(counted(static_cast<Index>(others), "total more", "totals more"));
    }
    return enumeration(words);
  }
};

Certificate::Side Certificate::side(int sign) const {
  Side side;
  long double sum = 0;
  for (CertificateTerm const& term : terms) {
    if (term.multiplier * sign <= 0) continue;
    sum += std::abs(static_cast<long double>(term.multiplier)) * term.total;
    ++side.totals;
    auto group =
        std::find_if(side.groups.begin(), side.groups.end(), [&](Group const& known) { return known.takes(term); });
    if (group == side.groups.end()) group = side.groups.insert(group, Group{&term, {}});
    group->labels.push_back("'" + term.label + "'");
  }
  side.sum = static_cast<double>(sum);
  return side;
}

bool Certificate::has_weights() const {
  return std::any_of(terms.begin(), terms.end(),
                     [](CertificateTerm const& term) { return std::abs(term.multiplier) != 1; });
}

std::string Certificate::conflict() const {
  Side const needs = side(1), gives = side(-1);
  std::string const weighted = has_weights() ? ", each total times its multiplier" : "";
  std::string const excess = ": " + amount(deficit) + " too much" + weighted;
  // What is left when the deficit is taken from what is needed: the limit, whatever cells become.
  double const room = needs.sum - deficit;
  std::string const bounds = gives.groups.empty() ? "the bounds" : " and the bounds";
  if (needs.groups.empty()) {
    return gives.text() + (gives.is_one() ? " has the total " : " have totals that add up to ") + amount(gives.sum) +
           ", but cannot have less than " + amount(gives.sum + deficit) + excess;
  }
  std::string const need =
      needs.text() + (needs.is_one() ? " needs " + amount(needs.sum) : " need " + amount(needs.sum) + " together");
  if (gives.groups.empty() && !has_bounds) {
    return need + ", but no cell there can take more than " + amount(room) + excess;
  }
  bool const one = gives.is_one() && !has_bounds;
  return need + ", but " + gives.text() + (has_bounds ? bounds : "") + (one ? " leaves" : " leave") +
         " room for only " + amount(room) + excess;
}

std::string Certificate::repair(bool cells_help) const {
  Side const needs = side(1), gives = side(-1);
  std::vector<std::string> ways;
  if (!needs.groups.empty()) ways.push_back("lower " + needs.text());
  if (!gives.groups.empty()) ways.push_back("raise " + gives.text());
  std::string text = "Repair: ";
  for (std::size_t i = 0; i < ways.size(); ++i) text += (i == 0 ? "" : ", or ") + ways[i];
  text += ", by at least " + amount(deficit) + " together" +
          (has_weights() ? " (a total counts as often as its multiplier says)" : "");
  if (has_bounds) text += "; or widen bounds";
  return text + (cells_help ? "; or put a number into a cell that is zero and would give them room." : ".");
}

format::ReportTable Certificate::table() const {
  std::vector<CertificateTerm const*> order;
  for (CertificateTerm const& term : terms) order.push_back(&term);
  auto const weight = [](CertificateTerm const* term) { return std::abs(term->multiplier * term->total); };
  std::stable_sort(order.begin(), order.end(),
                   [&](CertificateTerm const* a, CertificateTerm const* b) { return weight(a) > weight(b); });
  bool const has_regions =
      std::any_of(terms.begin(), terms.end(), [](CertificateTerm const& term) { return !term.region.empty(); });
  format::ReportTable table{.name = "certificate", .caption = "The totals in conflict", .digits = 8};
  table.columns = {"Margin"};
  if (has_regions) table.columns.emplace_back("Region");
  for (char const* const column : {"Label", "Multiplier", "Total", "Multiplier times total"}) {
    table.columns.emplace_back(column);
  }
  if (order.size() > most_terms_listed) {
    table.note = "The first " + std::to_string(most_terms_listed) + " of " + std::to_string(order.size()) + " totals.";
    order.resize(most_terms_listed);
  }
  for (CertificateTerm const* const term : order) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(term->margin);
    if (has_regions) row.emplace_back(term->region);
    row.emplace_back(term->label);
    row.emplace_back(term->multiplier);
    row.emplace_back(term->total);
    row.emplace_back(term->multiplier * term->total);
  }
  return table;
}

}  // namespace regio::study
