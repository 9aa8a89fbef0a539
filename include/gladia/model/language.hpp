#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace gladia {

/// A constant of `gladia::languages`; converts to `language_code`.
struct language_constant {
  std::string_view code;  ///< as on the wire
};

/// The code of a language, for example `en`. Any text is allowed, because the server's list grows.
///
/// Empty means no language. `gladia::languages` has a constant for each code known to this version.
/// The codes are those of ISO 639-1, and `jw` (Javanese) and `haw` (Hawaiian). The server refuses
/// regional tags such as `en-US`.
/// See https://docs.gladia.io/chapters/language/supported-languages.
///
/// Thread safety: as `std::string`.
struct language_code {
  /// The code as on the wire.
  std::string code{};

  /// No language.
  language_code() = default;
  /// From a code. Implicit, so that a request can be written as `{.languages = {"en"}}`.
  language_code(std::string text) : code(std::move(text)) {}
  /// \copydoc language_code(std::string)
  language_code(char const* text) : code(text) {}
  /// \copydoc language_code(std::string)
  language_code(std::string_view text) : code(text) {}
  /// \copydoc language_code(std::string)
  language_code(language_constant constant) : code(constant.code) {}

  /// Whether there is no language.
  [[nodiscard]] bool empty() const noexcept { return code.empty(); }

  /// Whether the codes are equal.
  friend bool operator==(language_code const& a, language_code const& b) noexcept {
    return a.code == b.code;
  }
  /// Whether the codes differ.
  friend bool operator!=(language_code const& a, language_code const& b) noexcept {
    return !(a == b);
  }
  /// Whether the code of `a` comes before that of `b`, so that codes can be keys of a `std::map`.
  friend bool operator<(language_code const& a, language_code const& b) noexcept {
    return a.code < b.code;
  }
};

// The one list of names and codes; the constants and `languages::all` are made of it.
// clang-format off
#define GLADIA_LANGUAGES(X) \
  X(afrikaans, "af") X(amharic, "am") X(arabic, "ar") X(assamese, "as") X(azerbaijani, "az") \
  X(bashkir, "ba") X(belarusian, "be") X(bulgarian, "bg") X(bengali, "bn") X(tibetan, "bo") \
  X(breton, "br") X(bosnian, "bs") X(catalan, "ca") X(czech, "cs") X(welsh, "cy") \
  X(danish, "da") X(german, "de") X(greek, "el") X(english, "en") X(spanish, "es") \
  X(estonian, "et") X(basque, "eu") X(persian, "fa") X(finnish, "fi") X(faroese, "fo") \
  X(french, "fr") X(galician, "gl") X(gujarati, "gu") X(hausa, "ha") X(hawaiian, "haw") \
  X(hebrew, "he") X(hindi, "hi") X(croatian, "hr") X(haitian_creole, "ht") X(hungarian, "hu") \
  X(armenian, "hy") X(indonesian, "id") X(icelandic, "is") X(italian, "it") X(japanese, "ja") \
  X(javanese, "jw") X(georgian, "ka") X(kazakh, "kk") X(khmer, "km") X(kannada, "kn") \
  X(korean, "ko") X(latin, "la") X(luxembourgish, "lb") X(lingala, "ln") X(lao, "lo") \
  X(lithuanian, "lt") X(latvian, "lv") X(malagasy, "mg") X(maori, "mi") X(macedonian, "mk") \
  X(malayalam, "ml") X(mongolian, "mn") X(marathi, "mr") X(malay, "ms") X(maltese, "mt") \
  X(myanmar, "my") X(nepali, "ne") X(dutch, "nl") X(nynorsk, "nn") X(norwegian, "no") \
  X(occitan, "oc") X(punjabi, "pa") X(polish, "pl") X(pashto, "ps") X(portuguese, "pt") \
  X(romanian, "ro") X(russian, "ru") X(sanskrit, "sa") X(sindhi, "sd") X(sinhala, "si") \
  X(slovak, "sk") X(slovenian, "sl") X(shona, "sn") X(somali, "so") X(albanian, "sq") \
  X(serbian, "sr") X(sundanese, "su") X(swedish, "sv") X(swahili, "sw") X(tamil, "ta") \
  X(telugu, "te") X(tajik, "tg") X(thai, "th") X(turkmen, "tk") X(tagalog, "tl") \
  X(turkish, "tr") X(tatar, "tt") X(ukrainian, "uk") X(urdu, "ur") X(uzbek, "uz") \
  X(vietnamese, "vi") X(yiddish, "yi") X(yoruba, "yo") X(chinese, "zh") X(wolof, "wo")
// clang-format on

/// The languages known to this version, for example `languages::english`. All of them can be
/// transcribed and translated to, except `wolof`, which can only be translated to.
namespace languages {

#define GLADIA_LANGUAGE(name, code) /** The language \c code. */ \
  inline constexpr language_constant name{code};
GLADIA_LANGUAGES(GLADIA_LANGUAGE)
#undef GLADIA_LANGUAGE

#define GLADIA_LANGUAGE(name, code) name,
/// Every constant of this namespace. \hideinitializer
inline constexpr language_constant all[] = {GLADIA_LANGUAGES(GLADIA_LANGUAGE)};
#undef GLADIA_LANGUAGE

}  // namespace languages

#undef GLADIA_LANGUAGES

}  // namespace gladia
