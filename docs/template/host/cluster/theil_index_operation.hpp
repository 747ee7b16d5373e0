/// TEMPLATE: the plain struct that every backend runs. It carries what the front door has validated and where the
/// results go; it has no methods and no owners. Its type is the algorithm's name in CamelCase + "Operation"; its `name`
/// is how the backend finds its implementation.
#pragma once

#include <string_view>
#include <vector>

#include <regio/theil_index.hpp>

namespace regio {

struct TheilIndexOperation {
  static constexpr std::string_view name = "theil_index";

  std::vector<TheilProblem> const& problems;
  TheilReport& report;
};

}  // namespace regio
