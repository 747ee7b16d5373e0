#include "study/gravity_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace regio::study {
namespace {

std::size_t position(Index i) { return static_cast<std::size_t>(i); }

/// A regressor of pairs [regions, regions].
template <class Value>
std::vector<double> of_pairs(Index regions, Value const& value) {
  std::vector<double> matrix;
  matrix.reserve(position(regions * regions));
  for (Index r = 0; r < regions; ++r) {
    for (Index s = 0; s < regions; ++s) matrix.push_back(value(r, s));
  }
  return matrix;
}

GravityModel fitted(Engine& engine, GravityOptions const& options, GravitySizes sizes, std::vector<std::string> terms,
                    GravityProblem const& problem) {
  return {.method = options.method,
          .sizes = sizes,
          .terms = std::move(terms),
          .fit = std::move(gravity_fits(engine, options, {problem})[0])};
}

}  // namespace

std::string_view name(GravitySizes sizes) noexcept { return sizes == GravitySizes::effects ? "effects" : "products"; }

std::string GravityModel::name() const {
  return fmt::format("gravity ({}, {})", regio::name(method), study::name(sizes));
}

std::string GravityModel::reason() const {
  switch (fit.outcome) {
    case Outcome::singular:
      return fmt::format(
          "{} observed flows cannot tell distance from the sizes of the regions (too few flows, or distances that do "
          "not vary)",
          fit.observations);
    case Outcome::unbounded: return "distance parts flows from zeros, so that its coefficient runs to infinity";
    case Outcome::iteration_limit: return fmt::format("no convergence within {} iterations", fit.iterations);
    default: return std::string(regio::name(fit.outcome));
  }
}

std::vector<GravityModel> gravity_models(Engine& engine, MatrixView<double const> flows,
                                         std::vector<double> const& distances, std::vector<double> const& product,
                                         double confidence, Control const& control) {
  Index const n = flows.rows();
  auto const square = [n](std::vector<double> const& matrix) { return MatrixView<double const>(matrix.data(), n, n); };
  // The diagonal is no observation, and may hold anything.
  std::vector<double> const distance =
      of_pairs(n, [&](Index r, Index s) { return std::log(distances[position(r * n + s)]); });
  std::vector<GravityModel> models;
  GravityOptions options{.confidence = confidence, .control = control};
  constexpr GravityMethod methods[] = {GravityMethod::poisson, GravityMethod::log_linear};
  for (GravityMethod const method : methods) {
    options.method = method;
    models.push_back(fitted(engine, options, GravitySizes::effects, {"ln distance"},
                            {.flows = flows, .regressors = {square(distance)}}));
  }
  if (product.empty()) return models;
  auto const is_known = [&](Index r) { return product[position(r)] > 0; };
  std::vector<double> const observed = of_pairs(n, [&](Index r, Index s) {
    return is_known(r) && is_known(s) ? flows(r, s) : std::numeric_limits<double>::quiet_NaN();
  });
  std::vector<double> const of_origin = of_pairs(n, [&](Index r, Index) { return std::log(product[position(r)]); });
  std::vector<double> const of_destination =
      of_pairs(n, [&](Index, Index s) { return std::log(product[position(s)]); });
  options.effects = false;
  for (GravityMethod const method : methods) {
    options.method = method;
    models.push_back(fitted(
        engine, options, GravitySizes::products,
        {"constant", "ln product of the origin", "ln product of the destination", "ln distance"},
        {.flows = square(observed), .regressors = {square(of_origin), square(of_destination), square(distance)}}));
  }
  return models;
}

GravityModel const* shown_model(std::vector<GravityModel> const& models) noexcept {
  auto const found = std::find_if(models.begin(), models.end(),
                                  [](GravityModel const& model) { return model.fit.outcome == Outcome::converged; });
  return found == models.end() ? nullptr : &*found;
}

}  // namespace regio::study
