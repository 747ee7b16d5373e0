#include "study/change_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace regio::study {

ChangeWatch::ChangeWatch(std::vector<std::shared_ptr<format::UnchangedFile const>> files, std::stop_token caller)
    : files_(std::move(files)),
      forwarded_(std::move(caller), [this] { source_.request_stop(); }),
      watcher_([this](std::stop_token const& end) { look(end); }) {}

void ChangeWatch::look(std::stop_token const& end) {
  constexpr std::chrono::milliseconds pause(500);
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, end, pause, [&] { return end.stop_requested(); })) {
    bool const unchanged =
        std::all_of(files_.begin(), files_.end(), [](auto const& file) { return file->is_unchanged(); });
    if (unchanged) continue;
    source_.request_stop();
    return;
  }
}

}  // namespace regio::study
