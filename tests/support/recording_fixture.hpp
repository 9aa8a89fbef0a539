#pragma once

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gladia/testing/sound.hpp>
#include <memory>
#include <optional>
#include <string>
#include <support/environment.hpp>
#include <support/live_fixture.hpp>
#include <support/temporary_folder.hpp>
#include <support/wav_bytes.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace gladia::test {

/// Calls for recordings, one after the other, to an emulator. All of the client runs on `io`, on
/// the thread of the test.
struct recording_fixture : live_fixture {
  gladia::test::temporary_folder const own_folder;
  std::filesystem::path const folder = own_folder.path();
  std::string path;  ///< of a recording
  pre_recorded::transcribe_options options;
  boost::asio::cancellation_signal stop;  ///< of the call that runs

  void SetUp() override {
    live_fixture::SetUp();
    for (auto const* name : {"GLADIA_API_KEY", "GLADIA_API_URL", "GLADIA_REGION"})
      gladia::test::unset_environment(name);
    emulator_options.words = testing::word_source::automatic;
    emulator_options.script = "Hello, this is Ann.\nHow can I help?\n";
    client_options.retry.backoff.base = std::chrono::milliseconds(1);
    options.wait.first_poll = std::chrono::milliseconds(1);
    options.wait.longest_poll = std::chrono::milliseconds(1);
    path = write("a call.wav", recording());
  }

  static std::string recording() {
    audio_format const format;
    auto const speech = testing::speech(format, std::chrono::milliseconds(300));
    auto const pause = testing::silence(format, std::chrono::milliseconds(500));
    return gladia::test::wav(format, speech + pause + speech + pause);
  }
  std::string write(std::string const& name, std::string const& content) const {
    auto const file = (folder / name).string();
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

  pre_recorded::client const& api() {
    if (!server) start_server();
    if (!client) client.emplace(io, client_options);
    return client->pre_recorded();
  }

  /// Makes a call and runs it to its end. It has to end once, and to leave nothing pending.
  template <class T, class Start>
  result<T> call(Start start) {
    auto const ends = std::make_shared<std::vector<result<T>>>();
    start(boost::asio::bind_cancellation_slot(
        stop.slot(), [ends](result<T> r) { ends->push_back(std::move(r)); }));
    io.restart();
    io.run_for(std::chrono::seconds(60));
    EXPECT_TRUE(io.stopped()) << "something is still pending";
    EXPECT_EQ(ends->size(), 1u);
    if (ends->empty()) return error(errc::timeout, "the call did not end");
    return std::move(ends->front());
  }
  result<uploaded_audio> upload(std::string const& file) {
    return call<uploaded_audio>([&](auto h) { api().async_upload_file(file, {}, h); });
  }
  result<pre_recorded_info> create(std::string const& url) {
    pre_recorded_request wanted;
    wanted.audio_url = url;
    return call<pre_recorded_info>([&](auto h) { api().async_create(wanted, h); });
  }
  result<pre_recorded_job> wait(std::string const& id) {
    return call<pre_recorded_job>([&](auto h) { api().async_wait(id, options.wait, h); });
  }
  result<pre_recorded_job> transcribe(pre_recorded_request const& wanted = {}) {
    return call<pre_recorded_job>(
        [&](auto h) { api().async_transcribe_file(path, wanted, options, h); });
  }

  std::size_t requests(std::string const& method, std::string const& target) const {
    auto const all = server->requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](auto const& r) {
      return r.method == method && r.target.substr(0, r.target.find('?')) == target;
    }));
  }
  /// Cancels the next call as soon as `is_time` says.
  void cancel_once(std::function<bool()> is_time) {
    boost::asio::post(io, [this, is_time = std::move(is_time)] {
      if (is_time()) return stop.emit(boost::asio::cancellation_type::total);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      cancel_once(is_time);
    });
  }
};

}  // namespace gladia::test
