/// The report of a study of interaction.
#pragma once

#include "format/report.hpp"
#include "study/cluster_report.hpp"
#include "study/interaction_analysis.hpp"

namespace regio::study {

format::Report interaction_report(InteractionInputs const& inputs, InteractionResults const& results,
                                  InteractionStudyOptions const& options, ReportContext const& context);

}  // namespace regio::study
