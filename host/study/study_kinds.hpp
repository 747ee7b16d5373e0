/// The kinds of study that `regio run` runs and `regio new` writes.
#pragma once

#include <string>
#include <vector>

#include "format/study_document.hpp"

namespace regio::study {

/// The words of [study] kind, in the order in which they are listed to people.
std::vector<std::string> study_kinds();
/// The schema of a kind. Throws InputError, with "did you mean", when there is no such kind.
format::StudySchema schema_of_kind(std::string const& kind);

}  // namespace regio::study
