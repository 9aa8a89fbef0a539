#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gladia/audio/stream_head.hpp>
#include <gladia/base64.hpp>
#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/testing/impl/audio_log.ipp>
#include <gladia/testing/impl/callback_sender.ipp>
#include <gladia/testing/impl/minutes.ipp>
#include <gladia/testing/impl/not_available.ipp>
#include <gladia/testing/impl/outbox.ipp>
#include <gladia/testing/impl/placed_audio.ipp>
#include <gladia/testing/impl/request_check.ipp>
#include <gladia/testing/impl/shared_state.ipp>
#include <gladia/testing/impl/transcriber.ipp>
#include <gladia/testing/impl/wav_writer.ipp>
#include <gladia/testing/impl/wire.ipp>

namespace gladia::testing::detail {

/// A session's connection, as the session sees it.
class session_link {
 public:
  virtual ~session_link() = default;
  virtual void send(injection::kind what, std::string payload) = 0;
  /// Ends the link as told. The session is not called by it any more.
  virtual void end(ending how, std::uint16_t code, std::string reason) = 0;
  /// Pings, and ends the link when the pong comes. Messages before the pong are ignored.
  virtual void end_after_pong(ending how, std::uint16_t code, std::string reason) = 0;
};

/// One session, made by one init request. Used on the emulator's thread only.
class session : public std::enable_shared_from_this<session> {
 public:
  session(std::shared_ptr<shared_state> shared, live_request request)
      : shared_(std::move(shared)),
        request_(std::move(request)),
        log_(shared_->options.keep_audio),
        idle_timer_(shared_->executor),
        ack_timer_(shared_->executor),
        finish_timer_(shared_->executor),
        callbacks_(shared_->executor) {
    custom_metadata_ = std::exchange(request_.custom_metadata, {});
    if (auto const& position_of = shared_->options.position_of) placed_.emplace(position_of);
  }

  /// To be called once, after a shared pointer owns this object.
  void start() {
    transcriber_settings settings;
    settings.format = request_.audio;
    settings.detector = {*request_.endpointing, *request_.maximum_duration_without_endpointing,
                         *request_.pre_processing.speech_threshold};
    settings.wants_partials =
        *request_.messages_config.receive_partial_transcripts ||
        (*request_.callback && *request_.callback_config.flags.receive_partial_transcripts);
    if (!request_.language_config.languages.empty()) {
      settings.language = request_.language_config.languages.front().code;
    }
    transcriber_ = std::make_shared<transcriber>(
        std::move(settings), shared_->script, shared_->words,
        [executor = shared_->executor](std::function<void()> task) {
          asio::post(executor, std::move(task));
        },
        [weak = weak_from_this()](heard what) {
          if (auto self = weak.lock()) self->on_heard(std::move(what));
        });
    touch();
  }

  /// Stops all timers and messages.
  void shut_down() {
    idle_timer_.cancel();
    ack_timer_.cancel();
    finish_timer_.cancel();
    callbacks_.shut_down();
    // The link owns the session, so the pointer is cleared: a link that the client does not close
    // would keep both for ever.
    if (auto const link = std::exchange(link_, nullptr)) {
      link->end(ending::close, 1001, "The emulator ends");
    }
  }

  [[nodiscard]] std::string const& id() const noexcept { return id_; }
  [[nodiscard]] std::string const& file_id() const noexcept { return file_id_; }
  [[nodiscard]] std::string const& signature() const noexcept { return signature_; }
  [[nodiscard]] wall_clock::time_point created_at() const noexcept { return created_at_; }
  [[nodiscard]] json_text const& custom_metadata() const noexcept { return custom_metadata_; }
  [[nodiscard]] bool is_over() const noexcept { return state_ == state::done; }
  /// After some frames that were too large the server ends the whole session.
  [[nodiscard]] bool is_banned() const noexcept { return too_large_ >= 3; }
  [[nodiscard]] job_status status() const noexcept {
    return state_ == state::created ? job_status::queued
           : is_job_done()          ? job_status::done
                                    : job_status::processing;
  }
  [[nodiscard]] active_faults& faults() { return own_faults_ ? *own_faults_ : shared_->faults; }
  [[nodiscard]] active_faults const& faults() const {
    return own_faults_ ? *own_faults_ : shared_->faults;
  }
  void set_faults(testing::faults faults) {
    own_faults_.emplace(std::move(faults));
    restart_injections();
  }
  /// The common faults changed, which apply to sessions without faults of their own.
  void on_shared_faults() {
    if (!own_faults_) restart_injections();
  }

  [[nodiscard]] session_report report() const {
    session_report result;
    result.id = id_;
    result.status = status();
    result.bytes = log_.size();
    result.sha256 = log_.digest();
    result.nacks = nacks_;
    result.said = minutes_.report();
    result.callbacks_delivered = callbacks_.delivered();
    result.callbacks_failed = callbacks_.failed();
    result.connections = connections_;
    return result;
  }
  [[nodiscard]] std::string audio() const { return log_.audio(); }
  [[nodiscard]] std::string audio(std::size_t connection) const {
    return connection < received_.size() ? received_[connection] : std::string();
  }

  [[nodiscard]] bool has_file() const {
    return shared_->options.keep_audio && log_.size() > 0 && is_over();
  }

  /// The received audio as a WAV file.
  [[nodiscard]] std::string file() const {
    auto const all = log_.audio();
    audio::stream_head head(request_.audio);
    auto const parts = head.feed(asio::buffer(all));
    std::string_view samples = all;
    if (parts && head.decided()) {
      samples = {static_cast<char const*>(parts->fresh.data()), parts->fresh.size()};
    }
    return wav_of(request_.audio, samples);
  }

  /// The job, as `GET` shows it; to be called once for each such request.
  [[nodiscard]] live_job polled_job() {
    auto found = job();
    if (is_over()) ++polls_;
    shared_->changes.notify();
    return found;
  }
  /// The job, as the list shows it.
  [[nodiscard]] live_job job() const {
    live_job job;
    job.id = id_;
    job.request_id = "G-" + id_.substr(0, 8);
    job.version = 2;
    job.status = status();
    job.created_at = iso_time(created_at_);
    job.custom_metadata = custom_metadata_;
    job.kind = "live";
    job.request_params = request_;
    if (has_file()) {
      job.file =
          job_file{file_id_, id_ + ".wav", std::nullopt, duration(), request_.audio.channels};
    }
    if (is_job_done()) {
      auto const& fault = faults().plan.job;
      job.completed_at = iso_time(completed_at_);
      if (fault.without_result) return job;
      job.result = result_;
      if (fault.without_transcription) job.result->transcription = std::nullopt;
      if (!fault.without_messages) job.result->messages = messages_;
    }
    return job;
  }

  // What the link reports.

  [[nodiscard]] std::size_t connection_count() const noexcept { return connections_.size(); }

  /// A new connection replaces the old one.
  void attach(std::shared_ptr<session_link> link) {
    if (link_) std::exchange(link_, nullptr)->end(ending::close, 1001, "Replaced");
    link_lost();
    connections_.emplace_back();
    received_.emplace_back();
    if (faults().plan.resume == resume_policy::restart) counted_from_ = log_.size();
    if (state_ == state::done) {
      current().open = false;
      link->end(ending::close, 4403, "Session has already ended");
      return;
    }
    link_ = std::move(link);
    current().counter = log_.size() - counted_from_;
    shared_->log("session " + id_ + ": connection " + std::to_string(connections_.size()));
    touch();
    if (active_faults::use(faults().on_open_left)) {
      end_link(faults().plan.on_open);
    } else {
      opened();
    }
    shared_->changes.notify();
  }

  [[nodiscard]] connection_report& connection(std::size_t index) { return connections_[index]; }
  [[nodiscard]] bool is_attached(session_link const* link) const { return link_.get() == link; }

  /// The link ended, not by the session. `code` is the client's close code, or 0.
  void detach(session_link const* link, std::uint16_t code) {
    if (!is_attached(link)) return;
    link_ = nullptr;
    link_lost();
    if (code == 1000 && state_ == state::recording) stop();
    shared_->changes.notify();
  }

  void on_binary(std::string_view audio) {
    receive_audio(audio);
    shared_->changes.notify();
  }

  void on_text(std::string_view text) {
    take_text(text);
    shared_->changes.notify();
  }

  void on_too_large() {
    ++too_large_;
    end_link(ending::close, 1009, "Max payload size exceeded");
  }

  void cut(cut_plan const& plan) {
    if (!link_) {
      cut_when_attached_ = plan;
    } else {
      cut_link(plan);
    }
  }

  void inject(injection what) {
    if (!link_) return injected_when_attached_.push_back(std::move(what));
    link_->send(what.what, std::move(what.payload));
  }

 private:
  enum class state { created, recording, stopping, done };

  [[nodiscard]] bool is_job_done() const {
    return is_over() && polls_ >= faults().plan.job.processing_polls;
  }
  connection_report& current() { return connections_.back(); }
  [[nodiscard]] double duration() const {
    return static_cast<double>(log_.size()) /
           static_cast<double>(request_.audio.bytes_per_second());
  }
  message_envelope envelope() const { return {id_, iso_time(wall_clock::now()), {}}; }

  // Links.

  void opened() {
    if (state_ == state::created) {
      state_ = state::recording;
      deliver(start_session{envelope()}, &message_flags::receive_lifecycle_events);
      deliver(start_recording{envelope()}, &message_flags::receive_lifecycle_events);
    }
    tell_what_is_late_or_again();
    outbox_.opened(faults().plan);
    send_injections();
    for (auto& what : std::exchange(injected_when_attached_, {})) inject(std::move(what));
    if (link_ && cut_when_attached_) cut_link(*std::exchange(cut_when_attached_, std::nullopt));
  }

  void end_link(link_fault const& fault) { end_link(fault.how, fault.code, fault.reason); }
  void end_link(ending how, std::uint16_t code, std::string reason) {
    auto const link = std::exchange(link_, nullptr);
    if (!link) return;
    shared_->log("session " + id_ + ": link ended with " + std::to_string(code) + " " + reason);
    link->end(how, code, std::move(reason));
    link_lost();
  }

  void cut_link(cut_plan const& plan) {
    since_cut_ = 0;
    current().was_cut = true;
    if (plan.kind == cut_kind::brutal) return end_link(plan.how, plan.code, "");
    late_acks_.clear();
    if (acknowledged_ < log_.size()) send_ack(acknowledged_, log_.size(), counted_from_);
    auto const link = std::exchange(link_, nullptr);
    link->end_after_pong(plan.how, plan.code, "");
    link_lost();
  }

  // The consequences of a lost link, whoever ended it.
  void link_lost() {
    if (connections_.empty() || !current().open) return;
    current().open = false;
    ack_timer_.cancel();
    bool const is_forgotten = faults().plan.resume == resume_policy::discard;
    if (faults().plan.acks != ack_mode::over_cuts || is_forgotten) late_acks_.clear();
    since_cut_ = 0;
    if (faults().plan.resume == resume_policy::discard && state_ != state::done) {
      auto const forgotten = log_.discard();
      if (placed_) placed_->forget();
      current().kept -= forgotten;
    }
    acknowledged_ = log_.size();
    touch();
  }

  // Audio.

  void receive_audio(std::string_view audio) {
    touch();
    auto const& plan = faults().plan;
    if (state_ != state::recording) return refuse_audio("Recording already stopped");
    if (plan.acks == ack_mode::nack && ++acks_ % plan.ack_every == 0) {
      return refuse_audio("Invalid audio chunk");
    }
    bool const is_header = log_.size() == 0 && audio.substr(0, 4) == "RIFF";
    if (!is_header && audio.size() % request_.audio.bytes_per_frame() != 0) {
      return refuse_audio("Invalid audio chunk");
    }
    auto const begin = log_.size();
    log_.append(audio);
    if (placed_) placed_->received(audio);
    current().bytes += audio.size();
    current().kept += audio.size();
    if (shared_->options.keep_audio) received_.back().append(audio);
    since_cut_ += audio.size();
    bool const is_cut = plan.cuts.every > 0 && since_cut_ >= plan.cuts.every &&
                        active_faults::use(faults().cuts_left);
    bool const is_held = plan.cuts.every > 0 && faults().cuts_left != 0 &&
                         plan.cuts.kind == cut_kind::brutal &&
                         since_cut_ + plan.cuts.unacknowledged >= plan.cuts.every;
    if (!is_cut && !is_held) acknowledge(begin, log_.size());
    // Audio that may be forgotten is transcribed only once it is certain.
    if (plan.resume != resume_policy::discard) listen(log_.size());
    send_injections();
    tell_who_answered();
    if (is_cut && link_) {
      cut_link(plan.cuts);
    } else {
      check_for_speech();
    }
  }

  // No document says which message flag governs this message.
  void tell_who_answered() {
    auto data = shared_->options.answering_machine;
    if (!data || has_told_who_answered_) return;
    if (!data->time) data->time = 5;
    if (duration() < *data->time) return;
    has_told_who_answered_ = true;
    deliver(answering_machine{envelope(), std::move(data)}, &message_flags::receive_speech_events);
  }

  void refuse_audio(char const* why) {
    ++nacks_;
    audio_chunk_ack nack;
    nack.envelope = envelope();
    nack.error = addon_error{{}, {}, why};
    deliver(std::move(nack), &message_flags::receive_acknowledgments);
  }

  // The audio before the offset `end` is certain, and goes to the transcriber.
  void listen(std::uint64_t end) {
    auto const certain = log_.commit(end);
    if (placed_) {
      return placed_->hear(certain, [this](std::string_view piece, std::uint64_t position) {
        transcriber_->feed(piece, position);
      });
    }
    if (is_headless_) return transcriber_->feed(certain);
    auto const parts = head_.feed(asio::buffer(certain));
    if (!parts) {
      // The server does not check the header: one that does not fit is heard as noise.
      is_headless_ = true;
      return transcriber_->feed(certain);
    }
    for (auto const& part : {parts->held, parts->fresh}) {
      transcriber_->feed({static_cast<char const*>(part.data()), part.size()});
    }
    is_headless_ = head_.decided();
  }

  void check_for_speech() {
    auto const limit = std::chrono::duration<double>(shared_->options.no_speech_limit).count();
    if (limit <= 0 || transcriber_->duration() - transcriber_->last_speech() < limit) return;
    end_link(ending::close, 4504, "No speech detected");
    stop();
  }

  void restart_injections() {
    injected_ = 0;
    send_injections();
  }

  void send_injections() {
    auto const& injections = faults().plan.injections;
    while (link_ && injected_ < injections.size() &&
           injections[injected_].after_bytes <= log_.size()) {
      auto const& what = injections[injected_++];
      link_->send(what.what, what.payload);
    }
  }

  // Acknowledgements.

  using ack_range = half_open_range<std::int64_t>;

  struct late_ack {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t counted_from = 0;
    std::chrono::steady_clock::time_point due{};
  };

  void acknowledge(std::uint64_t begin, std::uint64_t end) {
    auto const& plan = faults().plan;
    bool const is_nth = (plan.acks == ack_mode::lost || plan.acks == ack_mode::merged) &&
                        ++acks_ % plan.ack_every == 0;
    switch (plan.acks) {
      case ack_mode::none:
        return;
      case ack_mode::lost:
        if (is_nth) return;
        break;
      case ack_mode::merged:
        if (!is_nth) return;
        begin = acknowledged_;
        break;
      case ack_mode::late:
      case ack_mode::over_cuts:
        late_acks_.push_back(
            {begin, end, counted_from_, std::chrono::steady_clock::now() + plan.ack_delay});
        if (late_acks_.size() == 1) wait_for_late_ack();
        return;
      default:
        break;
    }
    send_ack(begin, end, counted_from_);
  }

  void wait_for_late_ack() {
    ack_timer_.expires_at(late_acks_.front().due);
    ack_timer_.async_wait([weak = weak_from_this()](error_code ec) {
      auto self = weak.lock();
      if (!self || ec) return;
      auto const now = std::chrono::steady_clock::now();
      while (!self->late_acks_.empty() && self->late_acks_.front().due <= now) {
        auto const ack = self->late_acks_.front();
        self->late_acks_.pop_front();
        self->send_ack(ack.begin, ack.end, ack.counted_from);
      }
      if (!self->late_acks_.empty()) self->wait_for_late_ack();
      self->shared_->changes.notify();
    });
  }

  // Called with a new link.
  void tell_what_is_late_or_again() {
    if (faults().plan.acks == ack_mode::again && last_range_) tell(*last_range_);
    for (auto const& ack : std::exchange(late_acks_, {})) {
      send_ack(ack.begin, ack.end, ack.counted_from);
    }
  }

  void send_ack(std::uint64_t begin, std::uint64_t end, std::uint64_t counted_from) {
    auto const& plan = faults().plan;
    if (end > acknowledged_) {
      current().acknowledged += end - acknowledged_;
      acknowledged_ = end;
    }
    auto first = static_cast<std::int64_t>(begin - counted_from);
    auto last = static_cast<std::int64_t>(end - counted_from);
    bool const is_nth = (plan.acks == ack_mode::shrinking || plan.acks == ack_mode::jumping) &&
                        ++acks_ % plan.ack_every == 0;
    if (is_nth && plan.acks == ack_mode::shrinking) last = first = first / 2;
    if (is_nth && plan.acks == ack_mode::jumping) last += 1024 * 1024;
    if (plan.acks == ack_mode::inclusive && last > first) --last;
    tell(last_range_.emplace(ack_range{first, last}));
    // Acknowledged audio is never forgotten.
    listen(end);
  }

  void tell(ack_range range) {
    auto const seconds = [rate = static_cast<double>(request_.audio.bytes_per_second())](
                             std::int64_t bytes) { return static_cast<double>(bytes) / rate; };
    audio_chunk_ack ack;
    ack.envelope = envelope();
    ack.acknowledged = true;
    ack.data = audio_chunk_ack_data{range, {seconds(range.begin), seconds(range.end)}};
    deliver(std::move(ack), &message_flags::receive_acknowledgments);
  }

  // Text messages.

  void take_text(std::string_view text) {
    auto const json = parse_json(text);
    auto const type = json.is_object() && json.contains("type") ? json["type"] : nlohmann::json();
    if (type == "stop_recording") {
      ++current().stops;
      return receive_stop();
    }
    if (type != "audio_chunk") return complain("Unknown message");
    auto const data = json.find("data");
    auto const* chunk = data != json.end() && data->is_object() && data->contains("chunk") &&
                                (*data)["chunk"].is_string()
                            ? (*data)["chunk"].get_ptr<std::string const*>()
                            : nullptr;
    if (!chunk) return refuse_audio("Invalid audio chunk");
    auto const audio = decode_base64(*chunk);
    if (!audio) return refuse_audio("Invalid audio chunk");
    if (audio->empty()) ++current().keep_alives;
    receive_audio(*audio);
  }

  void complain(char const* words) {
    error_message message;
    message.envelope = envelope();
    message.message = words;
    deliver(std::move(message), &message_flags::receive_errors);
  }

  void receive_stop() {
    if (faults().plan.ignore_stop) return;
    if (state_ == state::recording && active_faults::use(faults().on_stop_left)) {
      return end_link(faults().plan.on_stop);
    }
    stop_recording_ack ack;
    ack.envelope = envelope();
    if (state_ != state::recording) {
      ack.error = addon_error{{}, {}, "Recording already stopped"};
      return deliver(std::move(ack), &message_flags::receive_acknowledgments);
    }
    ack.acknowledged = true;
    ack.data = stop_recording_ack_data{duration(), duration() - transcriber_->duration()};
    deliver(std::move(ack), &message_flags::receive_acknowledgments);
    stop();
  }

  // The end.

  void stop() {
    if (state_ == state::stopping || state_ == state::done) return;
    state_ = state::stopping;
    listen(log_.size());
    transcriber_->finish();
    process_when_idle();
  }

  void process_when_idle() {
    if (state_ != state::stopping || !transcriber_->is_idle() || is_processing_) return;
    is_processing_ = true;
    finish_timer_.expires_after(shared_->options.processing_time);
    finish_timer_.async_wait([weak = weak_from_this()](error_code ec) {
      auto self = weak.lock();
      if (self && !ec) self->finish();
    });
  }

  void finish() {
    auto const post = &message_flags::receive_post_processing_events;
    outbox_.send_late(faults().plan);
    deliver(end_recording{envelope(), {duration()}}, &message_flags::receive_lifecycle_events);
    deliver(post_transcript{envelope(), transcription()}, post);
    if (*request_.post_processing.summarization) {
      post_summarization summary;
      summary.envelope = envelope();
      summary.error = not_available("summarization");
      deliver(std::move(summary), post);
    }
    result_ = result();
    auto final_result = result_;
    if (faults().plan.summary.minimal) final_result = {result_.metadata};
    deliver(post_final_transcript{envelope(), std::move(final_result)}, post);
    outbox_.send_rest(faults().plan);
    deliver(end_session{envelope()}, &message_flags::receive_lifecycle_events);
    state_ = state::done;
    completed_at_ = wall_clock::now();
    idle_timer_.cancel();
    shared_->log("session " + id_ + ": done, " + std::to_string(log_.size()) + " bytes of audio, " +
                 std::to_string(minutes_.size()) + " utterances");
    // A link that is about to be reset is not closed in order.
    if (!faults().plan.never_close && !outbox_.is_broken()) end_link(ending::close, 1000, "");
    shared_->changes.notify();
  }

  // Any sign of the client moves the time at which the session idles out.
  void touch() {
    auto const limit = shared_->options.idle_timeout;
    if (limit.count() <= 0 || state_ == state::stopping || state_ == state::done) return;
    last_touch_ = std::chrono::steady_clock::now();
    if (is_idle_timer_set_) return;
    is_idle_timer_set_ = true;
    wait_idle();
  }

  void wait_idle() {
    idle_timer_.expires_at(last_touch_ + shared_->options.idle_timeout);
    idle_timer_.async_wait([weak = weak_from_this()](error_code ec) {
      auto self = weak.lock();
      if (!self || ec || self->state_ == state::stopping || self->state_ == state::done) return;
      if (self->last_touch_ + self->shared_->options.idle_timeout >
          std::chrono::steady_clock::now()) {
        return self->wait_idle();
      }
      self->end_link(ending::close, 4408, "No audio received");
      self->stop();
      self->shared_->changes.notify();
    });
  }

  // Words.

  void on_heard(heard what) {
    auto const speech = &message_flags::receive_speech_events;
    if (auto* began = std::get_if<speech_began>(&what)) {
      deliver(speech_start{envelope(), began->data}, speech);
    } else if (auto* ended = std::get_if<speech_ended>(&what)) {
      deliver(speech_end{envelope(), ended->data}, speech);
      if (shared_->options.turn_ends) {
        speech_turn_end_data const data{ended->data.time, ended->data.channel, {}};
        deliver(speech_turn_end{envelope(), data}, speech);
      }
    } else if (auto* words = std::get_if<transcript_data>(&what)) {
      on_words(std::move(*words));
    } else {
      process_when_idle();
    }
    shared_->changes.notify();
  }

  void on_words(transcript_data words) {
    if (!words.is_final) {
      return deliver(transcript{envelope(), std::move(words)},
                     &message_flags::receive_partial_transcripts);
    }
    minutes_.add(words);
    deliver(transcript{envelope(), words}, &message_flags::receive_final_transcripts);
    auto const& wanted = request_.realtime_processing;
    auto const realtime = &message_flags::receive_realtime_processing_events;
    if (*wanted.translation) {
      for (auto const& target : wanted.translation_config.target_languages) {
        deliver(translation_of(words, target), realtime);
      }
    }
    if (*wanted.named_entity_recognition) {
      deliver(failed_addon<named_entity_recognition_message>("named_entity_recognition"), realtime);
    }
    if (*wanted.sentiment_analysis) {
      deliver(failed_addon<sentiment_analysis_message>("sentiment_analysis"), realtime);
    }
  }

  translation_message translation_of(transcript_data const& words, language_code const& target) {
    auto translation = translated(shared_->script, words.utterance, target.code);
    if (!translation) return failed_addon<translation_message>("translation");
    translation_message message;
    message.envelope = envelope();
    message.data = translation_data{words.id, words.utterance, words.utterance.language, target,
                                    std::move(*translation)};
    return message;
  }

  template <class Message>
  Message failed_addon(char const* name) const {
    Message message;
    message.envelope = envelope();
    message.error = not_available(name);
    return message;
  }
  [[nodiscard]] transcription_result transcription() const {
    return minutes_.transcription(faults().plan.summary);
  }

  /// Of all that was said; a language fails if the script lacks one of its translations.
  [[nodiscard]] std::optional<addon<std::vector<translation_result>>> translations() const {
    auto const& wanted = request_.realtime_processing;
    auto outcome = failed<std::vector<translation_result>>(wanted.translation, "translation");
    if (!outcome) return outcome;
    std::vector<translation_result> languages;
    for (auto const& target : wanted.translation_config.target_languages) {
      languages.push_back(translation_to(target));
      if (!languages.back().error) outcome->success = true;
    }
    if (!outcome->success) return outcome;
    outcome->is_empty = false;
    outcome->error = std::nullopt;
    outcome->results = std::move(languages);
    return outcome;
  }
  [[nodiscard]] translation_result translation_to(language_code const& target) const {
    translation_result language;
    auto& all = language.transcription;
    for (auto const& said : minutes_.transcription({}).utterances) {
      auto translation = translated(shared_->script, said, target.code);
      if (!translation) {
        language = {};
        break;
      }
      all.full_transcript += translation->text;
      all.utterances.push_back(std::move(*translation));
    }
    all.full_transcript = trim(all.full_transcript);
    if (all.utterances.empty()) language.error = not_available("translation");
    return language;
  }

  [[nodiscard]] live_result result() const {
    live_result result;
    auto const& realtime = request_.realtime_processing;
    result.metadata.audio_duration = duration();
    result.metadata.number_of_distinct_channels = request_.audio.channels;
    result.metadata.billing_time = duration() * request_.audio.channels;
    result.metadata.transcription_time =
        in_thousandths(std::chrono::duration<double>(wall_clock::now() - created_at_).count());
    result.transcription = transcription();
    result.translation = translations();
    result.summarization =
        failed<std::string>(request_.post_processing.summarization, "summarization");
    result.named_entity_recognition = failed<std::vector<named_entity>>(
        realtime.named_entity_recognition, "named_entity_recognition");
    result.sentiment_analysis =
        failed<json_text>(realtime.sentiment_analysis, "sentiment_analysis");
    return result;
  }

  // Messages.

  using flag = std::optional<bool> message_flags::*;

  void deliver(live_message message, flag which) {
    bool const on_socket = *(request_.messages_config.*which);
    bool const by_callback = *request_.callback && *(request_.callback_config.flags.*which);
    bool const is_ack = which == &message_flags::receive_acknowledgments;
    bool const is_partial = which == &message_flags::receive_partial_transcripts;
    bool const is_kept = !is_ack && !is_partial;
    if (!on_socket && !by_callback && !is_kept) return;
    auto text = codec::encode(message);
    if (!text) return shared_->log("a message cannot be written: " + text.error().what());
    if (is_kept) messages_.push_back(*text);
    if (by_callback) call_back(message);
    if (!on_socket) return;
    if (std::holds_alternative<audio_chunk_ack>(message)) {
      if (link_) link_->send(injection::kind::text, std::move(*text));
      return;
    }
    outgoing out;
    out.type = codec::type_of(message);
    out.text = std::move(*text);
    out.is_passing = is_ack;
    if (auto const* words = std::get_if<transcript>(&message)) {
      out.is_final = words->data.is_final;
      if (words->data.is_final) out.utterance = minutes_.size() - 1;
    }
    if (outbox_.post(std::move(out), faults().plan)) reset_link_soon();
  }

  bool transmit(outgoing const& message) {
    if (!link_) return false;
    link_->send(injection::kind::text, message.text);
    if (message.utterance) minutes_.sent(*message.utterance, connections_.size() - 1);
    return true;
  }

  // Posted: audio that is acknowledged first may still have to be transcribed, and may give more
  // words.
  void reset_link_soon() {
    asio::post(shared_->executor, [weak = weak_from_this()] {
      auto self = weak.lock();
      if (!self || !self->link_ || !self->outbox_.is_broken()) return;
      cut_plan plan;
      plan.how = ending::reset;
      self->cut_link(plan);
      self->shared_->changes.notify();
    });
  }

  void call_back(live_message const& message) {
    live_callback post;
    post.id = id_;
    post.event = "live." + std::string(codec::type_of(message));
    post.payload = message;
    auto body = codec::encode(post);
    if (!body || !request_.callback_config.url) return;
    callbacks_.send("POST", *request_.callback_config.url, std::move(*body),
                    [shared = shared_](std::string const& note) {
                      if (!note.empty()) shared->log("callback: " + note);
                      shared->changes.notify();
                    });
  }

  std::shared_ptr<shared_state> shared_;
  live_request request_;
  json_text custom_metadata_{};
  std::string id_ = make_uuid();
  std::string file_id_ = make_uuid();
  std::string signature_ = random_hexadecimal(32);
  wall_clock::time_point created_at_ = wall_clock::now();
  wall_clock::time_point completed_at_{};
  state state_ = state::created;
  bool is_processing_ = false;
  std::optional<active_faults> own_faults_{};

  std::shared_ptr<session_link> link_{};
  std::vector<connection_report> connections_{};
  std::vector<std::string> received_{};  // the audio of each connection
  std::optional<cut_plan> cut_when_attached_{};
  std::vector<injection> injected_when_attached_{};

  audio_log log_;
  std::optional<placed_audio> placed_{};
  audio::stream_head head_{request_.audio};
  bool is_headless_ = false;        // the head of the stream was read
  std::uint64_t acknowledged_ = 0;  // offset up to which audio is acknowledged
  std::uint64_t counted_from_ = 0;  // the offset that acknowledgements count from
  std::uint64_t since_cut_ = 0;     // bytes of audio since the last cut
  std::deque<late_ack> late_acks_{};
  std::optional<ack_range> last_range_{};
  int acks_ = 0;  // of which every n-th is wrong
  std::size_t nacks_ = 0;
  std::size_t injected_ = 0;
  int too_large_ = 0;
  bool has_told_who_answered_ = false;

  std::shared_ptr<transcriber> transcriber_{};
  minutes minutes_{};
  std::vector<std::string> messages_{};
  live_result result_{};  // once the session is over
  int polls_ = 0;         // since the session is over
  outbox outbox_{[this](outgoing const& message) { return transmit(message); }};

  std::chrono::steady_clock::time_point last_touch_{};
  bool is_idle_timer_set_ = false;
  asio::steady_timer idle_timer_;
  asio::steady_timer ack_timer_;
  asio::steady_timer finish_timer_;
  callback_sender callbacks_;
};

}  // namespace gladia::testing::detail
