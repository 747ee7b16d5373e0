/// What k-means takes of memory, by shape: upper estimates, by which callers divide their batches.
#pragma once

#include <cstdint>

#include <regio/kmeans.hpp>

namespace regio {

/// Bytes that a problem of a batch takes until its results are gone: they, and its part of the plan. Only the shape of
/// the problem's points is looked at.
std::uint64_t batch_bytes(KmeansProblem const& problem, KmeansOptions const& options);

/// Bytes of the working sets of all threads when `problem`, in double precision, is the largest of a batch.
std::uint64_t workspace_bytes(KmeansProblem const& problem, int threads);

}  // namespace regio
