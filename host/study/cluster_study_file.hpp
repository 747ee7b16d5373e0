/// Study files of the kinds `cluster` and `dynamics`: their keys, and what these mean for the algorithms.
#pragma once

#include <string>
#include <vector>

#include <regio/cluster_study.hpp>

#include "format/study_document.hpp"

namespace regio::study {

/// Keys of a study that clusters a panel.
format::StudySchema cluster_schema();
/// Keys of a study that reads the dynamics of given labels.
format::StudySchema dynamics_schema();

/// Options of the cluster study that a document asks for. Throws InputError where keys contradict each other.
ClusterStudyOptions cluster_options(format::StudyDocument const& document);
/// Options of the dynamics, from the table `clusters` or `dynamics`.
DynamicsOptions dynamics_options(format::StudyDocument const& document, std::string const& table);

}  // namespace regio::study
