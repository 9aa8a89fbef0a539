#pragma once

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <gladia.hpp>
#include <gladia/codec/decode.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coded_audio.hpp"
#include "rough_server.hpp"

namespace soak {

/// What one session is to do.
struct part {
  gladia::audio_format format{};
  std::uint32_t key = 0;     ///< of its audio
  std::uint64_t bytes = 0;   ///< of audio, whole frames
  std::size_t chunk = 3200;  ///< bytes at a time; need not be whole frames
  double speed = 1;          ///< times real time
  bool waits = false;        ///< `async_send`, else `try_send`
};

/// How one session went.
struct outcome {
  std::string id{};
  std::string complaint{};  ///< what went wrong; empty if all was well
  bool is_complete = false;
  bool is_whole = false;
  bool is_clean = false;     ///< how its links were cut
  std::uint64_t bytes = 0;   ///< of audio
  std::uint64_t finals = 0;  ///< that the server made
  std::uint64_t bytes_sent_again = 0;
  std::uint64_t bytes_repeated = 0;  ///< that the server heard twice
  int connections = 0;
  int most_connects = 0;  ///< attempts within a second
};

/// Plays one session from its beginning to its end, then fetches what the server heard, compares
/// it with what was sent, and deletes the job. Handlers run on a strand.
class player : public std::enable_shared_from_this<player> {
  template <class Function>
  auto on_strand(Function f) {
    return boost::asio::bind_executor(strand_, [self = shared_from_this(), f](auto&&... given) {
      f(*self, std::forward<decltype(given)>(given)...);
    });
  }

 public:
  using done_handler = std::function<void(outcome)>;

  player(boost::asio::io_context& io, gladia::client const& client, part const& what,
         done_handler done)
      : strand_(boost::asio::make_strand(io)),
        timer_(strand_),
        live_(client.live()),
        part_(what),
        done_(std::move(done)),
        pace_(what.format, what.speed),
        audit_(what.format, what.key),
        session_(live_.session(request_of(what), {})) {}

  void start() {
    session_.async_run(on_strand([](player& p, gladia::live::summary end) { p.on_end(end); }));
    receive();
    boost::asio::post(strand_, [self = shared_from_this()] { self->send_next(); });
  }
  /// Lets it end in order, earlier than planned.
  void end() {
    boost::asio::post(strand_, [self = shared_from_this()] { self->is_ending_ = true; });
  }
  /// Gives up.
  void cancel() { session_.cancel(); }

 private:
  static gladia::live_request request_of(part const& what) {
    gladia::live_request request;
    request.audio = what.format;
    request.messages_config.receive_partial_transcripts = true;
    return request;
  }

  // Rounded up.
  std::uint64_t whole_frames(std::uint64_t bytes) const {
    auto const frame = part_.format.bytes_per_frame();
    return (bytes + frame - 1) / frame * frame;
  }

  void receive() {
    session_.async_receive(on_strand([](player& p, gladia::result<gladia::live::event> e) {
      if (!e) return;
      std::visit(gladia::overloaded{[&](gladia::live::connecting const&) { p.note_connect(); },
                                    [&](gladia::transcript const& t) { p.note_final(t); },
                                    [](auto const&) {}},
                 *e);
      p.receive();
    }));
  }

  // An event may come a little late; so a second is counted as a little less.
  void note_connect() {
    auto const now = std::chrono::steady_clock::now();
    connects_.push_back(now);
    while (now - connects_.front() > std::chrono::milliseconds(900)) connects_.pop_front();
    outcome_.most_connects = std::max(outcome_.most_connects, static_cast<int>(connects_.size()));
  }

  void note_final(gladia::transcript const& t) {
    auto const& said = t.data.utterance;
    if (t.data.is_final) finals_.push_back({said.channel, {said.start, said.end}});
  }

  void send_next() {
    auto const all = is_ending_ ? whole_frames(sent_) : part_.bytes;
    if (sent_ >= all) return session_.stop();
    auto const size = std::min<std::uint64_t>(part_.chunk, all - sent_);
    chunk_ = coded_audio(part_.key, sent_, static_cast<std::size_t>(size));
    if (!part_.waits) return on_sent(session_.try_send(boost::asio::buffer(chunk_)));
    session_.async_send(boost::asio::buffer(chunk_),
                        on_strand([](player& p, gladia::result<void> r) { p.on_sent(r); }));
  }

  void on_sent(gladia::result<void> const& taken) {
    auto wait = std::chrono::steady_clock::duration(std::chrono::milliseconds(100));
    if (taken) {
      sent_ += chunk_.size();
      wait = pace_.sent(chunk_.size(), std::chrono::steady_clock::now());
    } else if (taken.error() != gladia::errc::would_block) {
      return;  // it is over
    }
    timer_.expires_after(wait);
    timer_.async_wait([self = shared_from_this()](gladia::error_code) { self->send_next(); });
  }

  void on_end(gladia::live::summary const& end) {
    outcome_.id = end.job_id;
    outcome_.is_complete = end.verdict == gladia::live::completeness::complete && !end.error;
    outcome_.is_clean = is_cut_clean(end.job_id);
    outcome_.bytes = sent_;
    outcome_.bytes_sent_again = end.stats.bytes_replayed;
    outcome_.connections = end.stats.connections;
    withheld_ = end.stats.finals_withheld;
    if (!outcome_.is_complete) {
      complain(std::string("ended ") + to_string(end.verdict) + ": " + end.error.what());
    }
    if (outcome_.most_connects > 4) complain("connected too often");
    live_.async_download(
        outcome_.id,
        [self = shared_from_this()](std::string_view p) { return self->audit_.feed(p); }, {},
        on_strand([](player& p, gladia::result<void> r) { p.on_downloaded(r); }));
  }

  void on_downloaded(gladia::result<void> const& r) {
    outcome_.bytes_repeated = audit_.repeated();
    outcome_.is_whole = r && audit_.is_whole(sent_);
    if (!r) {
      complain("its audio cannot be had: " + r.error().what());
    } else if (!outcome_.is_whole) {
      complain("the server has " + std::to_string(audit_.known()) + " bytes of " +
               std::to_string(sent_) + " without a gap");
    } else if (outcome_.is_clean && outcome_.bytes_repeated > 0) {
      complain(std::to_string(outcome_.bytes_repeated) + " bytes repeated after clean cuts");
    } else if (outcome_.bytes_repeated > outcome_.bytes_sent_again) {
      complain("more repeated than was sent again");
    }
    live_.async_get(outcome_.id, on_strand([](player& p, gladia::result<gladia::live_job> job) {
                      p.on_job(job);
                    }));
  }

  void on_job(gladia::result<gladia::live_job> const& job) {
    if (!job || !job->result) {
      complain("its words cannot be had");
    } else {
      compare_words(job->result->messages);
    }
    live_.async_delete(outcome_.id, on_strand([](player& p, gladia::result<void> deleted) {
                         if (!deleted) p.complain("cannot be deleted: " + deleted.error().what());
                         std::exchange(p.done_, nullptr)(std::move(p.outcome_));
                       }));
  }

  /// Each final transcript of the server was delivered once, or counted as said twice.
  void compare_words(std::vector<std::string> const& messages) {
    std::uint64_t missing = 0;
    for (auto const& text : messages) {
      auto const message = gladia::codec::decode_message(text);
      auto const* t = std::get_if<gladia::transcript>(&message);
      if (!t || !t->data.is_final) continue;
      ++outcome_.finals;
      auto const& said = t->data.utterance;
      auto const middle = (said.start + said.end) / 2;
      auto const times = std::count_if(finals_.begin(), finals_.end(), [&](final_span const& f) {
        return f.channel == said.channel && f.when.from <= middle && middle <= f.when.to;
      });
      if (times > 1) complain("words at " + std::to_string(middle) + " s came twice");
      missing += times == 0;
    }
    if (missing > withheld_) {
      complain(std::to_string(missing) + " final transcripts did not come, " +
               std::to_string(withheld_) + " of them for good reason");
    }
  }

  void complain(std::string const& what) {
    outcome_.complaint += (outcome_.complaint.empty() ? "" : "; ") + what;
  }

  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  boost::asio::steady_timer timer_;
  gladia::live::client live_;
  part part_;
  done_handler done_;
  gladia::audio::pacer pace_;
  audit audit_;
  gladia::live::session session_;
  std::string chunk_{};
  std::uint64_t sent_ = 0;
  bool is_ending_ = false;
  std::deque<std::chrono::steady_clock::time_point> connects_{};
  struct final_span {
    int channel;
    gladia::live::time_span when;
  };
  std::vector<final_span> finals_{};
  std::uint64_t withheld_ = 0;
  outcome outcome_{};
};

}  // namespace soak
