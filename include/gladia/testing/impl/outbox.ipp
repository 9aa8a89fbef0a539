#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gladia/testing/faults.hpp>

namespace gladia::testing::detail {

/// A message for the client.
struct outgoing {
  std::string type{};
  std::string text{};                      // JSON
  std::optional<bool> is_final{};          // of a transcript
  std::optional<std::size_t> utterance{};  // the number of a final transcript in the session
  bool is_passing = false;                 // useless on a later link
};

/// Sends a session's messages in order, unless faults have it otherwise.
class outbox {
 public:
  /// \param transmit Hands a message to the link; returns false if there is no link.
  explicit outbox(std::function<bool(outgoing const&)> transmit) : transmit_(std::move(transmit)) {}

  /// Returns whether the link has to be reset now.
  bool post(outgoing message, faults const& plan) {
    auto const* fault = count_and_match(message, plan.messages);
    if (fault && !act(*fault, message, plan)) return is_broken_;
    if (!fault) send(message, plan);
    for (auto const& late : take_overtaken_by(message)) send(late, plan);
    return false;
  }

  /// A link is open.
  void opened(faults const& plan) {
    is_broken_ = false;
    for (auto const& message : std::exchange(for_next_link_, {})) send(message, plan);
  }
  /// Whether the link is about to be reset, and accepts no more messages.
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

  /// No more messages will come: sends the late ones.
  void send_late(faults const& plan) {
    for (auto const& late : take_late([](late_message const& l) { return !l.is_behind_summary; })) {
      send(late, plan);
    }
  }
  /// The session has summed up: sends the messages that waited for that.
  void send_rest(faults const& plan) {
    for (auto const& late : take_late([](late_message const&) { return true; })) send(late, plan);
  }

 private:
  struct late_message {
    outgoing message{};
    std::string behind{};  // messages of this type
    int count = 0;         // so many
    bool is_behind_summary = false;
  };

  static bool is_of(outgoing const& message, std::string const& type) {
    if (type == "final") return message.is_final == true;
    if (type == "partial") return message.is_final == false;
    return message.type == type;
  }

  message_fault const* count_and_match(outgoing const& message,
                                       std::vector<message_fault> const& faults) {
    auto const name = message.is_final == true    ? "final"
                      : message.is_final == false ? "partial"
                                                  : "";
    ++counts_[message.type];
    if (*name) ++counts_[name];
    auto const found = std::find_if(faults.begin(), faults.end(), [&](message_fault const& f) {
      if (!is_of(message, f.type)) return false;
      auto const passed = counts_[f.type] - f.nth;
      return passed >= 0 && (f.times < 0 || passed < f.times);
    });
    return found == faults.end() ? nullptr : &*found;
  }

  // Returns whether the message was sent now.
  bool act(message_fault const& fault, outgoing message, faults const& plan) {
    switch (fault.action) {
      case message_action::lose:
        return false;
      case message_action::reset_instead:
        is_broken_ = true;
        return false;
      case message_action::on_next_link:
        for_next_link_.push_back(std::move(message));
        return false;
      case message_action::late:
        late_.push_back({std::move(message), fault.type, std::max(1, fault.behind), false});
        return false;
      case message_action::after_summary:
        late_.push_back({std::move(message), {}, 0, true});
        return false;
      case message_action::twice:
        send(message, plan);
        send(message, plan);
        return true;
      case message_action::again_on_next_link:
        send(message, plan);
        for_next_link_.push_back(std::move(message));
        return true;
      case message_action::without_is_final:
        if (message.is_final) message.text = without_is_final(message.text);
        send(message, plan);
        return true;
    }
    return false;
  }

  static std::string without_is_final(std::string const& transcript) {
    auto json = nlohmann::json::parse(transcript);
    json["data"].erase("is_final");
    return json.dump();
  }

  void send(outgoing const& message, faults const& plan) {
    if (!is_broken_ && transmit_(message)) return;
    if (!message.is_passing && !plan.lose_while_away) for_next_link_.push_back(message);
  }

  // Sends the late messages whose wait ends with this message.
  std::vector<outgoing> take_overtaken_by(outgoing const& message) {
    for (auto& late : late_) {
      if (!late.is_behind_summary && is_of(message, late.behind)) --late.count;
    }
    return take_late(
        [](late_message const& late) { return !late.is_behind_summary && late.count == 0; });
  }

  template <class Predicate>
  std::vector<outgoing> take_late(Predicate is_due) {
    std::vector<outgoing> due;
    std::vector<late_message> rest;
    for (auto& late : late_) {
      if (is_due(late)) {
        due.push_back(std::move(late.message));
      } else {
        rest.push_back(std::move(late));
      }
    }
    late_ = std::move(rest);
    return due;
  }

  std::function<bool(outgoing const&)> transmit_;
  std::map<std::string, int> counts_{};  // messages of each type
  std::vector<outgoing> for_next_link_{};
  std::vector<late_message> late_{};
  bool is_broken_ = false;
};

}  // namespace gladia::testing::detail
