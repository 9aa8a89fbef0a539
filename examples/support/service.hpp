#pragma once

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <gladia.hpp>
#include <gladia/testing/emulator.hpp>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

namespace examples {

/// Where an example finds the server: options, environment, or an emulator in this process.
struct service {
  std::string api_url;
  std::string api_key;
  std::string ca_file;
  bool allow_insecure = false;
  bool takes_key = false;  // has the option for it
  std::optional<gladia::testing::emulator> emulator;

  void add_options(CLI::App& app) {
    app.add_option(
        "--api-url", api_url,
        "Where the server is (default: GLADIA_API_URL, else Gladia's if there is a key)");
    app.add_option("--api-key", api_key, "The API key (default: GLADIA_API_KEY)");
    takes_key = true;
    app.footer("With neither key nor URL an emulator is started for the time of the program.");
    add_link_options(app);
  }
  /// Those that need no key.
  void add_link_options(CLI::App& app) {
    app.add_option("--ca-file", ca_file, "A PEM file of certificates to trust beside the system's");
    app.add_flag(
        "--allow-insecure", allow_insecure,
        "Send key and audio unencrypted to another machine, such as a container's emulator");
  }

  static bool is_set(char const* variable) {
    auto const* value = std::getenv(variable);
    return value && *value;
  }

  /// With neither key nor URL, starts the emulator. False if that failed.
  bool prepare(gladia::testing::emulator_options const& with = {}) {
    if (!api_url.empty() || !api_key.empty() || is_set("GLADIA_API_URL") ||
        is_set("GLADIA_API_KEY")) {
      return true;
    }
    auto started = gladia::testing::emulator::start(with);
    if (!started) {
      std::cerr << "cannot start the emulator: " << started.error().what() << '\n';
      return false;
    }
    emulator.emplace(std::move(*started));
    api_url = emulator->url();
    api_key = "any key will do";
    std::cerr << "no API key or URL: using the emulator on this machine, its words from "
              << emulator->words() << '\n';
    return true;
  }

  /// An error for a person, who can set the options of the program, not those of the library.
  std::string explain(gladia::error const& e) const {
    auto text = e.what();
    std::pair<std::string, char const*> const names[] = {
        {"client_options::allow_insecure", "--allow-insecure"},
        {"client_options::api_key", "--api-key"},
        {"tls_options::ca_file", "--ca-file"}};
    for (auto const& [of_library, of_program] : names) {
      auto const at = text.find(of_library);
      if (at != std::string::npos) text.replace(at, of_library.size(), of_program);
    }
    if (e == gladia::errc::unauthorized && takes_key && api_key.empty() &&
        !is_set("GLADIA_API_KEY")) {
      text += "; no key was set: use --api-key or GLADIA_API_KEY";
    }
    return text;
  }

  gladia::client_options options() const {
    gladia::client_options o;
    o.api_url = api_url;
    o.api_key = api_key;
    o.tls.ca_file = ca_file;
    o.allow_insecure = allow_insecure;
    return o;
  }
};

}  // namespace examples
