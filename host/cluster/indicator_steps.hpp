/// The steps from a panel to indicators, in their order. Each works on the Indicators that the step before left.
///
/// Findings are collected: a step adds what it cannot use to `findings`, and compute_indicators ends after a step that
/// found anything.
#pragma once

#include <vector>

#include <regio/panel.hpp>

namespace regio {

using InputProblems = std::vector<InputProblem>;

/// values = series / per, NaN where either is missing.
void divide_series(Panel const& panel, Indicators& indicators, InputProblems& findings);

/// Position of the first year that the indicators have: 1 when a definition takes growth, for which the first year of
/// the panel serves as the base only.
Index first_indicator_year(std::vector<IndicatorDefinition> const& definitions) noexcept;

/// Fills or drops where values is NaN, by the policy. Before first_year gaps matter to growth alone.
void treat_gaps(Indicators& indicators, Index first_year, IndicatorOptions const& options, InputProblems& findings);

/// values = scale * transform(values), from first_year on.
void transform_quantities(Indicators& indicators, Index first_year, InputProblems& findings);

/// normalised from values, with a warning for what tells no regions apart.
void normalise(Indicators& indicators, IndicatorOptions const& options);

}  // namespace regio
