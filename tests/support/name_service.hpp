#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace gladia::test {

/// The name service as the tests want it: a look-up of `stuck.test` lasts until `release`.
///
/// The `getaddrinfo` in dialer.cpp asks it. That one is not here, as a program may have one only; a
/// weak one would give way to that of a sanitizer.
class name_service {
 public:
  static name_service& instance() {
    static name_service only;
    return only;
  }

  /// Look-ups begin to be stuck.
  void stick() {
    std::lock_guard const lock(mutex_);
    released_ = false;
  }
  /// Ends those that are, and waits until they have.
  void release() {
    std::unique_lock lock(mutex_);
    released_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return stuck_ == 0; });
  }
  bool is_stuck() {
    std::lock_guard const lock(mutex_);
    return stuck_ > 0;
  }
  void wait_until_stuck() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, time_limit, [this] { return stuck_ > 0; }))
        << "nobody looks up anything";
  }

  /// What the look-up does.
  void wait_while_stuck() {
    std::unique_lock lock(mutex_);
    ++stuck_;
    changed_.notify_all();
    EXPECT_TRUE(changed_.wait_for(lock, time_limit, [this] { return released_; }))
        << "somebody waits for a look-up that is stuck";
    --stuck_;
    changed_.notify_all();
  }

 private:
  /// Longer than any test: one that fails ends all the same.
  static constexpr std::chrono::seconds time_limit{30};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = true;
  int stuck_ = 0;
};

}  // namespace gladia::test
