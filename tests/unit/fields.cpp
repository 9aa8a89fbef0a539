#include <gtest/gtest.h>

#include <boost/pfr.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <typeindex>
#include <variant>
#include <vector>

#include <gladia/model/api_error.hpp>
#include <gladia/model/callback.hpp>
#include <gladia/model/failed_addons.hpp>
#include <gladia/model/fields.hpp>
#include <gladia/model/live_job.hpp>
#include <gladia/model/live_message.hpp>
#include <gladia/model/live_request.hpp>
#include <gladia/model/pre_recorded_job.hpp>

namespace {

using gladia::has_fields;

struct counting_visitor : gladia::detail::uniform_visitor<counting_visitor> {
  std::size_t count = 0;
  template <class M>
  void member(char const*, M&) {
    ++count;
  }
};

// Compares the struct and every struct that it is made of.
class guard : public gladia::detail::uniform_visitor<guard> {
 public:
  template <class M>
  void member(char const*, M const& m) {
    check(m);
  }
  template <class T>
  void check(T const& value) {
    if constexpr (has_fields<T>) {
      if (!seen_.insert(typeid(T)).second) return;
      counting_visitor visitor;
      gladia::visit_fields(visitor, value);
      EXPECT_EQ(visitor.count, boost::pfr::tuple_size_v<T>) << typeid(T).name();
      gladia::visit_fields(*this, value);
    }
  }
  template <class T>
  void check(std::optional<T> const&) {
    check(T{});
  }
  template <class T>
  void check(std::vector<T> const&) {
    check(T{});
  }
  template <class T>
  void check(std::map<std::string, T> const&) {
    check(T{});
  }
  template <class... T>
  void check(std::variant<T...> const&) {
    (check(T{}), ...);
  }
  [[nodiscard]] std::size_t structs() const { return seen_.size(); }

 private:
  std::set<std::type_index> seen_;
};

}  // namespace

TEST(fields, name_every_member_of_every_struct) {
  guard all;
  all.check(gladia::live_request{});
  all.check(gladia::live_session_info{});
  all.check(gladia::live_job_page{});
  all.check(gladia::live_list_query{});
  all.check(gladia::upload_url_request{});
  all.check(gladia::uploaded_audio{});
  all.check(gladia::pre_recorded_info{});
  all.check(gladia::pre_recorded_job_page{});
  all.check(gladia::failed_addon{});
  all.check(gladia::callback_post{});
  all.check(gladia::api_error{});
  EXPECT_GT(all.structs(), 50u);
}

TEST(fields, do_not_exist_for_other_types) {
  EXPECT_TRUE(has_fields<gladia::live_request>);
  EXPECT_FALSE(has_fields<int>);
  EXPECT_FALSE(has_fields<std::string>);
  EXPECT_FALSE(has_fields<gladia::language_code>);
  EXPECT_FALSE(has_fields<gladia::live_message>);
}

TEST(fields, compare_structs_member_by_member) {
  gladia::live_request a;
  gladia::live_request b;
  EXPECT_EQ(a, b);
  b.realtime_processing.translation_config.context = "a meeting";
  EXPECT_NE(a, b);
  a.realtime_processing.translation_config.context = "a meeting";
  EXPECT_EQ(a, b);
  a.extra.text = "{}";
  EXPECT_NE(a, b);
}

TEST(fields, leave_the_kept_source_out_of_comparisons) {
  gladia::end_session a;
  auto b = a;
  b.envelope.raw.text = "{}";
  EXPECT_EQ(a, b);
  b.envelope.session_id = "x";
  EXPECT_NE(a, b);
}
