// Calls without Asio: each gives a `std::future`, whose `get` returns the answer or throws. Uploads
// a recording, creates a job for it, waits for the job and lists all jobs.
//
//   futures examples/data/sample.wav

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <support/command_line.hpp>
#include <support/interrupts.hpp>
#include <support/service.hpp>
#include <support/terminal.hpp>

namespace {

/// With this as its last argument, a call returns a future, and what goes wrong is thrown.
auto const as_future = gladia::throwing(boost::asio::use_future);

/// `answer.get()`, which waits no longer once Ctrl-C was pressed.
template <class T>
T get(std::future<T> answer, std::atomic<bool> const& is_interrupted) {
  while (answer.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    if (is_interrupted) throw std::runtime_error("interrupted");
  }
  return answer.get();
}

void transcribe(gladia::pre_recorded::client const& api, std::string const& path,
                examples::terminal& terminal, std::atomic<bool> const& is_interrupted) {
  // Two calls at the same time: nothing waits before `get`.
  auto listed = api.async_list({}, as_future);
  auto uploaded = api.async_upload_file(path, {}, as_future);
  auto const before = get(std::move(listed), is_interrupted);
  terminal.line("jobs on the first page: " + std::to_string(before.items.size()));

  gladia::pre_recorded_request request;
  request.audio_url = get(std::move(uploaded), is_interrupted).audio_url;
  auto const id = get(api.async_create(request, as_future), is_interrupted).id;
  auto const created = get(api.async_get(id, as_future), is_interrupted);
  terminal.line("job " + id + ": " + std::string(created.status.name()));

  auto const job = get(api.async_wait(id, {}, as_future), is_interrupted);
  terminal.line("job " + id + ": " + std::string(job.status.name()));
  if (job.result && job.result->transcription) {
    terminal.line(job.result->transcription->full_transcript);
  }
}

}  // namespace

int main(int argc, char** argv) {
  examples::service service;
  std::string path;
  CLI::App app("Transcribes a recording with futures.");
  service.add_options(app);
  app.add_option("FILE", path, "Audio or video, in any format the server takes")->required();
  app.footer(app.get_footer() +
             "\nCtrl-C ends the program; a job that was created goes on."
             "\nExit status: 0, the job is done; 1, it is not, which standard error explains; 2, "
             "wrong usage.");
  if (auto const status = examples::parse(app, argc, argv)) return *status;
  if (!service.prepare()) return 1;

  std::atomic<bool> is_interrupted{false};
  examples::interrupts interrupts([&](int) { is_interrupted = true; });
  examples::terminal terminal(true);
  gladia::client const client(service.options());  // with a thread of its own
  try {
    transcribe(client.pre_recorded(), path, terminal, is_interrupted);
  } catch (gladia::exception const& e) {
    return examples::fail(service.explain(e.error()));
  } catch (std::exception const& e) {
    return examples::fail(e.what());
  }
  return terminal.is_good() ? 0 : examples::fail(terminal.fault_text());
}
