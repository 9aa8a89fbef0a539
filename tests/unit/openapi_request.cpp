// The request against the service's own OpenAPI document, where there is one.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gladia/codec/decode.hpp>
#include <gladia/codec/validate.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_request.hpp>
#include "support/contract.hpp"

using namespace gladia;
using nlohmann::json;

namespace {

using names = std::set<std::string>;

// Every member of the model by its path, and the values of those that are enumerations.
class model_paths : public detail::uniform_visitor<model_paths> {
 public:
  std::map<std::string, names> leaves{};

  template <class M>
  void member(char const* name, M const& m) {
    auto const outer = prefix_;
    prefix_ += (prefix_.empty() ? "" : ".") + std::string(name);
    add(m);
    prefix_ = outer;
  }
  template <class M>
  void flatten(M const& m) {
    visit_fields(*this, m);
  }
  void extra(json_text const&) {}

 private:
  template <class T>
  void add(T const& m) {
    if constexpr (has_fields<T>) {
      visit_fields(*this, m);
    } else {
      leaves[prefix_];
    }
  }
  template <class E>
  void add(open_enum<E> const&) {
    for (auto name : enum_names<E>::names) leaves[prefix_].emplace(name);
  }
  template <class T>
  void add(std::vector<T> const&) {
    if constexpr (has_fields<T>) {
      add(T{});
    } else {
      leaves[prefix_];
    }
  }

  std::string prefix_{};
};

class openapi_request : public testing::Test {
 protected:
  void SetUp() override {
    auto const* given = std::getenv("GLADIA_OPENAPI");
    std::string const path =
        given ? given : std::string(GLADIA_SOURCE_DIR) + "/../shared/contract/openapi.json";
    if (!std::filesystem::exists(path)) {
      GTEST_SKIP() << "no OpenAPI document; set GLADIA_OPENAPI to its path";
    }
    document_ = json::parse(read_text(path));
    collect(schema("StreamingRequest"), "");
  }

  json const& schema(std::string const& name) const {
    return document_["components"]["schemas"][name];
  }
  names enumerators(std::string const& name) const { return schema(name)["enum"].get<names>(); }

  // The schema's leaves by path, its references followed.
  std::map<std::string, json> leaves_{};

 private:
  json const& resolve(json const& s) const {
    if (s.contains("$ref")) {
      return document_.at(json::json_pointer(s["$ref"].get<std::string>().substr(1)));
    }
    if (s.contains("allOf") && s["allOf"].size() == 1) return resolve(s["allOf"][0]);
    return s;
  }
  json const* object_in(json const& s) const {
    if (s.contains("properties")) return &s;
    if (s.contains("items")) return object_in(resolve(s["items"]));
    if (s.contains("oneOf")) {
      for (auto const& choice : s["oneOf"]) {
        if (auto const* found = object_in(resolve(choice))) return found;
      }
    }
    return nullptr;
  }
  void collect(json const& object, std::string const& prefix) {
    for (auto const& property : object["properties"].items()) {
      auto const& s = resolve(property.value());
      auto const path = prefix + property.key();
      if (auto const* nested = object_in(s)) {
        collect(*nested, path + ".");
      } else {
        leaves_[path] = s;
      }
    }
  }

  json document_{};
};

template <class M>
names keys(std::map<std::string, M> const& map) {
  names out;
  for (auto const& item : map) out.insert(item.first);
  return out;
}

names codes(bool translation) {
  names out;
  for (auto const& constant : languages::all) {
    if (translation || constant.code != languages::wolof.code) out.emplace(constant.code);
  }
  return out;
}

// {"a":{"b":value}} for the path a.b
std::string object_at(std::string const& path, json const& value) {
  json out;
  auto pointer = "/" + path;
  for (auto& c : pointer) c = c == '.' ? '/' : c;
  out[json::json_pointer(pointer)] = value;
  return out.dump();
}

std::string faults_with(std::string const& path, json const& value) {
  auto const request = codec::decode<live_request>(object_at(path, value));
  return request ? codec::validate(*request).details().message : request.error().what();
}

}  // namespace

TEST_F(openapi_request, has_the_same_members) {
  model_paths model;
  visit_fields(model, static_cast<live_request const&>(live_request{}));
  EXPECT_EQ(keys(model.leaves), keys(leaves_));
}

TEST_F(openapi_request, has_the_same_values_of_enumerations) {
  model_paths model;
  visit_fields(model, static_cast<live_request const&>(live_request{}));
  for (auto const& [path, values] : model.leaves) {
    if (values.empty()) continue;
    EXPECT_EQ(values, leaves_[path]["enum"].get<names>()) << path;
  }
  EXPECT_EQ(codes(false), enumerators("TranscriptionLanguageCodeEnum"));
  EXPECT_EQ(codes(true), enumerators("TranslationLanguageCodeEnum"));
}

TEST_F(openapi_request, has_the_same_numbers) {
  int checked = 0;
  for (auto const& [path, s] : leaves_) {
    if (path.find("custom_vocabulary_config") != std::string::npos) continue;
    if (s.contains("minimum") && s.contains("maximum")) {
      EXPECT_EQ(faults_with(path, s["minimum"]), "") << path;
      EXPECT_EQ(faults_with(path, s["maximum"]), "") << path;
      EXPECT_NE(faults_with(path, s["minimum"].get<double>() - 1), "") << path;
      EXPECT_NE(faults_with(path, s["maximum"].get<double>() + 1), "") << path;
      ++checked;
    } else if (s.contains("enum") && s["enum"][0].is_number()) {
      for (auto const& value : s["enum"]) EXPECT_EQ(faults_with(path, value), "") << path;
      EXPECT_NE(faults_with(path, s["enum"][0].get<int>() + 1), "") << path;
      ++checked;
    }
  }
  EXPECT_GE(checked, 5);
}
