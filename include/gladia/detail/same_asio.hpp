#pragma once

#include <boost/asio/detail/config.hpp>
#include <boost/asio/detail/mutex.hpp>
#include <boost/asio/detail/thread_info_base.hpp>
#include <boost/asio/version.hpp>
#include <cstddef>
#include <type_traits>

// Asio is compiled into the library and into its users' files, and both use the same objects. The
// settings that the layout of Asio's classes depends on are in the names of the functions below,
// and each file refers to these functions. A file with other settings does not link, and the error
// shows its settings.

namespace boost::asio {
#ifdef BOOST_ASIO_INLINE_NAMESPACE_BEGIN
BOOST_ASIO_INLINE_NAMESPACE_BEGIN
#endif

class io_context;
class thread_pool;

#ifdef BOOST_ASIO_INLINE_NAMESPACE_END
BOOST_ASIO_INLINE_NAMESPACE_END
#endif
}  // namespace boost::asio

namespace gladia::detail {

/// Whether a macro is defined. `expansion` is its text; the macro's name if it is not defined.
constexpr bool is_defined(char const* name, char const* expansion) noexcept {
  for (; *name != '\0' && *name == *expansion; ++name) ++expansion;
  return *name != *expansion;
}

#define GLADIA_TEXT(expansion) #expansion
#define GLADIA_IS_DEFINED(macro) ::gladia::detail::is_defined(#macro, GLADIA_TEXT(macro))

namespace asio_settings {

template <int Number>
struct version {};
template <bool IsOn>
struct epoll {};
template <bool IsOn>
struct kqueue {};
template <bool IsOn>
struct io_uring {};
template <bool IsOn>
struct eventfd {};
template <bool IsOn>
struct timerfd {};
template <bool IsOn>
struct thread_keyword {};
template <bool IsOn>
struct handler_tracking {};
template <bool IsOn>
struct custom_handler_tracking {};
template <bool IsOn>
struct block_recycling {};
template <std::size_t Blocks>
struct recycling_allocator_cache_size {};
template <bool IsOn>
struct deprecated {};
template <bool IsOn>
struct ts_executors {};
template <bool IsOn>
struct ts_executor_as_default {};
template <bool IsOn>
struct buffer_debugging {};
template <bool IsOn>
struct debug_containers {};
template <bool IsOn>
struct exceptions {};
template <bool IsOn>
struct type_ids {};

}  // namespace asio_settings

template <class... Settings>
struct asio_with {};

using asio_of_this_file = asio_with<
    asio_settings::version<BOOST_ASIO_VERSION>, boost::asio::detail::mutex,
    asio_settings::epoll<GLADIA_IS_DEFINED(BOOST_ASIO_HAS_EPOLL)>,
    asio_settings::kqueue<GLADIA_IS_DEFINED(BOOST_ASIO_HAS_KQUEUE)>,
    asio_settings::io_uring<GLADIA_IS_DEFINED(BOOST_ASIO_HAS_IO_URING)>,
    asio_settings::eventfd<GLADIA_IS_DEFINED(BOOST_ASIO_HAS_EVENTFD)>,
    asio_settings::timerfd<GLADIA_IS_DEFINED(BOOST_ASIO_HAS_TIMERFD)>,
    asio_settings::thread_keyword<GLADIA_IS_DEFINED(BOOST_ASIO_HAS_THREAD_KEYWORD_EXTENSION)>,
    asio_settings::handler_tracking<GLADIA_IS_DEFINED(BOOST_ASIO_ENABLE_HANDLER_TRACKING)>,
    asio_settings::custom_handler_tracking<GLADIA_IS_DEFINED(BOOST_ASIO_CUSTOM_HANDLER_TRACKING)>,
    asio_settings::block_recycling<!GLADIA_IS_DEFINED(BOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING)>,
    asio_settings::recycling_allocator_cache_size<BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE>,
    asio_settings::deprecated<!GLADIA_IS_DEFINED(BOOST_ASIO_NO_DEPRECATED)>,
    asio_settings::ts_executors<!GLADIA_IS_DEFINED(BOOST_ASIO_NO_TS_EXECUTORS)>,
    asio_settings::ts_executor_as_default<GLADIA_IS_DEFINED(BOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT)>,
    // As <boost/asio/buffer.hpp> decides.
    asio_settings::buffer_debugging<GLADIA_IS_DEFINED(BOOST_ASIO_ENABLE_BUFFER_DEBUGGING) ||
                                    (GLADIA_IS_DEFINED(_GLIBCXX_DEBUG) &&
                                     !GLADIA_IS_DEFINED(BOOST_ASIO_DISABLE_BUFFER_DEBUGGING))>,
    asio_settings::debug_containers<GLADIA_IS_DEFINED(_GLIBCXX_DEBUG)>>;

void same_asio_as_the_library(asio_of_this_file);

/// The settings that matter only to a file in which Asio runs handlers.
using running_asio_of_this_file =
    asio_with<asio_settings::exceptions<!GLADIA_IS_DEFINED(BOOST_ASIO_NO_EXCEPTIONS) &&
                                        GLADIA_IS_DEFINED(BOOST_ASIO_HAS_STD_EXCEPTION_PTR)>,
              asio_settings::type_ids<!GLADIA_IS_DEFINED(BOOST_ASIO_NO_TYPEID)>>;

void same_running_asio_as_the_library(running_asio_of_this_file);

/// Used by functions that take an `io_context`.
inline void refer_to_running_asio() {
  same_running_asio_as_the_library({});
}

#undef GLADIA_IS_DEFINED
#undef GLADIA_TEXT

#ifdef __GNUC__

namespace {

struct this_file;

template <class T, class File, class = void>
inline constexpr bool is_complete = false;
template <class T, class File>
inline constexpr bool is_complete<T, File, std::void_t<decltype(sizeof(T))>> = true;

/// Refers to the settings that this file must have in common with the library. A template, because
/// its body is compiled at the end of the file: only then is it known whether the file uses an
/// `io_context`.
template <class File>
void refer_to_the_library() {
  same_asio_as_the_library({});
  if constexpr (is_complete<boost::asio::io_context, File> ||
                is_complete<boost::asio::thread_pool, File>) {
    same_running_asio_as_the_library({});
  }
}

[[gnu::used]]
#ifdef __ELF__
[[gnu::retain]]  // the linker's --gc-sections would take it away
#endif
auto* const reference_to_the_library = &refer_to_the_library<this_file>;

}  // namespace

#endif

}  // namespace gladia::detail
