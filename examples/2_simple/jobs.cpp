// The jobs that live sessions leave behind: list, get, download, delete.
//
//   jobs list --status done
//   jobs get ID
//   jobs download ID recording.wav
//   jobs delete ID

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <support/service.hpp>

namespace live = gladia::live;

namespace {

/// Prints a failure; the exit status of the program.
int report(gladia::error const& e) {
  std::cerr << "error: " << e.what() << '\n';
  return 1;
}

void print_line(gladia::live_job const& job) {
  std::cout << job.id << "  " << job.status.name() << "  " << job.created_at;
  if (job.file && job.file->audio_duration) std::cout << "  " << *job.file->audio_duration << " s";
  std::cout << '\n';
}

void print_whole(gladia::live_job const& job) {
  print_line(job);
  if (!job.result || !job.result->transcription) return;
  for (auto const& said : job.result->transcription->utterances) {
    std::cout << "  " << said.start << ".." << said.end << ':' << said.text << '\n';
  }
}

void print_progress(std::uint64_t received, std::optional<std::uint64_t> total) {
  std::cerr << '\r' << received << " bytes";
  if (total) std::cerr << " of " << *total;
  if (received == total) std::cerr << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  examples::service service;
  gladia::live_list_query query;
  std::vector<std::string> status;
  std::string id, path;

  CLI::App app("Lists, shows, downloads and deletes the jobs of live sessions.");
  service.add_options(app);
  app.require_subcommand(1);
  app.fallthrough();
  auto* list = app.add_subcommand("list", "Print a line for each job, newest first");
  list->add_option("--status", status, "queued, processing, done or error; may be repeated");
  list->add_option("--limit", query.limit, "Jobs asked for at a time");
  list->add_option("--after", query.after_date, "Created after this time, as 2026-01-31T12:00:00Z");
  auto* get = app.add_subcommand("get", "Print a job and its transcript");
  auto* download = app.add_subcommand("download", "Save the recording of a job");
  auto* erase = app.add_subcommand("delete", "Delete a job, its audio and its transcript");
  for (auto* command : {get, download, erase}) {
    command->add_option("ID", id, "The job's id")->required();
  }
  download->add_option("FILE", path, "Where to")->required();
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  for (auto const& name : status) query.status.emplace_back(name);
  if (!service.prepare()) return 1;

  boost::asio::io_context io;
  gladia::client client(io, service.options());
  int exit_status = 0;

  if (*list) {
    auto visit = [](gladia::live_job job) {
      print_line(job);
      return true;
    };
    client.live().async_list_all(query, visit, [&](gladia::result<std::size_t> count) {
      if (!count) {
        exit_status = report(count.error());
      } else if (*count == 0) {
        std::cerr << "no jobs\n";
      }
    });
  } else if (*get) {
    client.live().async_get(id, [&](gladia::result<gladia::live_job> job) {
      job ? print_whole(*job) : void(exit_status = report(job.error()));
    });
  } else if (*download) {
    gladia::net::body_progress progress;
    if (::isatty(STDERR_FILENO) == 1) progress = print_progress;
    client.live().async_download_file(id, path, progress, [&](gladia::result<void> done) {
      if (!done) exit_status = report(done.error());
    });
  } else {
    client.live().async_delete(id, [&](gladia::result<void> done) {
      if (!done) exit_status = report(done.error());
    });
  }
  io.run();
  return exit_status;
}
