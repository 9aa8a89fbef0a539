// Writes subtitles while people speak. The files can be read at any moment: they hold whole
// captions and nothing else.
//
//   captions --vtt talk.vtt --srt talk.srt talk.wav
//   arecord -f S16_LE -r 16000 | captions --vtt talk.vtt -

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <support/command_line.hpp>
#include <support/new_file.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/speak.hpp>
#include <support/terminal.hpp>
#include <system_error>
#include <utility>
#include <vector>

namespace live = gladia::live;

namespace {

enum class kind { srt, vtt };

/// A file of captions that grows, and is put in order at the end.
class caption_file {
 public:
  /// Replaces an existing file.
  caption_file(std::string path, kind what) : path_(std::move(path)), kind_(what) {
    stream_ = std::fopen(path_.c_str(), "wb");
    if (!stream_) note_failure();
    // Without a buffer each text is one write: what is read before ends behind a caption.
    if (stream_) std::setvbuf(stream_, nullptr, _IONBF, 0);
    if (kind_ == kind::vtt) write(live::webvtt_header);
  }
  ~caption_file() {
    if (stream_) std::fclose(stream_);
  }
  caption_file(caption_file&&) = delete;

  void append(live::caption const& shown) {
    write(kind_ == kind::srt ? live::to_srt(shown, ++count_) : live::to_webvtt(shown));
  }

  /// Replaces the file by one in which captions that came late are in their places; a reader finds
  /// the one or the other.
  void put_in_order(std::vector<gladia::transcript_utterance> const& said) {
    std::error_code ignored;
    if (fault_ || !std::filesystem::is_regular_file(path_, ignored)) return;  // but a pipe
    auto ordered = examples::new_file::create(path_);
    auto const text = kind_ == kind::srt ? live::to_srt(said) : live::to_webvtt(said);
    fault_ = ordered ? ordered->finish(text) : ordered.error();
  }

  /// Why it could not be written.
  [[nodiscard]] gladia::error const& fault() const { return fault_; }

 private:
  void write(std::string const& text) {
    if (fault_) return;
    if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) note_failure();
  }
  void note_failure() {
    fault_ = gladia::error(gladia::error_code(errno, boost::system::generic_category()),
                           gladia::phase::none, "cannot write " + path_);
  }

  std::string path_;
  kind kind_;
  std::FILE* stream_ = nullptr;
  std::size_t count_ = 0;
  gladia::error fault_;
};

/// The files that were asked for, and all that was said.
struct captions {
  std::optional<caption_file> srt;
  std::optional<caption_file> vtt;
  live::transcript_view said;

  template <class F>
  void for_each_file(F f) {
    if (srt) f(*srt);
    if (vtt) f(*vtt);
  }
  /// Appends what was said. What a lost link swallowed comes late, and stands out of order until
  /// the end.
  void append(gladia::transcript const& final_words) {
    auto const* line = said.add(final_words);
    if (!line) return;  // these words are there already
    for (auto const& shown : live::make_captions({line->utterance})) {
      for_each_file([&](caption_file& file) { file.append(shown); });
    }
  }
  void put_in_order() {
    for_each_file([&](caption_file& file) { file.put_in_order(said.utterances()); });
  }
  gladia::error fault() {
    gladia::error first;
    for_each_file([&](caption_file& file) { first = first ? first : file.fault(); });
    return first;
  }
};

int transcribe(examples::service const& service, examples::wav_source& wav,
               std::optional<double> speed, captions& files) {
  gladia::live_request request;
  request.audio = wav.format();
  examples::terminal terminal(true);
  live::session_handlers handlers;
  handlers.on_final = [&](live::threaded_session& session, gladia::transcript const& said) {
    files.append(said);
    auto const mark = said.recovered ? " (late: put in its place at the end)" : "";
    terminal.line(examples::line_of(said.data.utterance) + mark);
    if (files.fault()) session.stop();
  };
  gladia::client const client(service.options());
  live::threaded_session session(client.live().session(request), handlers);
  // Whether or not the lines can be printed: the files are what is wanted.
  auto const end = examples::speak(session, wav, {speed});
  files.put_in_order();
  if (files.fault()) return examples::fail(files.fault().what());
  return examples::report(end, terminal, service);
}

}  // namespace

int main(int argc, char** argv) {
  examples::service service;
  std::string path, srt, vtt;
  std::optional<double> speed;
  CLI::App app("Writes subtitles of a WAV file, or of a pipe, while it is spoken.");
  service.add_options(app);
  app.add_option("FILE.wav", path, "PCM, A-law or µ-law; a pipe, or - for standard input")
      ->required();
  auto* files = app.add_option_group("Subtitles", "An existing file is replaced");
  files->add_option("--srt", srt, "The SubRip file to write");
  files->add_option("--vtt", vtt, "The WebVTT file to write");
  files->require_option(1, 2);
  examples::add_speed(app, speed);
  app.footer(app.get_footer() +
             "\nWhat a lost connection had swallowed comes late, behind later captions. At the end "
             "each file is\nreplaced by one in order." +
             examples::about_live_sessions);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto wav = examples::wav_source::open(path);
  if (!wav) return examples::fail(wav.error().what());
  captions written;
  if (!srt.empty()) written.srt.emplace(srt, kind::srt);
  if (!vtt.empty()) written.vtt.emplace(vtt, kind::vtt);
  if (written.fault()) return examples::fail(written.fault().what());
  if (!service.prepare()) return 1;
  return transcribe(service, *wav, speed, written);
}
