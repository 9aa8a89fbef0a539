// Transcribes a recording: a file, which is uploaded, or a URL, which the server fetches itself.
//
//   transcribe_recording meeting.mp3
//   transcribe_recording --diarization --subtitles srt --output meeting.srt meeting.mp3
//   transcribe_recording --json https://example.com/meeting.mp4

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <gladia/codec/encode.hpp>
#include <optional>
#include <sstream>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/new_file.hpp>
#include <support/service.hpp>
#include <support/terminal.hpp>
#include <vector>

namespace pre_recorded = gladia::pre_recorded;

namespace {

struct settings {
  examples::service service;
  std::string recording;
  std::vector<std::string> languages;
  std::string subtitles;
  std::string output;
  double timeout = 7200;
  bool diarization = false;
  bool json = false;

  bool is_url() const { return recording.find("://") != std::string::npos; }
};

void add_options(CLI::App& app, settings& s) {
  s.service.add_options(app);
  app.add_option("FILE-or-URL", s.recording,
                 "Audio or video, in any format the server takes; no pipe, and no - for standard "
                 "input: the size of a file has to be known")
      ->required();
  app.add_option("--language", s.languages, "A spoken language, such as en; may be repeated")
      ->allow_extra_args(false);
  app.add_flag("--diarization", s.diarization, "Tell the speakers apart");
  app.add_option("--subtitles", s.subtitles, "Make subtitles instead of lines of text")
      ->check(CLI::IsMember({"srt", "vtt"}));
  app.add_option("--output", s.output,
                 "Write the text or the subtitles to this file too; an existing file is replaced "
                 "once the new one is whole");
  app.add_option("--timeout", s.timeout, "Seconds to wait for the job, counted from its creation")
      ->check(CLI::Range(0.001, 1e8))
      ->capture_default_str();
  app.add_flag(
      "--json", s.json,
      "Print the finished job, with the recording's URL, as one line of JSON, and nothing else");
  app.footer(app.get_footer() +
             "\nCtrl-C ends the program in order. A job that was made is named; it goes on, unless "
             "the emulator of this program has it."
             "\nExit status: 0, the job is done; 1, it is not, which standard error explains; 2, "
             "wrong usage.");
  app.callback([&s] {
    std::error_code ignored;
    if (std::filesystem::equivalent(s.recording, s.output, ignored)) {
      throw CLI::ValidationError("--output", "is the recording itself");
    }
  });
}

gladia::pre_recorded_request request_of(settings const& s) {
  gladia::pre_recorded_request request;
  request.language_config.languages.assign(s.languages.begin(), s.languages.end());
  if (s.diarization) request.diarization = true;
  if (!s.subtitles.empty()) {
    request.subtitles = true;
    request.subtitles_config.formats.emplace_back(s.subtitles);
  }
  return request;
}

std::string describe(pre_recorded::transcription_progress const& p) {
  using step = pre_recorded::transcription_progress::step;
  if (p.at == step::uploading) {
    return std::to_string(p.sent) + " of " + std::to_string(p.size) + " bytes sent";
  }
  if (p.at == step::creating) return "creating the job";
  auto const seconds = static_cast<double>(p.elapsed.count()) / 1000;
  auto const state = p.status.name().empty() ? "created" : std::string(p.status.name());
  return "job " + p.job_id + ": " + state + ", " + examples::clock_text(seconds);
}

/// The row at the bottom of the terminal. Its clock goes on between two polls.
class progress_row {
 public:
  progress_row(boost::asio::io_context& io, examples::terminal& terminal)
      : terminal_(terminal), tick_(io) {}

  void show(pre_recorded::transcription_progress const& p) {
    last_ = p;
    last_at_ = std::chrono::steady_clock::now();
    draw();
  }
  void finish() {
    is_over_ = true;
    tick_.cancel();
    terminal_.finish();
  }

 private:
  void draw() {
    if (!terminal_.is_interactive()) return;
    auto now = last_;
    now.elapsed += std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - last_at_);
    terminal_.progress(describe(now));
    tick_.expires_after(std::chrono::seconds(1));
    // A tick that is on its way cannot be cancelled any more.
    tick_.async_wait([this](boost::system::error_code e) {
      if (!e && !is_over_) draw();
    });
  }

  examples::terminal& terminal_;
  boost::asio::steady_timer tick_;
  pre_recorded::transcription_progress last_;
  std::chrono::steady_clock::time_point last_at_;
  bool is_over_ = false;
};

/// A line for each utterance, with its time and its speaker, or its channel where there are
/// several.
std::string lines_of(gladia::transcription_result const& said) {
  auto const& all = said.utterances;
  auto const in_other = [](auto const& u) { return u.channel != 0; };
  bool const has_channels = std::any_of(all.begin(), all.end(), in_other);
  std::ostringstream lines;
  for (auto const& u : all) {
    lines << '[' << examples::clock_text(u.start) << '-' << examples::clock_text(u.end) << "] ";
    if (u.speaker) {
      lines << "speaker " << *u.speaker << ": ";
    } else if (has_channels) {
      lines << "channel " << u.channel << ": ";
    }
    auto const begin = std::min(u.text.find_first_not_of(' '), u.text.size());
    lines << examples::terminal::printable(u.text.substr(begin)) << '\n';
  }
  return lines.str();
}

/// What was asked for: lines of text or subtitles.
gladia::result<std::string> text_of(gladia::pre_recorded_job const& job, settings const& s) {
  auto const missing = [](std::string const& what) {
    return gladia::error(gladia::errc::malformed_response, "the job has no " + what);
  };
  if (!job.result || !job.result->transcription) return missing("transcript");
  if (s.subtitles.empty()) return lines_of(*job.result->transcription);
  for (auto const& file : job.result->transcription->subtitles) {
    if (file.format == s.subtitles) return file.subtitles;
  }
  return missing(s.subtitles + " subtitles");
}

/// Prints a job that is done, and writes the file. Gives what went wrong.
gladia::error deliver(gladia::pre_recorded_job const& job, settings const& s,
                      std::optional<examples::new_file>& output) {
  for (auto const& addon : gladia::failed_addons(job)) {
    std::cerr << "warning: " << addon.name
              << " failed: " << examples::terminal::printable(addon.error.message) << '\n';
  }
  if (job.result && job.result->transcription && job.result->transcription->utterances.empty()) {
    std::cerr << "no speech was found\n";
  }
  examples::terminal terminal(true);
  auto const text = text_of(job, s);
  if (s.json) {
    auto const line = gladia::codec::encode(job);
    if (!line) return line.error();
    terminal.line(*line);
  } else if (text) {
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) terminal.line(line);
  }
  if (!text && (output || !s.json)) return text.error();
  if (output) {
    if (auto fault = output->finish(*text)) return fault;
  }
  if (terminal.is_good()) return {};
  return gladia::error(terminal.fault(), gladia::phase::none, "cannot write to standard output");
}

/// The program that shows the jobs of the same service.
std::string jobs_command(examples::service const& service) {
  auto const where = service.api_url.empty() ? "" : " --api-url " + service.api_url;
  return "jobs --kind pre-recorded" + where;
}

/// What became of a job that is no longer waited for.
std::string fate_of(std::string const& job_id, examples::service const& service) {
  if (service.emulator) return "job " + job_id + " ended with the emulator of this program";
  return "job " + job_id + " goes on: " + jobs_command(service) + " get " + job_id;
}

/// An error for a person, with what to do about the job.
std::string explain(gladia::error const& e, examples::service const& service) {
  bool const is_interrupted = e == boost::asio::error::operation_aborted;
  auto const& about = e.details();
  auto text = is_interrupted ? "interrupted" : service.explain(e);
  if (!about.job_id.empty() && (is_interrupted || e == gladia::errc::timeout)) {
    text += "; " + fate_of(about.job_id, service);
  }
  if (about.may_have_been_made && !service.emulator) {
    text += "; look for a job before you try again: " + jobs_command(service) + " list";
  }
  return text;
}

/// Transcribes and prints. Gives what went wrong.
gladia::error transcribe(settings const& s) {
  boost::asio::io_context io;
  gladia::client client(io, s.service.options());
  examples::terminal terminal(false, stderr);
  pre_recorded::transcribe_options options;
  options.wait.deadline = std::chrono::milliseconds(static_cast<std::int64_t>(s.timeout * 1000));
  progress_row row(io, terminal);
  options.progress = [&](auto const& p) { row.show(p); };

  // Ctrl-C gives up uploading or waiting; a job that was made goes on.
  boost::asio::cancellation_signal cancel;
  examples::interrupts interrupts([&](int) {
    boost::asio::post(io, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  });
  // Before the network: words that cannot be written would be paid for in vain.
  std::optional<examples::new_file> output;
  if (!s.output.empty()) {
    auto created = examples::new_file::create(s.output);
    if (!created) return created.error();
    output.emplace(std::move(*created));
  }
  gladia::error failure;
  auto const on_end = [&](gladia::result<gladia::pre_recorded_job> const& job) {
    row.finish();
    failure = job ? deliver(*job, s, output) : job.error();
    if (job && failure) failure.edit_details().job_id = job->id;
  };
  auto handler = boost::asio::bind_cancellation_slot(cancel.slot(), on_end);
  auto const& api = client.pre_recorded();
  if (s.is_url()) {
    api.async_transcribe_url(s.recording, request_of(s), options, std::move(handler));
  } else {
    api.async_transcribe_file(s.recording, request_of(s), options, std::move(handler));
  }
  io.run();
  return failure;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Transcribes a recording: a file, or what is at a URL.");
  settings s;
  add_options(app, s);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  if (!s.service.prepare()) return 1;
  auto const failure = transcribe(s);
  if (!failure) return 0;
  return examples::fail(explain(failure, s.service));
}
