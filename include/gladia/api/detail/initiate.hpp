#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <memory>
#include <utility>

#include <gladia/error.hpp>

namespace gladia::api::detail {

struct service;

/// The handler of a call.
template <class T>
using handler = boost::asio::any_completion_handler<void(result<T>)>;

/// Starts an operation of `Client`, and has the executor that completion tokens ask for.
template <class Client, class T, class... Args>
struct operation {
  std::shared_ptr<service const> shared;
  void (Client::*start)(handler<T>, Args...) const;

  using executor_type = boost::asio::any_io_executor;
  [[nodiscard]] executor_type get_executor() const noexcept {
    return Client(shared).get_executor();
  }
  void operator()(handler<T> h, Args... args) const {
    (Client(shared).*start)(std::move(h), std::move(args)...);
  }
};

/// Starts an operation when `token` says so.
template <class T, class Client, class CompletionToken, class... Args>
auto initiate(std::shared_ptr<service const> shared,
              void (Client::*start)(handler<T>, Args...) const, CompletionToken& token,
              Args... args) {
  return boost::asio::async_initiate<CompletionToken, void(result<T>)>(
      operation<Client, T, Args...>{std::move(shared), start}, token, std::move(args)...);
}

}  // namespace gladia::api::detail
