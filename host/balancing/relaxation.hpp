/// When and how far to over-relax: from the residuals of the plain iteration to the best exponent. For both compilers.
#pragma once

#include <cmath>

#include <regio/views.hpp>

#include "balancing/multiplier_step.hpp"
#include "core/host_device.hpp"

namespace regio {

/// Watches the residual of every sweep. The plain iteration multiplies it by lambda = sigma^2, the square of the second
/// singular value of the scaled table; the over-relaxed one, at best, by omega - 1 with
/// omega = 2 / (1 + sqrt(1 - lambda)) (Thibault, Chizat, Dossal and Papadakis 2021). So a few plain sweeps show which
/// omega is best; while the observed rate stays above omega - 1, lambda was taken too small, and the observed rate says
/// how large it is. When a window of sweeps gains less than plain ones would have, plain ones follow. Where even the
/// best omega leaves many sweeps to go, Newton's method is asked for.
class Relaxation {
 public:
  REGIO_HOST_DEVICE Relaxation(bool enabled, double tolerance, bool newton = false)
      : enabled_(enabled), newton_(newton), tolerance_(tolerance) {}

  [[nodiscard]] REGIO_HOST_DEVICE RelaxationExponent exponent() const noexcept { return exponent_; }
  /// lambda, NaN as long as it is unknown.
  [[nodiscard]] REGIO_HOST_DEVICE double rate() const noexcept { return rate_; }
  /// Whether nothing has been gained for so long that nothing will be.
  [[nodiscard]] REGIO_HOST_DEVICE bool stalled() const noexcept { return stalled_; }
  /// Whether Newton's method is expected to need fewer reads than what is left of the sweeps. The exponent is plain
  /// then.
  [[nodiscard]] REGIO_HOST_DEVICE bool asks_for_newton() const noexcept { return asks_for_newton_; }
  /// Newton's method gained too little: sweeps do the rest.
  REGIO_HOST_DEVICE void without_newton() {
    newton_ = asks_for_newton_ = false;
    plain_ = 0;
    best_sweep_ = sweep_;
  }

  /// The residual after one more sweep.
  REGIO_HOST_DEVICE void observe(double residual) {
    ++sweep_;
    watch_progress(residual);
    if (exponent_.plain()) {
      after_plain_sweep(residual);
    } else if (++relaxed_ == window_) {
      after_window(residual);
    }
    before_ = residual;
  }

 private:
  static constexpr Index window = 16;     ///< over-relaxed sweeps that are judged together: single ones oscillate
  static constexpr Index settled = 8;     ///< plain sweeps before their rate means something
  static constexpr Index patience = 200;  ///< sweeps without a gain of 1 %
  static constexpr double least_gain = 0.99;
  static constexpr int sweeps_worth_newton = 32;

  REGIO_HOST_DEVICE void watch_progress(double residual) {
    if (residual < least_gain * best_) {
      best_ = residual;
      best_sweep_ = sweep_;
    }
    stalled_ = sweep_ - best_sweep_ >= (patience < 4 * window_ ? 4 * window_ : patience) || std::isnan(residual);
  }

  REGIO_HOST_DEVICE void after_plain_sweep(double residual) {
    double const rate = residual / before_;
    double const earlier = ratio_;
    ratio_ = rate;
    if (++plain_ < settled || !(rate > 0 && rate < 1)) return;
    rate_ = rate;
    bool const steady = std::abs(rate - earlier) <= 0.1 * (1 - rate);
    if (steady && ask_for_newton(residual)) return;
    if (!enabled_ || !steady || plain_ < pause_) return;
    // Not for the last few sweeps: rate^16 by squaring, since a library's logarithm may differ from machine to machine.
    double gain = rate;
    for (int squaring = 0; squaring < 4; ++squaring) gain *= gain;
    if (residual * gain > tolerance_) relax(rate, residual);
  }

  [[nodiscard]] REGIO_HOST_DEVICE double best_omega() const { return 2 / (1 + std::sqrt(1 - rate_)); }

  REGIO_HOST_DEVICE bool ask_for_newton(double residual) {
    if (!newton_) return false;
    double const gain = enabled_ ? best_omega() - 1 : rate_;
    for (int sweep = 0; sweep < sweeps_worth_newton; ++sweep) residual *= gain;
    asks_for_newton_ = residual > tolerance_;
    if (asks_for_newton_) exponent_ = {};
    return asks_for_newton_;
  }

  REGIO_HOST_DEVICE void relax(double lambda, double residual) {
    rate_ = lambda;
    exponent_ = RelaxationExponent::above(best_omega());
    begin_window(residual);
    settling_ = true;
  }

  /// Over-relaxed sweeps are judged together, 8 / (2 - omega) of them or more: single ones oscillate, and at first the
  /// residual rises.
  REGIO_HOST_DEVICE void begin_window(double residual) {
    window_start_ = residual;
    relaxed_ = 0;
    window_ = 16;
    window_roots_ = 4;
    while (static_cast<double>(window_) * (2 - exponent_.omega()) < 8) {
      window_ *= 2;
      ++window_roots_;
    }
  }

  REGIO_HOST_DEVICE void after_window(double residual) {
    double observed = residual / window_start_;
    for (int root = 0; root < window_roots_; ++root) observed = std::sqrt(observed);  // the mean gain of a sweep
    double const omega = exponent_.omega();
    bool const first = settling_;
    settling_ = false;
    if (!first && !(observed < std::sqrt(rate_))) {
      // Not even half of what plain sweeps gain: the estimate was no good, or the problem is not regular.
      exponent_ = {};
      plain_ = 0;
      pause_ = pause_ == 0 ? 4 * settled : 2 * pause_;
      return;
    }
    if (!first && observed > (omega - 1) * 1.02) {
      double const lambda = (observed + omega - 1) * (observed + omega - 1) / (omega * omega * observed);
      if (lambda > rate_ && lambda < 1) {
        rate_ = lambda;
        exponent_ = RelaxationExponent::above(best_omega());
      }
    }
    if (ask_for_newton(residual)) return;
    begin_window(residual);
  }

  bool enabled_, newton_;
  double tolerance_;
  RelaxationExponent exponent_;
  double rate_ = NAN;
  double before_ = NAN, ratio_ = NAN;
  double best_ = INFINITY, window_start_ = 0;
  Index sweep_ = 0, best_sweep_ = 0, plain_ = 0, relaxed_ = 0, window_ = 0, pause_ = 0;
  int window_roots_ = 0;
  bool stalled_ = false, settling_ = false, asks_for_newton_ = false;
};

}  // namespace regio
