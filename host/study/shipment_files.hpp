/// Files of a study of interaction: shipments, industries, facts of regions and industries, regions to merge.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <regio/shipments.hpp>
#include <regio/traded_industries.hpp>

#include "format/findings.hpp"
#include "study/panel_files.hpp"
#include "study/region_codes.hpp"

namespace regio::study {

/// `industry,label[,use,traded]`: use `raw` or `finished`, traded `traded`, `conditional` or `local`.
struct IndustriesFile {
  RegionCodes codes;
  std::map<std::string, std::string> labels;  ///< code -> label
  std::vector<std::uint8_t> raw;              ///< [industries]; empty: the file does not tell
  std::vector<IndustryClass> classes;         ///< [industries]; empty: the file does not tell
};
IndustriesFile read_industries(std::filesystem::path const& path, format::Findings& findings);

/// Shipments of one year; codes are positions in the lists of the file.
struct ShipmentsOfYear {
  int year = 0;
  std::vector<std::int32_t> origin, destination, industry;
  std::vector<double> value;
  std::vector<std::uint8_t> is_raw;
};

/// `origin,destination,industry,value[,year,use]`.
struct ShipmentsFile {
  RegionCodes regions, industries;
  std::map<std::string, std::string> region_labels, industry_labels;  ///< code -> label
  bool has_years = false;                                             ///< otherwise there is one, of the number 0
  bool has_use = false;                                               ///< from the shipments or the industries
  std::vector<ShipmentsOfYear> years;                                 ///< ascending
  std::vector<std::uint8_t> traded;                                   ///< [industries]; empty: all of them are
  std::vector<IndustryClass> classes;                                 ///< [industries]; empty: the file does not tell
  std::vector<std::string> notices;                                   ///< for the report

  [[nodiscard]] Shipments shipments(ShipmentsOfYear const& of_year) const;
  [[nodiscard]] ShipmentsOfYear all_years() const;
  [[nodiscard]] std::string region_label(Index region) const;
  [[nodiscard]] std::string industry_label(Index industry) const;
  /// Of an industry that need not be shipped.
  [[nodiscard]] std::string industry_label(std::string const& code) const;
};

/// Codes that `regions` or `industries` list, where those are given, must be among them; regions without shipments
/// count too.
ShipmentsFile read_shipments(std::filesystem::path const& path, RegionsFile const* regions,
                             IndustriesFile const* industries, format::Findings& findings);

/// `into,region`: merged regions, in place of their parts. Returns the position of each old region among the new ones,
/// empty where no file is given.
std::vector<std::int32_t> merge_regions(std::filesystem::path const& path, ShipmentsFile& shipments,
                                        format::Findings& findings);

/// `region,industry,value[,year]`: employment or product. Industries may be others than those that are shipped.
struct RegionalFacts {
  RegionCodes industries;
  std::vector<double> values;  ///< [regions, industries], 0 where there is no line

  [[nodiscard]] MatrixView<double const> table() const {
    Index const columns = industries.size();
    return {values.data(), columns == 0 ? 0 : static_cast<Index>(values.size()) / columns, columns};
  }
};
/// Of `year` where the file has years. `industries`: those of the employment, where no other may stand in the file.
/// `old_regions`: codes before any merging; `position`: see merge_regions.
RegionalFacts read_regional_facts(std::filesystem::path const& path, RegionCodes const& old_regions,
                                  std::vector<std::int32_t> const& position, Index regions, int year,
                                  RegionCodes const* industries, format::Findings& findings);

}  // namespace regio::study
