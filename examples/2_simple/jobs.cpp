// The jobs that live sessions and recordings leave behind: list, get, download, delete.
//
//   jobs list --status done
//   jobs list --kind pre-recorded
//   jobs get ID
//   jobs download ID recording.wav
//   jobs delete ID

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <sstream>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/terminal.hpp>

namespace {

// `Job` is a `gladia::live_job` or a `gladia::pre_recorded_job`.

template <class Job>
void print_line(examples::terminal& terminal, Job const& job) {
  std::ostringstream line;
  line << job.id << "  " << job.status.name() << "  " << job.created_at;
  if (job.error_code) line << "  error code " << *job.error_code;
  if (job.file && job.file->audio_duration) line << "  " << *job.file->audio_duration << " s";
  if (!job.unreadable.empty()) line << "  could not be read wholly: " << job.unreadable;
  terminal.line(line.str());
}

template <class Job>
void print_whole(examples::terminal& terminal, Job const& job) {
  print_line(terminal, job);
  if (!job.result || !job.result->transcription) return;
  for (auto const& said : job.result->transcription->utterances) {
    std::ostringstream line;
    line << "  " << said.start << ".." << said.end << ':' << said.text;
    terminal.line(line.str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  examples::service service;
  gladia::job_list_query query;
  std::vector<std::string> status;
  std::string id, path;
  std::string kind = "live";

  CLI::App app("Lists, shows, downloads and deletes the jobs of live sessions and of recordings.");
  service.add_options(app);
  app.add_option("--kind", kind, "Which jobs: those of live sessions, or of recordings")
      ->check(CLI::IsMember({"live", "pre-recorded"}))
      ->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  auto* list = app.add_subcommand("list", "Print a line for each job, newest first");
  list->add_option("--status", status, "queued, processing, done or error; may be repeated");
  list->add_option("--limit", query.limit, "How many jobs a page has; all pages are shown");
  list->add_option("--after", query.after_date, "Created after this time, as 2026-01-31T12:00:00Z");
  auto* get = app.add_subcommand("get", "Print a job and its transcript");
  auto* download = app.add_subcommand("download", "Save the recording of a job");
  auto* erase = app.add_subcommand("delete", "Delete a job, its audio and its transcript");
  for (auto* command : {get, download, erase}) {
    command->add_option("ID", id, "The job's id")->required();
  }
  download
      ->add_option("FILE", path, "Where to; an existing file is replaced once the new one is whole")
      ->required();
  if (auto const ended = examples::parse(app, argc, argv)) return *ended;
  for (auto const& name : status) query.status.emplace_back(name);
  if (!service.prepare()) return 1;
  bool const is_live = kind == "live";

  boost::asio::io_context io;
  gladia::client client(io, service.options());
  examples::terminal terminal(false);
  gladia::error failure;

  // Ctrl-C ends the call in order: a download then leaves no part of the file behind.
  boost::asio::cancellation_signal cancel;
  examples::interrupts interrupts([&](int) {
    boost::asio::post(io, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  });
  auto const cancellable = [&](auto handler) {
    return boost::asio::bind_cancellation_slot(cancel.slot(), std::move(handler));
  };
  auto const note_failure = [&](gladia::result<void> done) {
    if (!done) failure = done.error();
  };

  // The clients of both kinds have the same calls.
  auto const start = [&](auto const& api) {
    if (*list) {
      auto visit = [&](auto const& job) {
        print_line(terminal, job);
        return true;
      };
      auto on_end = [&](gladia::result<std::size_t> count) {
        if (!count) {
          failure = count.error();
        } else if (*count == 0) {
          std::cerr << "no jobs"
                    << (is_live ? "; for those of recordings: --kind pre-recorded" : "") << '\n';
        }
      };
      api.async_list_all(query, visit, cancellable(on_end));
    } else if (*get) {
      auto on_job = [&](auto const& job) {
        job ? print_whole(terminal, *job) : void(failure = job.error());
      };
      api.async_get(id, cancellable(on_job));
    } else if (*download) {
      auto progress = [&](std::uint64_t received, std::optional<std::uint64_t> total) {
        terminal.progress(std::to_string(received) + " bytes" +
                          (total ? " of " + std::to_string(*total) : ""));
      };
      api.async_download_file(id, path, progress, cancellable(note_failure));
    } else {
      api.async_delete(id, cancellable(note_failure));
    }
  };
  is_live ? start(client.live()) : start(client.pre_recorded());
  io.run();
  terminal.finish();
  if (!terminal.is_good()) return examples::fail(terminal.fault_text());
  if (!failure) return 0;
  auto const is_elsewhere = is_live && !*list && failure == gladia::errc::not_found;
  return examples::fail(
      service.explain(failure) +
      (is_elsewhere ? "; if it is the job of a recording: --kind pre-recorded" : ""));
}
