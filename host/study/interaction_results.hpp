/// Results of a study of interaction as the CSV files of a result folder.
#pragma once

#include <string>
#include <vector>

#include "study/cluster_tables.hpp"
#include "study/interaction_analysis.hpp"

namespace regio::study {

/// index, index_intervals (with a bootstrap), pairs, pair_industries, similarity, intensity, groups, traded (with
/// employment), gravity and gravity_flows (with distances), tests.
std::vector<ResultTable> interaction_tables(InteractionInputs const& inputs, InteractionResults const& results,
                                            InteractionStudyOptions const& options);

/// At the level 1 - confidence, by the corrected p where there is one.
bool is_significant(DependenceTest const& test, InteractionStudyOptions const& options);

/// "p = 0.021", "p < 0.0001".
std::string p_value_text(double p);

/// "Pearson of R and product over 17 regions: 0.32 (95 % interval -0.2 to 0.7), p = 0.21, ...: not significant at ...".
std::string statement(DependenceTest const& test, InteractionStudyOptions const& options);

}  // namespace regio::study
