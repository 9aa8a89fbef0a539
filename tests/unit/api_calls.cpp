#include <gladia/pre_recorded/client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <gladia/api/detail/service.hpp>
#include <gladia/net/http_client.hpp>
#include <gladia/net/transport.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using gladia::errc;
using gladia::result;
namespace net = gladia::net;
namespace pre_recorded = gladia::pre_recorded;

/// Keeps what it is to send, and answers nothing useful.
struct kept_requests : net::transport {
  struct exchange : net::http_exchange {
    explicit exchange(kept_requests& o) : owner(o) {}
    void start(net::http_request request,
               std::function<void(result<net::http_response>)> done) override {
      owner.all.push_back(std::move(request));
      boost::asio::post(owner.io, [done = std::move(done)] {
        net::http_response refusal;
        refusal.status = 400;
        done(std::move(refusal));
      });
    }
    void cancel() noexcept override {}
    kept_requests& owner;
  };

  explicit kept_requests(boost::asio::io_context& context) : io(context) {}
  std::shared_ptr<net::websocket> make_websocket(boost::asio::any_io_executor const&) override {
    return nullptr;
  }
  std::shared_ptr<net::http_exchange> make_http_exchange(
      boost::asio::any_io_executor const&) override {
    return std::make_shared<exchange>(*this);
  }

  boost::asio::io_context& io;
  std::vector<net::http_request> all{};
};

struct api_calls : testing::Test {
  boost::asio::io_context io;
  std::shared_ptr<kept_requests> requests = std::make_shared<kept_requests>(io);

  // A request that is kept holds its call, which holds the transport.
  ~api_calls() override { requests->all.clear(); }

  pre_recorded::client api() {
    auto service = std::make_shared<gladia::api::detail::service>();
    service->executor = io.get_executor();
    service->transport = requests;
    service->http = std::make_shared<net::http_client>(requests, net::http_client_options());
    service->api = *net::parse_url("https://api.test");
    service->api_key = gladia::secret("a key");
    return pre_recorded::client(std::move(service));
  }
  template <class T, class Start>
  gladia::error failure(Start start) {
    std::optional<result<T>> outcome;
    start([&outcome](result<T> r) { outcome.emplace(std::move(r)); });
    io.restart();
    io.run();
    EXPECT_TRUE(outcome);
    return outcome && !*outcome ? outcome->error() : gladia::error();
  }
};

TEST_F(api_calls, ask_for_no_job_whose_id_is_a_folder) {
  for (auto const* id : {"", ".", ".."}) {
    auto const got =
        failure<gladia::pre_recorded_job>([&](auto h) { api().async_get(id, std::move(h)); });
    EXPECT_EQ(got, errc::invalid_request) << id;
    auto const deleted = failure<void>([&](auto h) { api().async_delete(id, std::move(h)); });
    EXPECT_EQ(deleted, errc::invalid_request) << id;
    auto const waited =
        failure<gladia::pre_recorded_job>([&](auto h) { api().async_wait(id, {}, std::move(h)); });
    EXPECT_EQ(waited, errc::invalid_request) << id;
  }
  EXPECT_THAT(requests->all, testing::IsEmpty());
}

TEST_F(api_calls, let_an_upload_take_as_long_as_bytes_leave) {
  pre_recorded::audio_source source;
  source.size = 1;
  source.read = [](char*, std::size_t) { return result<std::size_t>(1); };
  auto const e = failure<gladia::uploaded_audio>(
      [&](auto h) { api().async_upload(source, {}, std::move(h)); });
  EXPECT_EQ(e.details().http_status, 400);
  ASSERT_THAT(requests->all, testing::SizeIs(1));
  EXPECT_EQ(requests->all[0].deadline, 0s);
  EXPECT_EQ(requests->all[0].send_idle, 30s);
  EXPECT_EQ(requests->all[0].idle, 300s);
}

TEST_F(api_calls, let_the_server_take_its_time_where_it_has_much_to_do) {
  EXPECT_TRUE(failure<gladia::uploaded_audio>(
      [&](auto h) { api().async_upload_url("https://files.test/long.mp4", std::move(h)); }));
  EXPECT_TRUE(failure<void>([&](auto h) { api().async_delete("an-id", std::move(h)); }));
  auto const ignore = [](std::string_view) { return result<void>(); };
  EXPECT_TRUE(
      failure<void>([&](auto h) { api().async_download("an-id", ignore, {}, std::move(h)); }));
  ASSERT_THAT(requests->all, testing::SizeIs(3));
  EXPECT_EQ(requests->all[0].deadline, 300s);
  EXPECT_EQ(requests->all[1].deadline, 60s);
  EXPECT_EQ(requests->all[2].deadline, 0s);
  EXPECT_EQ(requests->all[2].idle, 60s);
}

}  // namespace
