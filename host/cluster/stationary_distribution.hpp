/// Long-run distribution of a Markov chain.
#pragma once

#include <vector>

#include <regio/views.hpp>

namespace regio {

/// The distribution s with s P = s over the states of a chain whose rows of P sum to 1 or are 0.
///
/// A row of 0 means that no move from the state is known; states that are neither entered nor left get 0. Empty when s
/// is not unique or unknown: several closed sets of states, or a state that is entered and has a row of 0. Computed by
/// elimination without subtraction (Grassmann, Taksar and Heyman 1985), so that small shares keep their digits.
std::vector<double> stationary_distribution(MatrixView<double const> probabilities);

}  // namespace regio
