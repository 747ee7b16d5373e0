/// The gravity regressions of a study of interaction: what distance does to the shipments of one year.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <regio/gravity.hpp>

namespace regio::study {

/// What stands for the sizes of origin and destination.
enum class GravitySizes : std::uint8_t {
  effects,   ///< an effect of each region as origin, another as destination
  products,  ///< the logarithms of the products of both, and a constant
};

/// "effects", "products".
std::string_view name(GravitySizes sizes) noexcept;

/// One regression; its last coefficient is that of the logarithm of distance, the elasticity of flows.
struct GravityModel {
  GravityMethod method = GravityMethod::poisson;
  GravitySizes sizes = GravitySizes::effects;
  std::vector<std::string> terms;  ///< of the coefficients, "ln distance" last
  GravityFit fit;

  /// "gravity (poisson, effects)".
  [[nodiscard]] std::string name() const;
  /// Why there are no coefficients; only where fit.outcome is not converged.
  [[nodiscard]] std::string reason() const;
  [[nodiscard]] std::size_t distance_term() const noexcept { return terms.size() - 1; }
};

/// Poisson and log-linear regressions of the flows on distance with effects of origin and destination and, where
/// products are known, with these in the place of effects. flows [regions, regions]; distances likewise, above 0 but on
/// the diagonal; product [regions], NaN or 0 where unknown (flows of these regions are then no observations), or empty.
/// Errors are clustered by pair. Order: those with effects first, poisson before log-linear. A fit that did not
/// converge is among them, with its outcome. Method: docs/methods/gravity.md.
std::vector<GravityModel> gravity_models(Engine& engine, MatrixView<double const> flows,
                                         std::vector<double> const& distances, std::vector<double> const& product,
                                         double confidence, Control const& control);

/// The model that figure and sentence of a report take: the first that converged; nullptr when none did.
GravityModel const* shown_model(std::vector<GravityModel> const& models) noexcept;

}  // namespace regio::study
