#include "study/study_kinds.hpp"

#include <array>
#include <string_view>

#include "format/suggestion.hpp"
#include "study/balance_study.hpp"
#include "study/cluster_study_file.hpp"
#include "study/figures/vega_lite.hpp"
#include "study/interaction_study.hpp"
#include "study/points_study.hpp"

namespace regio::study {
namespace {

struct StudyKind {
  std::string_view word;
  format::StudySchema (*schema)();
};

constexpr std::array kinds = {StudyKind{"cluster", cluster_schema}, StudyKind{"dynamics", dynamics_schema},
                              StudyKind{"balance", balance_schema}, StudyKind{"interaction", interaction_schema},
                              StudyKind{"points", points_schema}};

}  // namespace

std::vector<std::string> study_kinds() {
  std::vector<std::string> words;
  for (StudyKind const& kind : kinds) words.emplace_back(kind.word);
  return words;
}

format::StudySchema schema_of_kind(std::string const& kind) {
  for (StudyKind const& candidate : kinds) {
    if (candidate.word == kind) return candidate.schema();
  }
  throw InputError("there is no study of the kind '" + kind + "'; the kinds are " + enumeration(study_kinds()) +
                   format::did_you_mean(kind, study_kinds()));
}

}  // namespace regio::study
