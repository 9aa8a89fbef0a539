// Prints what is said, and its translations below it, as they come.
//
//   translation --to fr --to de meeting.wav
//   translation --to fr --script examples/data/translated.json examples/data/sample.wav

#include <fstream>
#include <iterator>
#include <optional>
#include <support/command_line.hpp>
#include <support/service.hpp>
#include <support/session_text.hpp>
#include <support/speak.hpp>
#include <support/terminal.hpp>
#include <vector>

namespace live = gladia::live;

namespace {

struct settings {
  examples::service service;
  std::string path;
  std::vector<std::string> targets;
  std::string script;
  std::optional<double> speed;
  bool partials = false;
};

/// `[00:01.2] fr: bonjour`; without a language where the server tells none.
std::string line_of(gladia::transcript_utterance const& said,
                    gladia::language_code const& language) {
  auto const name = language.code.empty() ? "" : ' ' + language.code + ':';
  return '[' + examples::clock_text(said.start) + ']' + name + examples::after_space(said.text);
}

live::session_handlers print_with(examples::terminal& terminal, bool partials) {
  live::session_handlers handlers;
  handlers.on_event = [&terminal, partials](live::event const& event) {
    auto const print = gladia::overloaded{
        [&](gladia::transcript const& said) {
          auto const line = line_of(said.data.utterance, said.data.utterance.language);
          if (said.data.is_final) terminal.partial({});
          if (said.data.is_final) return terminal.line(line);
          terminal.partial(line);
          if (partials) terminal.line(line + " ...");
        },
        [&](gladia::translation_message const& translation) {
          if (translation.data) {
            terminal.line(
                line_of(translation.data->translated_utterance, translation.data->target_language));
          } else {
            terminal.line(
                "(not translated: " + (translation.error ? translation.error->message : "") + ')');
          }
        },
        [](auto const&) {}};
    std::visit(print, event);
  };
  return handlers;
}

int transcribe(settings const& s, examples::wav_source& wav) {
  gladia::live_request request;
  request.audio = wav.format();
  request.messages_config.receive_partial_transcripts = true;
  request.realtime_processing.translation = true;
  request.realtime_processing.translation_config.target_languages.assign(s.targets.begin(),
                                                                         s.targets.end());
  examples::terminal terminal(false);
  gladia::client const client(s.service.options());
  live::threaded_session session(client.live().session(request), print_with(terminal, s.partials));
  auto const end = examples::speak(session, wav, {s.speed, &terminal});
  terminal.finish();
  return examples::report(end, terminal, s.service);
}

}  // namespace

int main(int argc, char** argv) {
  settings s;
  CLI::App app("Transcribes and translates a WAV file in real time.");
  s.service.add_options(app);
  app.add_option("FILE.wav", s.path, "PCM, A-law or µ-law; a pipe, or - for standard input")
      ->required();
  app.add_option("--to", s.targets, "A language to translate to, such as fr; may be repeated")
      ->allow_extra_args(false)
      ->required();
  app.add_flag("--partials", s.partials,
               "Print what is being said before it is final; it is not translated yet");
  app.add_option("--script", s.script,
                 "What the emulator of this program says and how it translates that: see "
                 "examples/data/translated.json");
  examples::add_speed(app, s.speed);
  app.footer(app.get_footer() + examples::about_live_sessions);
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  auto wav = examples::wav_source::open(s.path);
  if (!wav) return examples::fail(wav.error().what());
  gladia::testing::emulator_options emulator;
  std::ifstream script(s.script);
  if (!s.script.empty() && !script) return examples::fail(s.script + ": cannot be read");
  emulator.script.assign(std::istreambuf_iterator<char>(script), {});
  if (!s.service.prepare(emulator)) return 1;
  return transcribe(s, *wav);
}
