#include <regio/panel.hpp>

#include <cstddef>

namespace regio {

double& Panel::at(Index year, Index region, Index s) noexcept {
  auto const position = (year * static_cast<Index>(regions.size()) + region) * static_cast<Index>(series.size()) + s;
  return values[static_cast<std::size_t>(position)];
}

double Panel::at(Index year, Index region, Index s) const noexcept {
  return const_cast<Panel&>(*this).at(year, region, s);
}

Index Indicators::offset(Index year, Index region, Index indicator) const noexcept {
  return (year * static_cast<Index>(regions.size()) + region) * static_cast<Index>(definitions.size()) + indicator;
}

std::vector<Index> Indicators::members(std::string const& group) const {
  std::vector<Index> positions;
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    if (definitions[i].group == group) positions.push_back(static_cast<Index>(i));
  }
  return positions;
}

std::vector<double> Indicators::group_values(std::string const& group) const {
  std::vector<Index> const positions = members(group);
  std::vector<double> values_of_group;
  values_of_group.reserve(years.size() * regions.size() * positions.size());
  for (std::size_t row = 0; row < years.size() * regions.size(); ++row) {
    for (Index i : positions) {
      values_of_group.push_back(normalised[row * definitions.size() + static_cast<std::size_t>(i)]);
    }
  }
  return values_of_group;
}

}  // namespace regio
