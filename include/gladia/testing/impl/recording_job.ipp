#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gladia/codec/encode.hpp>
#include <gladia/live/subtitle.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/pre_recorded_job.hpp>
#include <gladia/testing/impl/callback_sender.ipp>
#include <gladia/testing/impl/minutes.ipp>
#include <gladia/testing/impl/not_available.ipp>
#include <gladia/testing/impl/recorded_audio.ipp>
#include <gladia/testing/impl/shared_state.ipp>
#include <gladia/testing/impl/transcriber.ipp>
#include <gladia/testing/impl/wire.ipp>

namespace gladia::testing::detail {

/// A file that was uploaded.
struct uploaded_file {
  std::string id = make_uuid();
  std::string signature = random_hexadecimal(32);
  std::string filename{};
  std::optional<std::string> source{};  ///< the URL that stands for it
  std::shared_ptr<spool_file const> bytes{};
  std::string extension{};
  double audio_duration = 0;  ///< seconds; 0: it cannot be read
  int channels = 0;           ///< 0: it cannot be read
};

/// The transcription of one file. Used on the emulator's thread only.
class recording_job : public std::enable_shared_from_this<recording_job> {
 public:
  recording_job(std::shared_ptr<shared_state> shared, pre_recorded_request request,
                std::shared_ptr<uploaded_file const> file)
      : shared_(std::move(shared)),
        request_(std::move(request)),
        file_(std::move(file)),
        timer_(shared_->executor),
        callbacks_(shared_->executor) {
    custom_metadata_ = std::exchange(request_.custom_metadata, {});
  }

  /// To be called once, after a shared pointer owns this object.
  void start() {
    after(shared_->options.queued_time, [this] { begin(); });
  }
  /// Stops all timers and callbacks.
  void shut_down() {
    is_shut_down_ = true;
    timer_.cancel();
    callbacks_.shut_down();
    transcriber_ = nullptr;
  }

  [[nodiscard]] std::string const& id() const noexcept { return id_; }
  [[nodiscard]] wall_clock::time_point created_at() const noexcept { return created_at_; }
  [[nodiscard]] json_text const& custom_metadata() const noexcept { return custom_metadata_; }
  [[nodiscard]] std::shared_ptr<uploaded_file const> const& file() const noexcept { return file_; }
  [[nodiscard]] active_faults const& faults() const {
    return own_faults_ ? *own_faults_ : shared_->faults;
  }
  void set_faults(testing::faults faults) { own_faults_.emplace(std::move(faults)); }

  /// The job as `GET` shows it.
  [[nodiscard]] job_status status() const {
    auto const& fault = faults().plan.job;
    if (polls_ < fault.queued_polls) return job_status::queued;
    bool const is_over = status_ == job_status::done || status_ == job_status::error;
    if (is_over && polls_ < fault.queued_polls + fault.processing_polls) {
      return job_status::processing;
    }
    return status_;
  }
  [[nodiscard]] bool is_over() const {
    return status() == job_status::done || status() == job_status::error;
  }
  /// Whether a fault made the job vanish.
  [[nodiscard]] bool is_gone() const {
    auto const limit = faults().plan.job.gone_after_polls;
    return limit >= 0 && polls_ >= limit;
  }

  [[nodiscard]] recording_report report() const {
    recording_report report;
    report.id = id_;
    report.status = status();
    report.polls = polls_;
    report.filename = file_->filename;
    report.bytes = file_->bytes->size();
    report.callbacks_delivered = callbacks_.delivered();
    report.callbacks_failed = callbacks_.failed();
    return report;
  }

  /// The job, as `GET` shows it; to be called once for each such request.
  [[nodiscard]] pre_recorded_job polled_job() {
    auto found = job();
    ++polls_;
    shared_->changes.notify();
    return found;
  }
  /// The job, as the list shows it.
  [[nodiscard]] pre_recorded_job job() const {
    pre_recorded_job job;
    job.id = id_;
    job.request_id = "G-" + id_.substr(0, 8);
    job.version = 2;
    job.status = status();
    job.created_at = iso_time(created_at_);
    job.custom_metadata = custom_metadata_;
    job.post_session_metadata = json_text{"{}"};
    job.kind = "pre-recorded";
    job.request_params = request_;
    job_file file;
    file.id = file_->id;
    file.filename = file_->filename;
    file.source = file_->source;
    if (file_->channels > 0) {
      file.audio_duration = file_->audio_duration;
      file.number_of_channels = file_->channels;
    }
    job.file = std::move(file);
    if (!is_over()) return job;
    job.completed_at = iso_time(completed_at_);
    if (error_) job.error_code = error_->code;
    auto const& fault = faults().plan.job;
    if (!result_ || fault.without_result) return job;
    job.result = result_;
    if (fault.without_transcription) job.result->transcription = std::nullopt;
    return job;
  }

 private:
  /// Frames of one piece; between pieces other handlers run.
  static constexpr std::size_t piece = 16000;

  template <class Next>
  void after(std::chrono::milliseconds time, Next next) {
    timer_.expires_after(time);
    timer_.async_wait([weak = weak_from_this(), next](error_code ec) {
      auto const self = weak.lock();
      // A handler that is already posted cannot be cancelled.
      if (self && !ec && !self->is_shut_down_) next();
    });
  }

  void begin() {
    status_ = job_status::processing;
    begun_at_ = std::chrono::steady_clock::now();
    shared_->changes.notify();
    auto audio = recorded_audio::open(file_->bytes);
    if (!audio) {
      error_ = job_error{400, "The audio cannot be read: " + std::string(audio.error().what())};
      return wait_for_end();
    }
    audio_.emplace(std::move(*audio));
    transcriber_settings settings;
    settings.format = audio_->format();
    // Utterances are whole sentences: nobody waits for them.
    settings.detector.endpointing = 0.3;
    settings.detector.maximum_duration = 30;
    if (!request_.language_config.languages.empty()) {
      settings.language = request_.language_config.languages.front().code;
    }
    transcriber_ = std::make_shared<transcriber>(
        std::move(settings), shared_->script, shared_->words,
        [executor = shared_->executor](std::function<void()> task) {
          asio::post(executor, std::move(task));
        },
        [weak = weak_from_this()](heard what) {
          if (auto const self = weak.lock()) self->on_heard(std::move(what));
        });
    listen();
  }

  void listen() {
    if (!transcriber_) return;
    // A disk is faster than the recogniser, which keeps all waiting audio in memory. One utterance
    // of each channel may be open and wait for more audio.
    auto const channels = static_cast<std::size_t>(audio_->format().channels);
    is_waiting_ = transcriber_->unrecognised() > channels + 4;
    if (is_waiting_) return;
    if (auto const bytes = audio_->read(piece); !bytes.empty()) {
      transcriber_->feed(bytes);
      return asio::post(shared_->executor, [self = shared_from_this()] { self->listen(); });
    }
    is_heard_ = true;
    transcriber_->finish();
    finish_when_idle();
  }

  void on_heard(heard what) {
    if (auto* words = std::get_if<transcript_data>(&what)) {
      if (words->is_final) minutes_.add(*words);
    } else if (std::holds_alternative<recognition_done>(what)) {
      if (std::exchange(is_waiting_, false)) return listen();
      finish_when_idle();
    }
  }

  void finish_when_idle() {
    if (is_heard_ && transcriber_ && transcriber_->is_idle()) wait_for_end();
  }

  void wait_for_end() {
    if (std::exchange(is_ending_, true)) return;
    after(shared_->options.processing_time, [this] { finish(); });
  }

  void finish() {
    if (auto const code = faults().plan.job.error_code; code != 0) {
      error_ = job_error{code, "The transcription failed"};
    }
    minutes_.sort();
    if (!error_) result_ = result();
    status_ = error_ ? job_status::error : job_status::done;
    completed_at_ = wall_clock::now();
    transcriber_ = nullptr;
    audio_.reset();
    shared_->log("recording " + id_ + ": " + (error_ ? error_->message : "done"));
    call_back();
    shared_->changes.notify();
  }

  [[nodiscard]] pre_recorded_result result() const {
    pre_recorded_result result;
    auto const duration = in_thousandths(transcriber_->duration());
    result.metadata.audio_duration = duration;
    result.metadata.number_of_distinct_channels = audio_->format().channels;
    result.metadata.billing_time = in_thousandths(duration * audio_->format().channels);
    result.metadata.transcription_time = in_thousandths(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_at_).count());
    auto& said = result.transcription.emplace(minutes_.transcription(faults().plan.summary));
    if (is_wanted(request_.subtitles)) said.subtitles = subtitles(said.utterances);
    if (auto failure = failed<std::vector<std::string>>(request_.sentences, "sentences")) {
      said.sentences.push_back(std::move(*failure));
    }
    result.translation =
        failed<std::vector<translation_result>>(request_.translation, "translation");
    result.summarization = failed<std::string>(request_.summarization, "summarization");
    result.named_entity_recognition = failed<std::vector<named_entity>>(
        request_.named_entity_recognition, "named_entity_recognition");
    result.sentiment_analysis =
        failed<json_text>(request_.sentiment_analysis, "sentiment_analysis");
    result.audio_to_llm =
        failed<std::vector<addon<llm_answer>>>(request_.audio_to_llm, "audio_to_llm");
    result.diarization =
        failed<std::vector<transcript_utterance>>(request_.diarization, "diarization");
    return result;
  }

  [[nodiscard]] std::vector<subtitle_file> subtitles(utterances const& said) const {
    auto const& wanted = request_.subtitles_config;
    live::subtitle_options layout;
    if (auto const count = wanted.maximum_characters_per_row) {
      layout.max_characters_per_row = static_cast<std::size_t>(*count);
    }
    if (auto const count = wanted.maximum_rows_per_caption) {
      layout.max_rows = static_cast<std::size_t>(*count);
    }
    if (auto const seconds = wanted.minimum_duration) {
      layout.minimum_duration = std::chrono::milliseconds(std::llround(*seconds * 1000));
    }
    std::vector<subtitle_file> files;
    auto formats = wanted.formats;
    if (formats.empty()) formats.emplace_back(subtitle_format::srt);
    for (auto const& format : formats) {
      bool const is_srt = format == subtitle_format::srt;
      files.push_back({is_srt ? "srt" : "vtt",
                       is_srt ? live::to_srt(said, layout) : live::to_webvtt(said, layout)});
    }
    return files;
  }

  void call_back() {
    auto const& config = request_.callback_config;
    auto const url = is_wanted(request_.callback) ? config.url : request_.callback_url;
    if (url.empty()) return;
    pre_recorded_callback post;
    post.id = id_;
    post.event = error_ ? "transcription.error" : "transcription.success";
    post.payload = result_;
    post.error = error_;
    post.custom_metadata = custom_metadata_;
    auto body = codec::encode(post);
    if (!body) return shared_->log("a callback cannot be written: " + body.error().what());
    bool const is_put = is_wanted(request_.callback) && config.method == callback_method::put;
    callbacks_.send(is_put ? "PUT" : "POST", url.reveal(), std::move(*body),
                    [shared = shared_](std::string const& note) {
                      if (!note.empty()) shared->log("callback: " + note);
                      shared->changes.notify();
                    });
  }

  static bool is_wanted(std::optional<bool> flag) { return flag.value_or(false); }

  std::shared_ptr<shared_state> shared_;
  pre_recorded_request request_;
  std::shared_ptr<uploaded_file const> file_;
  json_text custom_metadata_{};
  std::string id_ = make_uuid();
  wall_clock::time_point created_at_ = wall_clock::now();
  wall_clock::time_point completed_at_{};
  std::chrono::steady_clock::time_point begun_at_{};
  job_status status_ = job_status::queued;
  int polls_ = 0;
  std::optional<active_faults> own_faults_{};

  std::optional<recorded_audio> audio_{};
  std::shared_ptr<transcriber> transcriber_{};
  bool is_waiting_ = false;  // for the recogniser
  bool is_heard_ = false;    // to its end
  bool is_ending_ = false;
  bool is_shut_down_ = false;
  minutes minutes_{};
  std::optional<pre_recorded_result> result_{};
  std::optional<job_error> error_{};
  asio::steady_timer timer_;
  callback_sender callbacks_;
};

}  // namespace gladia::testing::detail
