#pragma once

#include <gladia/error.hpp>

#include <boost/asio/error.hpp>

#include <gladia/detail/errc_table.hpp>
#include <gladia/detail/one_line.hpp>

namespace gladia {
namespace detail {

class error_category_impl final : public boost::system::error_category {
 public:
  char const* name() const noexcept override { return "gladia"; }
  std::string message(int value) const override {
    auto const* row = find_errc(value);
    return row ? row->message : "unknown error";
  }
};

inline bool is_retryable(error_code const& ec) noexcept {
  if (ec.category() == gladia::error_category()) {
    auto const* row = find_errc(ec.value());
    return row && row->is_retryable;
  }
  // Codes of a TLS category mean bad certificates or protocol versions: trying again does not help.
  return ec.failed() && ec != boost::asio::error::operation_aborted &&
         (ec.category() == boost::system::system_category() ||
          ec.category() == boost::asio::error::get_netdb_category() ||
          ec.category() == boost::asio::error::get_addrinfo_category() ||
          ec.category() == boost::asio::error::get_misc_category());
}

class condition_category_impl final : public boost::system::error_category {
 public:
  char const* name() const noexcept override { return "gladia.condition"; }
  std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::retryable:
        return "may succeed later";
      case condition::authentication:
        return "the key or token was refused";
      case condition::quota:
        return "a plan or concurrency limit was reached";
    }
    return "unknown condition";
  }
  bool equivalent(error_code const& ec, int value) const noexcept override {
    switch (static_cast<condition>(value)) {
      case condition::retryable:
        return is_retryable(ec);
      case condition::authentication:
        return ec == make_error_code(errc::unauthorized);
      case condition::quota:
        return ec == make_error_code(errc::too_many_requests) ||
               ec == make_error_code(errc::payment_required);
    }
    return false;
  }
};

}  // namespace detail

GLADIA_DECL boost::system::error_category const& error_category() noexcept {
  static detail::error_category_impl const category;
  return category;
}

GLADIA_DECL boost::system::error_category const& condition_category() noexcept {
  static detail::condition_category_impl const category;
  return category;
}

GLADIA_DECL error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), error_category()};
}

GLADIA_DECL boost::system::error_condition make_error_condition(condition c) noexcept {
  return {static_cast<int>(c), condition_category()};
}

GLADIA_DECL char const* to_string(phase p) noexcept {
  switch (p) {
    case phase::none:
      return "none";
    case phase::resolve:
      return "resolve";
    case phase::connect:
      return "connect";
    case phase::proxy:
      return "proxy";
    case phase::tls:
      return "tls";
    case phase::upgrade:
      return "upgrade";
    case phase::request:
      return "request";
    case phase::response:
      return "response";
    case phase::stream:
      return "stream";
    case phase::stop:
      return "stop";
  }
  return "unknown";
}

GLADIA_DECL error_details const& error::details() const noexcept {
  // Never destroyed, because threads may still use it while the program exits.
  static union immortal {
    error_details value{};
    // NOLINTBEGIN(modernize-use-equals-default): defaulted they would be deleted.
    immortal() noexcept {}
    ~immortal() {}
    // NOLINTEND(modernize-use-equals-default)
  } const none;
  return details_ ? *details_ : none.value;
}

GLADIA_DECL std::string error::what() const {
  if (!code_.failed()) return "no error";
  auto const& d = details();
  std::string line;
  auto lead = [&line](std::string const& text) {
    if (text.empty()) return;
    if (!line.empty() && line.back() == '.') line.pop_back();
    if (!line.empty()) line += ": ";
    line += text;
  };
  lead(d.server_message);
  for (auto const& fault : d.validation_errors) lead(fault);
  if (d.server_message.empty()) lead(d.close_reason);
  lead(d.message);
  if (line.empty()) line = code_.message();

  std::string facts;
  auto fact = [&facts](std::string const& text) {
    if (!facts.empty()) facts += ", ";
    facts += text;
  };
  if (d.phase != phase::none) fact(std::string("during ") + to_string(d.phase));
  if (d.http_status != 0) fact("HTTP " + std::to_string(d.http_status));
  if (d.close_code != 0) fact("close code " + std::to_string(d.close_code));
  if (!d.request_id.empty()) fact("request " + d.request_id);
  if (d.retry_after) fact("retry after " + std::to_string(d.retry_after->count()) + " s");
  if (d.attempts > 1) {
    fact(std::to_string(d.attempts) + " attempts in " + std::to_string(d.elapsed.count()) + " ms");
  }
  if (!d.job_id.empty()) fact("job " + d.job_id);
  if (d.job_error_code != 0) fact("error code " + std::to_string(d.job_error_code));
  if (d.may_have_been_made) fact("it may have been carried out");
  if (!facts.empty()) line += " (" + facts + ")";

  auto const* row =
      code_.category() == error_category() ? detail::find_errc(code_.value()) : nullptr;
  line += row ? std::string(" [gladia:") + row->name + "]"
              : " [" + std::string(code_.category().name()) + ":" + code_.message() + "]";
  detail::put_on_one_line(line);
  return line;
}

GLADIA_DECL void throw_exception_from_error(error const& e, boost::source_location const&) {
  throw exception(e);
}

namespace detail {
GLADIA_DECL std::exception_ptr to_exception_ptr(error const& e) {
  return e ? std::make_exception_ptr(exception(e)) : nullptr;
}
}  // namespace detail

}  // namespace gladia
