/// A study of the kind `balance`: its keys, what they mean, and its run from files to result folder.
#pragma once

#include <regio/balance.hpp>

#include "format/study_document.hpp"
#include "study/runner.hpp"

namespace regio::study {

/// Keys of a study that balances a table.
format::StudySchema balance_schema();
/// Options of the algorithm that a document asks for.
BalanceOptions balance_options(format::StudyDocument const& document);

/// Balances one table. Throws InputError for files that cannot be used and for a negative cell where the method is
/// RAS, Interrupted, OutputError. A table without a solution is an outcome: everything is written.
RunSummary run_balance_study(Engine& engine, format::StudyDocument const& document, RunSettings const& settings);

}  // namespace regio::study
