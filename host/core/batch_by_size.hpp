/// The order of work on a batch: small items side by side, each by one thread; large ones one after another, each by
/// all threads.
#pragma once

#include <cstddef>
#include <exception>
#include <vector>

#include "core/workers.hpp"

namespace regio {

/// An item's turn.
struct BatchTurn {
  Index item = 0;
  Index next = -1;                 ///< the small item that comes after it; -1: none, or it is large
  Workers* all_threads = nullptr;  ///< null: the item is small
  int worker = 0;                  ///< the thread that has the turn
};

class BatchBySize {
 public:
  /// is_large(i) of the items [0, count).
  template <class IsLarge>
  BatchBySize(Index count, IsLarge&& is_large) {
    for (Index i = 0; i < count; ++i) (is_large(i) ? large_ : small_).push_back(i);
  }

  /// The small items, ascending.
  [[nodiscard]] std::vector<Index> const& small() const noexcept { return small_; }

  /// Calls body(turn) for every item, up to `most_of_task` small ones one after another in a task; and done(items)
  /// after each task and each large item.
  template <class Body, class Done>
  void run(Workers& workers, Index most_of_task, Body&& body, Done&& done) const {
    auto const count = static_cast<Index>(small_.size());
    workers.for_chunks(count, most_of_task, [&](Index begin, Index end, int worker) {
      for (Index place = begin; place < end; ++place) {
        auto const at = static_cast<std::size_t>(place);
        body(BatchTurn{.item = small_[at], .next = place + 1 < count ? small_[at + 1] : -1, .worker = worker});
      }
      done(end - begin);
    });
    for (Index const item : large_) {
      body(BatchTurn{.item = item, .all_threads = &workers});
      done(Index{1});
    }
  }

  /// The same for a body that may throw: every item has its turn, and of several that throw the first one's exception
  /// is thrown.
  template <class Body>
  void run_all(Workers& workers, Index most_of_task, Body&& body) const {
    std::vector<std::exception_ptr> errors(small_.size() + large_.size());
    run(
        workers, most_of_task,
        [&](BatchTurn const& turn) {
          try {
            body(turn);
          } catch (...) {
            errors[static_cast<std::size_t>(turn.item)] = std::current_exception();
          }
        },
        [](Index) {});
    for (std::exception_ptr const& error : errors) {
      if (error) std::rethrow_exception(error);
    }
  }

 private:
  std::vector<Index> small_, large_;
};

}  // namespace regio
