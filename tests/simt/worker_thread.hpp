/// An OS thread on which a resident block lives.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace simt {

class WorkerThread {
 public:
  WorkerThread();
  ~WorkerThread();
  WorkerThread(WorkerThread const&) = delete;
  WorkerThread& operator=(WorkerThread const&) = delete;

  /// Runs the task on this thread and waits for its end, so that one thread runs at a time.
  void call(std::function<void()> const& task);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> const* task_ = nullptr;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace simt
