/// Ends long work on files that another program changes.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "format/unchanged_file.hpp"

namespace regio::study {

/// While it lives, its token is raised within a second after one of the files has changed, and when the caller's is.
class ChangeWatch {
 public:
  ChangeWatch(std::vector<std::shared_ptr<format::UnchangedFile const>> files, std::stop_token caller);

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void look(std::stop_token const& end);

  std::vector<std::shared_ptr<format::UnchangedFile const>> files_;
  std::stop_source source_;
  std::stop_callback<std::function<void()>> forwarded_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread watcher_;
};

}  // namespace regio::study
