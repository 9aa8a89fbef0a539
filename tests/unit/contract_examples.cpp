// Every example message of the server is read as what it is, and survives being written. Those in
// the folder `ours` were made here, for what the server's examples leave out.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/encode.hpp>
#include <gladia/codec/validate.hpp>
#include "support/contract.hpp"

using namespace gladia;
using nlohmann::json;

namespace {

struct entry {
  std::string direction;
  std::string schema;
  std::string status;
  json written;  // merged into what an example says, gives what is written
};

std::map<std::string, entry> const& index() {
  static auto const entries = [] {
    std::map<std::string, entry> all;
    for (std::string const folder : {"", "ours/"}) {
      auto const document = json::parse(contract_example(folder + "index.json"));
      for (auto const& file : document["files"]) {
        all[folder + file["file"].get<std::string>()] = {
            file["direction"], file["schema"].is_null() ? "" : file["schema"], file["status"],
            file.value("written", json::object())};
      }
    }
    return all;
  }();
  return entries;
}

// From the folder, not from the index: a new file cannot be forgotten.
std::vector<std::string> files() {
  std::vector<std::string> names;
  std::filesystem::path const folder = std::string(GLADIA_TEST_DATA) + "/contract";
  for (auto const& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file() || file.path().filename() == "index.json") continue;
    names.push_back(file.path().lexically_relative(folder).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A null member says the same as a missing one; an entry of a value alone the same as a string.
json comparable(json const& value) {
  if (value.is_array()) {
    auto out = json::array();
    for (auto const& element : value) {
      auto const plain = element.is_object() && element.size() == 1 && element.contains("value");
      out.push_back(plain ? element["value"] : comparable(element));
    }
    return out;
  }
  if (!value.is_object()) return value;
  auto out = json::object();
  for (auto const& item : value.items()) {
    if (!item.value().is_null()) out[item.key()] = comparable(item.value());
  }
  return out;
}

template <class T>
void expect_survives(T const& value, std::string const& text, result<T> (*read)(std::string_view)) {
  auto const written = codec::encode(value);
  ASSERT_TRUE(written) << written.error().what();
  EXPECT_EQ(comparable(json::parse(*written)), comparable(json::parse(text)));
  auto const again = read(*written);
  ASSERT_TRUE(again) << again.error().what();
  EXPECT_EQ(*again, value);
}

// What is written is the example, with `implied` below and `written` above it.
template <class T>
void expect_body(std::string const& text, json const& implied = json::object(),
                 json const& written = json::object()) {
  auto const read = +[](std::string_view t) { return codec::decode<T>(t); };
  auto const value = read(text);
  ASSERT_TRUE(value) << value.error().what();
  auto whole = implied;
  whole.merge_patch(json::parse(text));
  whole.merge_patch(written);
  // A null is to be found again, and merge_patch drops it.
  expect_survives(*value, implied.empty() && written.empty() ? text : whole.dump(), read);
}

void expect_message(std::string const& text, entry const& about) {
  auto const message = codec::decode_message(text);
  auto const type = json::parse(text)["type"].get<std::string>();
  EXPECT_EQ(codec::type_of(message), type);
  EXPECT_FALSE(std::holds_alternative<malformed_message>(message));
  if (type == "some_future_type") {
    EXPECT_EQ(std::get<unknown_message>(message).raw.text, text);
    EXPECT_EQ(json::parse(codec::encode(message).value()), json::parse(text));
    return;
  }
  EXPECT_FALSE(std::holds_alternative<unknown_message>(message));
  if (type == "error") {
    EXPECT_FALSE(std::get<error_message>(message).message.empty());
    EXPECT_EQ(about.status, "guess");
    auto const written = codec::encode(message);
    ASSERT_TRUE(written);
    EXPECT_EQ(codec::decode_message(*written), message);
    return;
  }
  auto const read =
      +[](std::string_view t) -> result<live_message> { return codec::decode_message(t); };
  expect_survives(message, text, read);
}

void expect_action(std::string const& text) {
  auto const action = json::parse(text);
  if (action["type"] == "stop_recording") {
    EXPECT_EQ(json::parse(codec::encode_stop_recording()), action);
    return;
  }
  std::string samples;
  if (action["data"]["chunk"] != "") {
    for (char i = 0; i < 8; ++i) samples += {i, '\0'};
  }
  EXPECT_EQ(json::parse(codec::encode_audio_chunk(samples)), action);
}

template <class T>
void expect_post(std::string const& text) {
  auto const post = codec::decode_callback(text);
  ASSERT_TRUE(post) << post.error().what();
  ASSERT_TRUE(std::holds_alternative<T>(*post));
  auto const read =
      +[](std::string_view t) -> result<T> { return std::get<T>(*codec::decode_callback(t)); };
  expect_survives(std::get<T>(*post), text, read);
}

void expect_request(std::string const& text) {
  // The audio format is always sent.
  expect_body<live_request>(text, json::parse(codec::encode(live_request{}).value()));
  auto const e = codec::validate(codec::decode<live_request>(text).value());
  EXPECT_FALSE(e) << e.what();
}

template <class T>
void expect_job(std::string const& text, entry const& about) {
  expect_body<T>(text, json::object(), about.written);
  EXPECT_EQ(codec::decode<T>(text)->unreadable, "");
}

void expect_page(std::string const& text) {
  expect_body<pre_recorded_job_page>(text);
  EXPECT_TRUE(codec::decode<pre_recorded_job_page>(text)->unreadable.empty());
}

void expect_file_request(std::string const& text) {
  expect_body<pre_recorded_request>(text);
  auto const e = codec::validate(codec::decode<pre_recorded_request>(text).value());
  EXPECT_FALSE(e) << e.what();
}

// Of the answer to a request the id is kept, and no URL.
void expect_file_info(std::string const& text) {
  auto kept = json::parse(text);
  kept.erase("result_url");
  expect_body<pre_recorded_info>(kept.dump());
  EXPECT_EQ(codec::decode<pre_recorded_info>(text)->id, kept["id"].get<std::string>());
}

class contract_example_file : public testing::TestWithParam<std::string> {};

}  // namespace

TEST_P(contract_example_file, is_read_and_survives_being_written) {
  auto const text = contract_example(GetParam());
  auto const found = index().find(GetParam());
  ASSERT_NE(found, index().end()) << "not in index.json";
  auto const& about = found->second;
  auto const is = [&about](char const* schema) { return about.schema == schema; };
  auto const is_error = about.schema.find("ErrorResponse") != std::string::npos ||
                        GetParam().find("http.error.") == 0;

  if (about.direction == "server->client") {
    expect_message(text, about);
  } else if (about.direction == "client->server") {
    expect_action(text);
  } else if (about.direction == "callback POST") {
    expect_post<live_callback>(text);
    auto const post = codec::decode_callback(text);
    auto const& callback = std::get<live_callback>(*post);
    EXPECT_EQ("live." + std::string(codec::type_of(callback.payload)), callback.event);
    EXPECT_FALSE(std::holds_alternative<malformed_message>(callback.payload));
  } else if (about.direction == "callback POST/PUT") {
    expect_post<pre_recorded_callback>(text);
    EXPECT_EQ(std::get<pre_recorded_callback>(*codec::decode_callback(text)).unreadable, "");
  } else if (about.direction == "webhook POST") {
    expect_post<live_webhook>(text);
  } else if (is("StreamingRequest")) {
    expect_request(text);
  } else if (is("InitStreamingResponse")) {
    expect_body<live_session_info>(text);
  } else if (is("StreamingResponse")) {
    expect_job<live_job>(text, about);
  } else if (is("ListStreamingResponse")) {
    expect_body<live_job_page>(text);
  } else if (is("UploadBody")) {
    expect_body<upload_url_request>(text);
  } else if (is("AudioUploadResponse")) {
    expect_body<uploaded_audio>(text);
  } else if (is("InitTranscriptionRequest")) {
    expect_file_request(text);
  } else if (is("InitPreRecordedTranscriptionResponse")) {
    expect_file_info(text);
  } else if (is("PreRecordedResponse")) {
    expect_job<pre_recorded_job>(text, about);
  } else if (is("ListPreRecordedResponse")) {
    expect_page(text);
  } else if (is_error) {
    expect_body<api_error>(text);
  } else {
    FAIL() << "nobody reads " << about.schema;
  }
}

INSTANTIATE_TEST_SUITE_P(
    contract, contract_example_file, testing::ValuesIn(files()), [](auto const& tested) {
      auto name = tested.param;
      std::replace_if(
          name.begin(), name.end(),
          [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
      return name;
    });

TEST(contract_examples, cover_every_type_of_message) {
  std::map<std::size_t, int> seen;
  for (auto const& name : files()) {
    if (index().at(name).direction != "server->client") continue;
    ++seen[codec::decode_message(contract_example(name)).index()];
  }
  // All but malformed_message.
  EXPECT_EQ(seen.size(), std::variant_size_v<live_message> - 1);
}
