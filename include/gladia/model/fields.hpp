#pragma once

#include <type_traits>
#include <utility>

/// \file
/// How structs of the model name their members. Each struct has one list of its members.
///
/// For a struct `T` of the model there is a function, found by argument-dependent lookup,
/// \code
/// template <class V, class S>          // S is T or T const
/// void fields(V& v, S& s, T const*) {
///   v.required("id", s.id);                 // always written; reading fails if it is missing
///   v.emitted("created_at", s.created_at);  // always written; reading goes on if it is missing
///   v.optional("speaker", s.speaker);       // written only if the member holds something
///   v.flatten(s.audio);                     // the members of `audio` stand at this level
///   v.local("recovered", s.recovered);      // not on the wire: set by this library
///   v.source(s.raw);                        // not on the wire: the whole text, kept on request
///   v.extra(s.extra);                       // not on the wire: an object merged in when writing
/// }
/// \endcode
/// which calls the visitor once for each member, in order, with the member's name on the wire.
/// Reading, writing, comparing and printing are visitors; there is no second list of members
/// anywhere.

namespace gladia {

/// Calls `visitor` with every member of `value`.
template <class Visitor, class T>
void visit_fields(Visitor& visitor, T& value) {
  fields(visitor, value, static_cast<std::remove_const_t<T> const*>(nullptr));
}

namespace detail {

/// What a visitor does that sees every kind of member alike: it calls its `member`.
template <class Derived>
struct uniform_visitor {
  template <class M>
  void required(char const* name, M& m) {
    self().member(name, m);
  }
  template <class M>
  void emitted(char const* name, M& m) {
    self().member(name, m);
  }
  template <class M>
  void optional(char const* name, M& m) {
    self().member(name, m);
  }
  template <class M>
  void local(char const* name, M& m) {
    self().member(name, m);
  }
  template <class M>
  void flatten(M& m) {
    self().member("", m);
  }
  template <class M>
  void source(M& m) {
    self().member("", m);
  }
  template <class M>
  void extra(M& m) {
    self().member("", m);
  }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

struct any_visitor : uniform_visitor<any_visitor> {
  template <class M>
  void member(char const*, M&) {}
};

template <class T, class = void>
struct has_fields : std::false_type {};
template <class T>
struct has_fields<T, std::void_t<decltype(fields(std::declval<any_visitor&>(), std::declval<T&>(),
                                                 static_cast<T const*>(nullptr)))>>
    : std::true_type {};

}  // namespace detail

/// Whether `T` is a struct of the model, that is, has a `fields` function.
template <class T>
inline constexpr bool has_fields = detail::has_fields<T>::value;

namespace detail {

/// Compares the members of a struct with those of another of its type: each lies where the first
/// one's does.
struct equal_visitor : uniform_visitor<equal_visitor> {
  char const* from;
  char const* other;
  bool equal = true;

  template <class T>
  equal_visitor(T const& one, T const& another)
      : from(reinterpret_cast<char const*>(&one)), other(reinterpret_cast<char const*>(&another)) {}

  template <class M>
  void member(char const*, M const& m) {
    auto const offset = reinterpret_cast<char const*>(&m) - from;
    equal = equal && m == *reinterpret_cast<M const*>(other + offset);
  }
  template <class M>
  void source(M const&) {}
};

}  // namespace detail

/// Whether all members are equal. The text that a message was read from (`envelope.raw`) does not
/// count.
template <class T, std::enable_if_t<has_fields<T>, int> = 0>
[[nodiscard]] bool operator==(T const& a, T const& b) {
  detail::equal_visitor visitor(a, b);
  visit_fields(visitor, a);
  return visitor.equal;
}

/// Whether a member differs. The text that a message was read from does not count.
template <class T, std::enable_if_t<has_fields<T>, int> = 0>
[[nodiscard]] bool operator!=(T const& a, T const& b) {
  return !(a == b);
}

}  // namespace gladia
