/// What a cluster study needs before its first fit: checked options, data by group, the target.
#pragma once

#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

namespace regio {

/// Throws ContractError for the first option out of range, InputError for options that do not go together.
void check_study_options(ClusterStudyOptions const& options);

/// One group's normalised indicators.
struct GroupData {
  std::string name;
  std::vector<Index> indicators;  ///< positions in Indicators::definitions
  std::vector<double> values;     ///< [year, region, indicator of the group]
};

/// Throws InputError naming every group that was asked for and has no indicator left.
std::vector<GroupData> group_data(Indicators const& indicators, std::vector<IndicatorDefinition> const& asked);

struct Target {
  std::vector<double> values;  ///< [year, region]; empty: none
  std::string label, unit;
};

/// The target among the indicators, otherwise among the series of the panel; years and regions are those of the
/// indicators. Throws InputError: neither (did you mean), or a gap in the series (each named).
Target find_target(std::string const& name, Indicators const& indicators, Panel const& panel);

/// Positions of the neighbours among the regions of the indicators, each pair once; pairs with a region that was
/// dropped are left out. Throws InputError: a code that is no region of the panel (did you mean), a region beside
/// itself.
std::vector<NeighbourPair> neighbour_pairs(std::vector<NeighbouringRegions> const& neighbours,
                                           Indicators const& indicators, Panel const& panel);

/// Position of the year that the chain starts in. Throws InputError when it is not a year of the study.
Index start_position(ClusterStudyOptions const& options, std::vector<int> const& years);

/// Throws InputError naming k, regions and years when there are fewer regions than clusters asked for.
void check_regions(ClusterStudyOptions const& options, Indicators const& indicators);

}  // namespace regio
