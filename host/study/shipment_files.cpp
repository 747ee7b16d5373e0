#include "study/shipment_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <tuple>
#include <unordered_map>

#include "study/table_columns.hpp"

namespace regio::study {
namespace {

using format::CsvTable;
using format::Findings;

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

std::string label_of(std::map<std::string, std::string> const& labels, std::string const& code) {
  auto const found = labels.find(code);
  return found == labels.end() || found->second.empty() ? code : found->second;
}

/// 1 for `raw`, 0 for `finished`, nothing for an empty cell; any other word is a finding.
std::optional<std::uint8_t> use_of(CsvTable const& table, Index row, Index column, Findings& findings) {
  std::string const word = table.text(row, column);
  if (word == "raw") return std::uint8_t{1};
  if (word == "finished") return std::uint8_t{0};
  if (!word.empty()) findings.add(table.problem(row, column, "raw or finished"));
  return std::nullopt;
}

IndustryClass class_of(CsvTable const& table, Index row, Index column, Findings& findings) {
  std::string const word = table.text(row, column);
  for (IndustryClass const industry : {IndustryClass::traded, IndustryClass::conditional, IndustryClass::local}) {
    if (word == name(industry)) return industry;
  }
  findings.add(table.problem(row, column, "traded, conditional or local"));
  return IndustryClass::traded;
}

/// Codes of a column: those of `known` where it is given, otherwise in order of their first appearance.
class Codes {
 public:
  Codes(CsvTable const& table, RegionCodes const* known, std::string what)
      : table_(table), known_(known), what_(std::move(what)) {
    if (known != nullptr) codes_ = *known;
  }

  Index at(Index row, Index column, Findings& findings) {
    std::string const code = table_.text(row, column);
    if (known_ == nullptr) {
      if (code.empty()) findings.add(table_.problem(row, column, "the code of " + with_article(what_)));
      return codes_.insert(code);
    }
    if (auto const found = known_->find(code)) return *found;
    findings.add(table_.problem(row, column, "the code of " + with_article(what_) + known_->hint(code)));
    return 0;
  }
  [[nodiscard]] RegionCodes const& codes() const noexcept { return codes_; }

 private:
  CsvTable const& table_;
  RegionCodes const* known_;
  std::string what_;
  RegionCodes codes_;
};

/// Values that must be there and not negative.
std::vector<double> amounts(CsvTable const& table, Index column, Findings& findings) {
  std::size_t const before = findings.size();
  std::vector<double> values = complete_numbers(table, column, "a number", findings);
  if (findings.size() != before) return values;
  for (Index row = 0; row < table.rows(); ++row) {
    if (values[position(row)] < 0) findings.add(table.problem(row, column, "a number that is not negative"));
  }
  return values;
}

/// Years of the rows; 0 without a column.
std::vector<int> years_of(CsvTable const& table, std::optional<Index> column, Findings& findings) {
  return column ? table.integers(*column, findings) : std::vector<int>(position(table.rows()), 0);
}

/// A year that is missing between two others, for the reader of the report.
std::vector<std::string> year_gaps(std::vector<ShipmentsOfYear> const& years) {
  std::vector<std::string> missing;
  for (std::size_t y = 1; y < years.size(); ++y) {
    int const first = years[y - 1].year + 1, last = years[y].year - 1;
    if (first == last) missing.push_back(std::to_string(first));
    if (first < last) missing.push_back(fmt::format("{}-{}", first, last));
  }
  if (missing.empty()) return {};
  return {
      fmt::format("There are no shipments of {}: these years are left out, nothing is filled in.", listed(missing))};
}

struct ShipmentColumns {
  Index origin, destination, industry, value;
  std::optional<Index> year, use;
};

std::optional<ShipmentColumns> columns_of(CsvTable const& table, Findings& findings) {
  auto const origin = table.require("origin", findings), destination = table.require("destination", findings);
  auto const industry = table.require("industry", findings), value = table.require("value", findings);
  refuse_other_columns(table, {"origin", "destination", "industry", "value", "year", "use"}, findings);
  if (!origin || !destination || !industry || !value) return std::nullopt;
  return ShipmentColumns{*origin, *destination, *industry, *value, table.find("year"), table.find("use")};
}

/// Two lines of the same shipment.
void refuse_repeated(CsvTable const& table, ShipmentColumns const& columns, ShipmentsFile const& file,
                     std::vector<std::tuple<int, Index, Index, Index, int>> const& keys, Findings& findings) {
  std::vector<Index> order(keys.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = static_cast<Index>(k);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return keys[position(a)] < keys[position(b)]; });
  std::vector<std::pair<Index, Index>> repeated;  // the later line, the first one
  for (std::size_t k = 1, first = 0; k < order.size(); ++k) {
    if (keys[position(order[k])] == keys[position(order[first])]) {
      repeated.emplace_back(order[k], order[first]);
    } else {
      first = k;
    }
  }
  std::sort(repeated.begin(), repeated.end());
  for (auto const& [row, first] : repeated) {
    if (findings.full()) {
      findings.add_unlisted();
      continue;
    }
    auto const& [year, origin, destination, industry, use] = keys[position(row)];
    std::string key = "industry " + file.industries.codes()[position(industry)] + " from " +
                      file.regions.codes()[position(origin)] + " to " + file.regions.codes()[position(destination)];
    if (file.has_years) key += " in " + std::to_string(year);
    refuse_duplicate(table, row, columns.origin, key, table.line(first), findings);
  }
}

}  // namespace

IndustriesFile read_industries(std::filesystem::path const& path, Findings& findings) {
  IndustriesFile result;
  auto const table = open_table(path, findings);
  if (!table) return result;
  auto const column = table->require("industry", findings);
  refuse_other_columns(*table, {"industry", "label", "use", "traded"}, findings);
  if (!column) return result;
  auto const label = table->find("label"), use = table->find("use"), traded = table->find("traded");
  UniqueLabels codes(*table);
  for (Index row = 0; row < table->rows(); ++row) {
    if (!codes.add(row, *column, "industry", findings)) continue;
    if (label) result.labels[table->text(row, *column)] = table->text(row, *label);
    if (use) result.raw.push_back(use_of(*table, row, *use, findings).value_or(0));
    if (traded) result.classes.push_back(class_of(*table, row, *traded, findings));
  }
  result.codes = codes.labels();
  return result;
}

Shipments ShipmentsFile::shipments(ShipmentsOfYear const& of_year) const {
  return {.regions = regions.size(),
          .industries = industries.size(),
          .list = {.origin = of_year.origin,
                   .destination = of_year.destination,
                   .industry = of_year.industry,
                   .value = of_year.value,
                   .is_raw = of_year.is_raw}};
}

ShipmentsOfYear ShipmentsFile::all_years() const {
  ShipmentsOfYear all;
  for (ShipmentsOfYear const& year : years) {
    all.origin.insert(all.origin.end(), year.origin.begin(), year.origin.end());
    all.destination.insert(all.destination.end(), year.destination.begin(), year.destination.end());
    all.industry.insert(all.industry.end(), year.industry.begin(), year.industry.end());
    all.value.insert(all.value.end(), year.value.begin(), year.value.end());
    all.is_raw.insert(all.is_raw.end(), year.is_raw.begin(), year.is_raw.end());
  }
  return all;
}

std::string ShipmentsFile::region_label(Index region) const {
  return label_of(region_labels, regions.codes()[position(region)]);
}
std::string ShipmentsFile::industry_label(Index industry) const {
  return industry_label(industries.codes()[position(industry)]);
}
std::string ShipmentsFile::industry_label(std::string const& code) const { return label_of(industry_labels, code); }

ShipmentsFile read_shipments(std::filesystem::path const& path, RegionsFile const* regions,
                             IndustriesFile const* industries, Findings& findings) {
  ShipmentsFile result;
  auto const table = open_table(path, findings);
  if (!table) return result;
  auto const columns = columns_of(*table, findings);
  if (!columns) return result;
  if (table->rows() == 0) {
    findings.add(column_problem(*table, "", "at least one shipment"));
    return result;
  }
  std::size_t const before = findings.size();
  std::vector<int> const years = years_of(*table, columns->year, findings);
  std::vector<double> const values = amounts(*table, columns->value, findings);
  Codes region_codes(*table, regions == nullptr ? nullptr : &regions->codes, "region");
  Codes industry_codes(*table, industries == nullptr ? nullptr : &industries->codes, "industry");
  bool const industries_tell = industries != nullptr && !industries->raw.empty();
  std::map<int, ShipmentsOfYear> by_year;
  std::vector<std::tuple<int, Index, Index, Index, int>> keys;
  for (Index row = 0; row < table->rows(); ++row) {
    Index const origin = region_codes.at(row, columns->origin, findings);
    Index const destination = region_codes.at(row, columns->destination, findings);
    Index const industry = industry_codes.at(row, columns->industry, findings);
    std::optional<std::uint8_t> use;
    if (columns->use) use = use_of(*table, row, *columns->use, findings);
    bool const known = findings.size() == before;
    std::uint8_t const of_industry = known && industries_tell ? industries->raw[position(industry)] : std::uint8_t{0};
    keys.emplace_back(years[position(row)], origin, destination, industry, use ? *use : -1);
    ShipmentsOfYear& year = by_year[years[position(row)]];
    year.origin.push_back(static_cast<std::int32_t>(origin));
    year.destination.push_back(static_cast<std::int32_t>(destination));
    year.industry.push_back(static_cast<std::int32_t>(industry));
    year.value.push_back(values[position(row)]);
    year.is_raw.push_back(use.value_or(of_industry));
  }
  result.regions = region_codes.codes();
  result.industries = industry_codes.codes();
  result.has_years = columns->year.has_value();
  result.has_use = columns->use.has_value() || industries_tell;
  if (findings.size() == before) refuse_repeated(*table, *columns, result, keys, findings);
  if (regions != nullptr) result.region_labels = regions->labels;
  if (industries != nullptr) {
    result.industry_labels = industries->labels;
    result.classes = industries->classes;
    for (IndustryClass const industry : industries->classes) {
      result.traded.push_back(industry == IndustryClass::traded ? 1 : 0);
    }
  }
  for (auto& [number, year] : by_year) {
    year.year = number;
    result.years.push_back(std::move(year));
  }
  result.notices = year_gaps(result.years);
  if (!result.has_use) {
    result.notices.emplace_back(
        "Neither the shipments nor the industries say what is raw material or supply: all shipments count as finished "
        "products, and A is 0.");
  }
  return result;
}

std::vector<std::int32_t> merge_regions(std::filesystem::path const& path, ShipmentsFile& shipments,
                                        Findings& findings) {
  auto const table = open_table(path, findings);
  if (!table) return {};
  auto const into = table->require("into", findings), region = table->require("region", findings);
  refuse_other_columns(*table, {"into", "region"}, findings);
  if (!into || !region) return {};
  std::map<std::string, std::string> merged;
  std::unordered_map<std::string, std::int64_t> line;
  for (Index row = 0; row < table->rows(); ++row) {
    std::string const part = table->text(row, *region), whole = table->text(row, *into);
    if (whole.empty()) findings.add(table->problem(row, *into, "the code of the merged region"));
    if (!shipments.regions.find(part)) {
      findings.add(table->problem(row, *region, "the code of a region" + shipments.regions.hint(part)));
    }
    if (auto const [place, is_new] = line.try_emplace(part, table->line(row)); !is_new) {
      refuse_duplicate(*table, row, *region, "a region", place->second, findings);
    }
    merged[part] = whole;
  }
  if (!findings.empty()) return {};
  RegionCodes codes;
  std::vector<std::int32_t> result;
  for (std::string const& code : shipments.regions.codes()) {
    auto const found = merged.find(code);
    result.push_back(static_cast<std::int32_t>(codes.insert(found == merged.end() ? code : found->second)));
  }
  for (auto const& [part, whole] : merged) {
    if (whole != part && shipments.regions.find(whole) && !merged.contains(whole)) {
      findings.add(column_problem(*table, "into", "'" + whole + "' is a region of its own that is not merged"));
    }
  }
  shipments.regions = codes;
  for (ShipmentsOfYear& year : shipments.years) {
    for (std::int32_t& r : year.origin) r = result[position(r)];
    for (std::int32_t& r : year.destination) r = result[position(r)];
  }
  return result;
}

RegionalFacts read_regional_facts(std::filesystem::path const& path, RegionCodes const& old_regions,
                                  std::vector<std::int32_t> const& position_of, Index regions, int year,
                                  RegionCodes const* industries, Findings& findings) {
  RegionalFacts result;
  auto const table = open_table(path, findings);
  if (!table) return result;
  auto const region_column = table->require("region", findings), industry_column = table->require("industry", findings);
  auto const value_column = table->require("value", findings);
  refuse_other_columns(*table, {"region", "industry", "value", "year"}, findings);
  if (!region_column || !industry_column || !value_column) return result;
  auto const year_column = table->find("year");
  std::vector<int> const years = years_of(*table, year_column, findings);
  std::vector<double> const values = amounts(*table, *value_column, findings);
  Codes region_codes(*table, &old_regions, "region"), industry_codes(*table, industries, "industry of the employment");
  std::map<std::tuple<int, Index, Index>, Index> seen;
  std::vector<std::tuple<Index, Index, double>> cells;
  bool any = false;
  for (Index row = 0; row < table->rows(); ++row) {
    Index const region = region_codes.at(row, *region_column, findings);
    Index const industry = industry_codes.at(row, *industry_column, findings);
    if (auto const [place, is_new] = seen.try_emplace({years[position(row)], region, industry}, row); !is_new) {
      refuse_duplicate(*table, row, *region_column, "a region and industry", table->line(place->second), findings);
    }
    if (year_column && years[position(row)] != year) continue;
    any = true;
    cells.emplace_back(position_of.empty() ? region : position_of[position(region)], industry, values[position(row)]);
  }
  if (!any && findings.empty()) {
    findings.add(column_problem(*table, "year", "a line for " + std::to_string(year) + ", the year that is shown"));
  }
  result.industries = industry_codes.codes();
  result.values.assign(position(regions * result.industries.size()), 0.0);
  for (auto const& [region, industry, value] : cells) {
    result.values[position(region * result.industries.size() + industry)] += value;
  }
  return result;
}

}  // namespace regio::study
