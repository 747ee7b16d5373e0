/// Effects of origin and destination in a weighted least-squares problem, eliminated exactly.
#pragma once

#include <Eigen/Dense>

#include <span>
#include <vector>

#include <regio/views.hpp>

namespace regio {

/// An observed flow.
struct FlowCell {
  Index origin, destination;
};

/// v_c = o_origin(c) + d_destination(c) + rest_c with the least sum of w_c rest_c^2.
///
/// Origins are eliminated by hand, the destinations that are left have a dense symmetric system. In each connected part
/// of the regions the last destination has the effect 0.
class TwoWayEffects {
 public:
  TwoWayEffects(std::vector<FlowCell> const& cells, Index regions);

  /// Effects that the cells determine: origins and destinations less one for each connected part.
  [[nodiscard]] Index rank() const noexcept { return rank_; }

  /// Positive weights, one for each cell; to be called before sweep().
  void set_weights(Eigen::VectorXd const& weights);

  /// Replaces the column by its rest. With `effects` not null writes [origins, then destinations] there; 0 where a
  /// region has no cell.
  void sweep(Eigen::Ref<Eigen::VectorXd> column, Eigen::VectorXd* effects = nullptr) const;

 private:
  std::vector<FlowCell> const& cells_;
  Index regions_;
  std::vector<Index> place_;  ///< [destination] in the system; -1: its effect is 0 or it has no cell
  Index places_ = 0, rank_ = 0;
  Eigen::VectorXd weights_, origin_weights_, scale_;
  Eigen::LLT<Eigen::MatrixXd> system_;
};

}  // namespace regio
