/// Which of its algorithms a study of the kind `balance` asks for, and which of its keys go together.
#pragma once

#include <optional>
#include <string_view>

#include <regio/constrained_balance.hpp>

#include "format/study_document.hpp"
#include "study/study_keys.hpp"

namespace regio::study {

enum class BalanceVariant : std::uint8_t {
  two_margins,  ///< balance_tables
  national,     ///< national_control
  constrained,  ///< balance_constrained
};

/// The methods of `regio balance`, those of two margins first.
std::vector<std::string> balance_method_words();
/// The method of a word, or nullopt for one of two margins.
std::optional<ConstrainedMethod> constrained_method(std::string_view word);
/// What a squared change counts; the first word is the default.
std::vector<Word<CellWeight>> const& cell_weight_words();
CellWeight cell_weight(std::string_view word);

/// The algorithm that inputs and method ask for. Throws InputError with a finding for each key that does not go with
/// it.
BalanceVariant balance_variant(format::StudyDocument const& document);

}  // namespace regio::study
