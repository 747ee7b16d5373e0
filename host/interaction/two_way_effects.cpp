#include "interaction/two_way_effects.hpp"

#include <cmath>
#include <numeric>

namespace regio {
namespace {

/// The representative of a node's part; shortens the way for later questions.
Index part_of(std::vector<Index>& parent, Index node) {
  while (parent[static_cast<std::size_t>(node)] != node) {
    Index& above = parent[static_cast<std::size_t>(node)];
    above = parent[static_cast<std::size_t>(above)];
    node = above;
  }
  return node;
}

}  // namespace

TwoWayEffects::TwoWayEffects(std::vector<FlowCell> const& cells, Index regions)
    : cells_(cells), regions_(regions), place_(static_cast<std::size_t>(regions), -1) {
  // Nodes: origins, then destinations.
  std::vector<Index> parent(static_cast<std::size_t>(2 * regions));
  std::iota(parent.begin(), parent.end(), Index{0});
  std::vector<bool> used(parent.size());
  for (FlowCell const& cell : cells) {
    Index const destination = regions + cell.destination;
    parent[static_cast<std::size_t>(part_of(parent, cell.origin))] = part_of(parent, destination);
    used[static_cast<std::size_t>(cell.origin)] = used[static_cast<std::size_t>(destination)] = true;
  }
  std::vector<bool> has_reference(parent.size());
  for (Index node = 2 * regions - 1; node >= 0; --node) {
    if (!used[static_cast<std::size_t>(node)]) continue;
    if (node < regions) {
      ++rank_;
      continue;
    }
    auto const part = static_cast<std::size_t>(part_of(parent, node));
    if (has_reference[part]) {
      place_[static_cast<std::size_t>(node - regions)] = places_++;
      ++rank_;
    }
    has_reference[part] = true;
  }
}

void TwoWayEffects::set_weights(Eigen::VectorXd const& weights) {
  weights_ = weights;
  origin_weights_ = Eigen::VectorXd::Zero(regions_);
  Eigen::MatrixXd shared = Eigen::MatrixXd::Zero(regions_, places_);  // weights of origin by destination in the system
  Eigen::VectorXd own = Eigen::VectorXd::Zero(places_);
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    double const weight = weights(static_cast<Eigen::Index>(c));
    origin_weights_(cells_[c].origin) += weight;
    Index const place = place_[static_cast<std::size_t>(cells_[c].destination)];
    if (place < 0) continue;
    shared(cells_[c].origin, place) += weight;
    own(place) += weight;
  }
  // Scaled to a diagonal near 1, so that regions of any size keep their digits.
  scale_ = own.array().rsqrt();
  for (Index i = 0; i < regions_; ++i) {
    if (origin_weights_(i) > 0) shared.row(i) /= std::sqrt(origin_weights_(i));
  }
  shared *= scale_.asDiagonal();
  system_.compute(Eigen::MatrixXd::Identity(places_, places_) - shared.transpose() * shared);
}

void TwoWayEffects::sweep(Eigen::Ref<Eigen::VectorXd> column, Eigen::VectorXd* effects) const {
  Eigen::VectorXd origin = Eigen::VectorXd::Zero(regions_), destination = Eigen::VectorXd::Zero(regions_);
  auto const for_cells = [&](auto&& visit) {
    for (std::size_t c = 0; c < cells_.size(); ++c) visit(static_cast<Eigen::Index>(c), cells_[c]);
  };
  // Twice: what rounding left of the effects of a column that is nearly made of them.
  for (int round = 0; round < 2; ++round) {
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(regions_);
    for_cells([&](Eigen::Index c, FlowCell const& cell) { mean(cell.origin) += weights_(c) * column(c); });
    for (Index i = 0; i < regions_; ++i) mean(i) = origin_weights_(i) > 0 ? mean(i) / origin_weights_(i) : 0.0;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(places_);
    for_cells([&](Eigen::Index c, FlowCell const& cell) {
      Index const place = place_[static_cast<std::size_t>(cell.destination)];
      if (place >= 0) right(place) += weights_(c) * (column(c) - mean(cell.origin));
    });
    Eigen::VectorXd const found = scale_.asDiagonal() * system_.solve(scale_.asDiagonal() * right);
    Eigen::VectorXd step = Eigen::VectorXd::Zero(regions_);
    for (Index j = 0; j < regions_; ++j) {
      Index const place = place_[static_cast<std::size_t>(j)];
      if (place >= 0) step(j) = found(place);
    }
    Eigen::VectorXd back = Eigen::VectorXd::Zero(regions_);
    for_cells([&](Eigen::Index c, FlowCell const& cell) { back(cell.origin) += weights_(c) * step(cell.destination); });
    for (Index i = 0; i < regions_; ++i) {
      if (origin_weights_(i) > 0) mean(i) -= back(i) / origin_weights_(i);
    }
    for_cells([&](Eigen::Index c, FlowCell const& cell) { column(c) -= mean(cell.origin) + step(cell.destination); });
    origin += mean;
    destination += step;
  }
  if (effects != nullptr) *effects << origin, destination;
}

}  // namespace regio
