/// Files of a study, read into what the algorithms take: panel, indicators, regions, boundaries, neighbours, labels,
/// target.
///
/// Every reader takes a Findings and goes on after an error, so that all errors of all files are shown at once; where
/// findings were added the returned value is incomplete and must not be used.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

#include "format/csv_reader.hpp"
#include "format/geojson.hpp"
#include "study/region_codes.hpp"

namespace regio::study {

/// A panel and where each number stood, for messages about gaps.
struct PanelFile {
  std::string file;
  Panel panel;
  bool long_form = false;
  std::vector<std::int64_t> line;  ///< [year, region] wide form: line in the file, 0: none
};

/// Wide (`region,year,<series>...`) or long (`region,year,series,value`), recognised by the header.
PanelFile read_panel(std::filesystem::path const& path, format::Findings& findings);

/// Names of regions and constant facts (area, population).
struct RegionsFile {
  std::string file;
  RegionCodes codes;
  std::map<std::string, std::string> labels;  ///< code -> label
  std::vector<std::string> facts;             ///< numeric columns
  std::vector<std::vector<double>> values;    ///< [fact][region]
  std::vector<std::string> text_columns;      ///< those that hold no number, the labels apart
};
RegionsFile read_regions(std::filesystem::path const& path, format::Findings& findings);

/// A sentence for the report that names columns of the file; none when there are no columns.
std::vector<std::string> unused_columns_notice(RegionsFile const& regions, std::vector<std::string> const& columns);

/// Adds each fact as a series that is the same in all years; reports regions of the panel that the file does not know.
void add_facts(RegionsFile const& regions, PanelFile& panel, format::Findings& findings);

/// `indicator,series,label,unit,group,direction[,transform,per,scale]`; series and per must be series of the panel.
std::vector<IndicatorDefinition> read_indicators(std::filesystem::path const& path, Panel const& panel,
                                                 format::Findings& findings);
/// What a study without an indicators file uses: each of the first `count` series, higher is better, one group "all".
std::vector<IndicatorDefinition> every_series(Panel const& panel, Index count);

/// Gaps of the series that the indicators use, each with its place in the file; for studies that allow none.
void refuse_gaps(PanelFile const& panel, std::vector<IndicatorDefinition> const& definitions,
                 format::Findings& findings);

/// `from,to,distance[,sector,directed]`: regions are neighbours when a line names both, whatever its distance, sector
/// and direction. Codes, self-loops, duplicates and distances are checked.
std::vector<NeighbouringRegions> read_neighbours(std::filesystem::path const& path, RegionCodes const& regions,
                                                 format::Findings& findings);

/// Boundaries, and a sentence for the report about regions without one, and boundaries without a region.
struct BoundariesFile {
  std::vector<format::Boundary> boundaries;
  std::vector<std::string> notices;
};
BoundariesFile read_study_boundaries(std::filesystem::path const& path, RegionCodes const& regions,
                                     format::Findings& findings);

}  // namespace regio::study
