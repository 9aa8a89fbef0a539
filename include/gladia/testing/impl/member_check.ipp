#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include <gladia/codec/json.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/language.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/open_enum.hpp>

namespace gladia::testing::detail {

/// Checks single members, and the parts that the requests of both kinds of job have in common.
/// Reports faults in the server's words. A path is empty or ends with a dot.
class member_check {
 protected:
  using json = nlohmann::json;

  void fault(std::string path, std::string const& words) {
    faults_.push_back(std::move(path) + " " + words);
  }

  static json const* member(json const& object, char const* name) {
    auto const found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }

  void boolean(json const& object, std::string const& path, char const* name) {
    auto const* value = member(object, name);
    if (value && !value->is_boolean()) fault(path + name, "must be a boolean value");
  }
  /// Checks the members of `object` that need no more than their type: flags, and enumerations. `T`
  /// is the struct of the model.
  template <class T>
  void plain_members(json const& object, std::string const& path) {
    plain_visitor visitor{*this, object, path};
    T const names{};
    visit_fields(visitor, names);
  }
  void string(json const& object, std::string const& path, char const* name) {
    auto const* value = member(object, name);
    if (value && !value->is_string()) fault(path + name, "must be a string");
  }
  void number(json const& object, std::string const& path, char const* name, double least,
              double most) {
    auto const* value = member(object, name);
    if (!value) return;
    if (!value->is_number()) {
      fault(path + name, "must be a number conforming to the specified constraints");
    } else if (value->get<double>() < least) {
      fault(path + name, "must not be less than " + plain(least));
    } else if (value->get<double>() > most) {
      fault(path + name, "must not be greater than " + plain(most));
    }
  }
  static std::string plain(double value) {
    auto const whole = static_cast<int>(value);
    return whole == value ? std::to_string(whole) : json(value).dump();
  }

  template <class Values>
  static std::string list(Values const& values) {
    std::string text;
    for (auto const& value : values) {
      if (!text.empty()) text += ", ";
      if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>) {
        text += std::to_string(value);
      } else {
        text += value;
      }
    }
    return text;
  }
  template <class Values>
  void one_of(json const& object, std::string const& path, char const* name, Values const& values) {
    auto const* value = member(object, name);
    if (!value) return;
    for (auto const& allowed : values) {
      if (*value == allowed) return;
    }
    fault(path + name, "must be one of the following values: " + list(values));
  }

  template <class Values>
  void all_of(json const& object, std::string const& path, char const* name, Values const& values) {
    auto const* value = member(object, name);
    if (!value) return;
    auto const is_known = [&](json const& entry) {
      return std::any_of(std::begin(values), std::end(values),
                         [&](auto const& allowed) { return entry == allowed; });
    };
    if (!value->is_array()) {
      fault(path + name, "must be an array");
    } else if (!std::all_of(value->begin(), value->end(), is_known)) {
      faults_.push_back("each value in " + path + name +
                        " must be one of the following values: " + list(values));
    }
  }

  static std::vector<std::string> languages(bool for_translation) {
    std::vector<std::string> codes;
    for (auto const& language : languages::all) {
      if (for_translation || language.code != languages::wolof.code) {
        codes.emplace_back(language.code);
      }
    }
    return codes;
  }
  void languages_in(json const& object, std::string const& path, char const* name,
                    bool for_translation) {
    auto const* value = member(object, name);
    if (!value) return;
    auto const codes = languages(for_translation);
    auto const is_known = [&](json const& entry) {
      return std::find_if(codes.begin(), codes.end(),
                          [&](auto const& code) { return entry == code; }) != codes.end();
    };
    if (!value->is_array()) {
      fault(path + name, "must be an array");
    } else if (!std::all_of(value->begin(), value->end(), is_known)) {
      fault(path + name, "must only contain the following values: " + list(codes));
    }
  }

  /// Calls `check(object, path)` for a member that is an object.
  template <class Check>
  void object(json const& parent, std::string const& path, char const* name, Check&& check) {
    auto const* value = member(parent, name);
    if (!value) return;
    if (!value->is_object()) {
      fault(path + name, "must be an object");
    } else {
      check(*value, path + name + ".");
    }
  }

  void strings(json const& value, std::string const& path) {
    auto const is_string = [](json const& entry) { return entry.is_string(); };
    if (!value.is_array()) {
      fault(path, "must be an array");
    } else if (!std::all_of(value.begin(), value.end(), is_string)) {
      faults_.push_back("each value in " + path + " must be a string");
    }
  }

  void integer(json const& object, std::string const& path, char const* name, double least,
               double most) {
    auto const* value = member(object, name);
    if (value && !value->is_number_integer()) {
      fault(path + name, "must be an integer number");
    } else {
      number(object, path, name, least, most);
    }
  }

  void url(json const& object, std::string const& path, char const* name) {
    auto const* value = member(object, name);
    if (value && !(value->is_string() && value->get<std::string>().rfind("http", 0) == 0)) {
      fault(path + name, "must be a URL address");
    }
  }

  void metadata(json const& body) {
    object(body, "", "custom_metadata", [&](json const& value, std::string const&) {
      // Counts characters, not bytes.
      live_request request;
      request.custom_metadata = codec::to_json_text(value);
      if (codec::validate(request)) {
        fault("custom_metadata",
              "must be shorter than or equal to 2000 characters once stringified");
      }
    });
  }

  void language(json const& body) {
    object(body, "", "language_config", [&](json const& config, std::string const& path) {
      languages_in(config, path, "languages", false);
      plain_members<language_settings>(config, path);
    });
  }

  void summary(json const& config, std::string const& path) {
    object(config, path, "summarization_config", [&](json const& inner, std::string const& at) {
      plain_members<summarization_settings>(inner, at);
    });
  }

  /// The configs of `custom_vocabulary`, `custom_spelling` and `translation`.
  void add_ons(json const& config, std::string const& path) {
    object(config, path, "custom_vocabulary_config",
           [&](json const& inner, std::string const& at) { vocabulary(inner, at); });
    object(config, path, "custom_spelling_config", [&](json const& inner, std::string const& at) {
      if (!member(inner, "spelling_dictionary")) {
        fault(at + "spelling_dictionary", "should not be null or undefined");
      }
      object(inner, at, "spelling_dictionary", [&](json const& words, std::string const& where) {
        for (auto const& [word, spellings] : words.items()) strings(spellings, where + word);
      });
    });
    object(config, path, "translation_config",
           [&](json const& inner, std::string const& at) { translation(inner, at); });
  }

  void vocabulary(json const& config, std::string const& path) {
    number(config, path, "default_intensity", 0, 1);
    auto const* entries = member(config, "vocabulary");
    if (!entries || !entries->is_array()) return fault(path + "vocabulary", "must be an array");
    for (std::size_t i = 0; i < entries->size(); ++i) {
      auto const& entry = (*entries)[i];
      auto const at = path + "vocabulary." + std::to_string(i);
      if (entry.is_string()) continue;
      if (!entry.is_object()) {
        fault(at, "must be a string or an object");
        continue;
      }
      if (!member(entry, "value")) fault(at + ".value", "should not be null or undefined");
      string(entry, at + ".", "value");
      number(entry, at + ".", "intensity", 0, 1);
      if (auto const* words = member(entry, "pronunciations")) {
        strings(*words, at + ".pronunciations");
      }
      one_of(entry, at + ".", "language", languages(false));
    }
  }

  void translation(json const& config, std::string const& path) {
    auto const* targets = member(config, "target_languages");
    if (!targets || (targets->is_array() && targets->empty())) {
      fault(path + "target_languages", "must contain at least 1 elements");
    }
    languages_in(config, path, "target_languages", true);
    plain_members<translation_settings>(config, path);
    string(config, path, "context");
  }

  std::vector<std::string> faults_{};

 private:
  struct plain_visitor : gladia::detail::uniform_visitor<plain_visitor> {
    member_check& check;
    json const& object;
    std::string const& path;
    plain_visitor(member_check& c, json const& o, std::string const& p)
        : check(c), object(o), path(p) {}

    template <class M>
    void member(char const*, M const&) {}
    void member(char const* name, std::optional<bool> const&) { check.boolean(object, path, name); }
    template <class E>
    void member(char const* name, open_enum<E> const&) {
      check.one_of(object, path, name, enum_names<E>::names);
    }
    template <class E>
    void member(char const* name, std::vector<open_enum<E>> const&) {
      check.all_of(object, path, name, enum_names<E>::names);
    }
    template <class M>
    void flatten(M const& m) {
      visit_fields(*this, m);
    }
  };
};

/// Turns off the flags of a struct that are not set.
struct flags_off : gladia::detail::uniform_visitor<flags_off> {
  template <class M>
  void member(char const*, M&) {}
  void member(char const*, std::optional<bool>& flag) {
    if (!flag) flag = false;
  }
};
template <class T>
void turn_off_flags(T& request) {
  flags_off visitor;
  visit_fields(visitor, request);
}

}  // namespace gladia::testing::detail
