#include <gladia/net/impl/address_race.ipp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using gladia::net::detail::address_book;
using gladia::net::detail::address_race;
using gladia::net::detail::endpoint;
using gladia::net::detail::in_racing_order;
using gladia::net::detail::known_addresses;

endpoint at(std::string const& address) {
  return {boost::asio::ip::make_address(address), 443};
}

std::vector<endpoint> all(std::vector<std::string> const& addresses) {
  std::vector<endpoint> endpoints;
  for (auto const& address : addresses) endpoints.push_back(at(address));
  return endpoints;
}

TEST(racing_order, takes_families_in_turns_and_begins_with_the_first) {
  EXPECT_EQ(in_racing_order(all({"::1", "::2", "::3", "1.0.0.1", "1.0.0.2"}), {}),
            all({"::1", "1.0.0.1", "::2", "1.0.0.2", "::3"}));
  EXPECT_EQ(in_racing_order(all({"1.0.0.1", "::1", "::2", "::3"}), {}),
            all({"1.0.0.1", "::1", "::2", "::3"}));
  EXPECT_EQ(in_racing_order(all({"1.0.0.1", "1.0.0.2"}), {}), all({"1.0.0.1", "1.0.0.2"}));
  EXPECT_EQ(in_racing_order({}, {}), all({}));
}

TEST(racing_order, begins_with_what_worked_and_ends_with_what_did_not) {
  auto const found = all({"::1", "::2", "1.0.0.1", "1.0.0.2"});
  EXPECT_EQ(in_racing_order(found, {at("1.0.0.2"), {}}), all({"1.0.0.2", "::1", "1.0.0.1", "::2"}));
  EXPECT_EQ(in_racing_order(found, {{}, {at("::1")}}), all({"1.0.0.1", "::2", "1.0.0.2", "::1"}));
  EXPECT_EQ(in_racing_order(found, {at("9.9.9.9"), {at("::9")}}),
            all({"::1", "1.0.0.1", "::2", "1.0.0.2"}))
      << "what was known is no longer found";
}

TEST(racing_order, tries_what_failed_longest_ago_first) {
  EXPECT_EQ(
      in_racing_order(all({"1.0.0.1", "1.0.0.2", "1.0.0.3"}), {{}, all({"1.0.0.2", "1.0.0.1"})}),
      all({"1.0.0.3", "1.0.0.2", "1.0.0.1"}));
}

TEST(address_book, remembers_the_last_word_on_each_host) {
  address_book book;
  book.worked("a:1", at("1.0.0.1"));
  book.worked("a:1", at("1.0.0.2"));
  book.failed("a:1", at("1.0.0.3"));
  book.failed("b:1", at("1.0.0.2"));
  EXPECT_EQ(book.find("a:1").worked, at("1.0.0.2"));
  EXPECT_EQ(book.find("a:1").failed, all({"1.0.0.3"}));
  EXPECT_EQ(book.find("b:1").worked, std::nullopt);
  book.failed("a:1", at("1.0.0.2"));
  EXPECT_EQ(book.find("a:1").worked, std::nullopt);
  EXPECT_EQ(book.find("a:1").failed, all({"1.0.0.3", "1.0.0.2"}));
  book.failed("a:1", at("1.0.0.3"));
  EXPECT_EQ(book.find("a:1").failed, all({"1.0.0.2", "1.0.0.3"})) << "the latest comes last";
  book.worked("a:1", at("1.0.0.2"));
  EXPECT_EQ(book.find("a:1").failed, all({"1.0.0.3"}));
}

TEST(address_book, is_bounded) {
  address_book book;
  for (int i = 0; i < 1000; ++i) book.worked(std::to_string(i), at("1.0.0.1"));
  EXPECT_EQ(book.find("0").worked, std::nullopt);
  EXPECT_EQ(book.find("999").worked, at("1.0.0.1"));
  for (int i = 0; i < 100; ++i) book.failed("999", at("1.0.0." + std::to_string(i)));
  EXPECT_EQ(book.find("999").failed.size(), 16u);
  EXPECT_EQ(book.find("999").failed.back(), at("1.0.0.99"));
}

TEST(address_race, gives_late_addresses_half_of_the_time) {
  EXPECT_EQ(address_race::head_start(3, 5s), 250ms);
  EXPECT_EQ(address_race::head_start(3, 0ms), 250ms);
  EXPECT_EQ(address_race::head_start(50, 5s), 50ms);
  EXPECT_EQ(address_race::head_start(10'000, 5s), 10ms);
  EXPECT_EQ(address_race::head_start(0, 5s), 250ms);
}

}  // namespace
