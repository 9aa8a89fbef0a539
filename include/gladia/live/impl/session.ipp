#pragma once

#include <gladia/live/session.hpp>

#include <gladia/live/detail/engine.hpp>
#include <gladia/live/impl/engine.ipp>

namespace gladia::live {

GLADIA_DECL result<void> audio_sink::try_send(boost::asio::const_buffer audio) const {
  return engine_->try_send(audio);
}

GLADIA_DECL session::session(detail::session_setup setup)
    : engine_(std::make_shared<detail::engine>(std::move(setup))) {}

GLADIA_DECL session& session::operator=(session&& other) noexcept {
  if (this != &other) {
    if (engine_) engine_->abandon();
    engine_ = std::move(other.engine_);
  }
  return *this;
}

GLADIA_DECL session::~session() {
  if (engine_) engine_->abandon();
}

GLADIA_DECL session::executor_type session::get_executor() const noexcept {
  return engine_->get_executor();
}

GLADIA_DECL result<void> session::try_send(boost::asio::const_buffer audio) {
  return engine_->try_send(audio);
}

GLADIA_DECL void session::stop() noexcept {
  engine_->stop();
}

GLADIA_DECL void session::cancel() noexcept {
  engine_->cancel();
}

GLADIA_DECL statistics session::stats() const {
  return engine_->stats();
}

GLADIA_DECL session_state session::state() const noexcept {
  return engine_->state();
}

GLADIA_DECL std::string session::id() const {
  return engine_->id();
}

GLADIA_DECL session::executor_type session::operation::get_executor() const noexcept {
  return engine->get_executor();
}

GLADIA_DECL void session::run_operation::operator()(handler<void(summary)> h) const {
  engine->run(std::move(h));
}

GLADIA_DECL void session::receive_operation::operator()(handler<void(result<event>)> h) const {
  engine->receive(std::move(h));
}

GLADIA_DECL void session::send_operation::operator()(handler<void(result<void>)> h) const {
  engine->send(audio, std::move(h));
}

GLADIA_DECL void session::stop_operation::operator()(handler<void(summary)> h) const {
  engine->stop();
  engine->wait_for_end(std::move(h));
}

GLADIA_DECL void session::wait_operation::operator()(handler<void(summary)> h) const {
  engine->wait_until_over(std::move(h));
}

}  // namespace gladia::live
