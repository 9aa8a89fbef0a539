#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/contract.hpp"
#include "support/wav_bytes.hpp"

/// What fuzzing begins with.
namespace fuzz {

/// The server's example messages and bodies.
inline std::vector<std::string> contract_seeds() {
  std::vector<std::string> paths;
  for (auto const& entry :
       std::filesystem::recursive_directory_iterator(std::string(GLADIA_TEST_DATA) + "/contract")) {
    // The index of the examples is none itself.
    if (entry.is_regular_file() && entry.path().filename() != "index.json") {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());  // the order of a folder is anybody's guess
  std::vector<std::string> seeds;
  for (auto const& path : paths) seeds.push_back(read_text(path));
  return seeds;
}

inline std::vector<std::string> error_seeds() {
  auto seeds = contract_seeds();
  for (std::string const header :
       {"30", "Sun, 06 Nov 1994 08:49:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "-1"}) {
    seeds.push_back(header + "\n\n<html><h1>502 Bad Gateway</h1></html>");
  }
  seeds.push_back(R"({"message":["a","b"],"details":[{"loc":["body",0],"msg":"c"}]})");
  return seeds;
}

/// A WAV file with these sizes, whatever it holds.
inline std::string piped(std::uint32_t riff_size, std::uint32_t data_size,
                         std::string const& samples) {
  using namespace gladia::test;
  auto bytes = riff({chunk("fmt ", format_chunk{}.body()), chunk("data", samples, data_size)});
  return bytes.replace(4, 4, little_endian(riff_size, 4));
}

inline std::vector<std::string> wav_seeds() {
  using namespace gladia::test;
  using gladia::audio_encoding;
  std::string const samples = "0123456789abcdefghijklmn";
  std::vector<std::string> const streams = {
      wav({}, samples),
      wav({audio_encoding::ulaw, 8, 8000, 1}, samples),
      riff({chunk("LIST", "odd"), chunk("fmt ", format_chunk{1, 3, 48000, 24}.extensible_body()),
            chunk("data", samples)}),
      riff({chunk("ds64", little_endian(0, 8) + little_endian(24, 8) + std::string(12, '\0')),
            chunk("fmt ", format_chunk{}.body()), chunk("data", samples, 0xffffffff)},
           "RF64"),
      riff({chunk("fmt ", format_chunk{3, 2, 44100, 32}.body()), chunk("data", samples)}),
      riff({chunk("fact", samples)}, "RIFF", "AVI "),
      // What arecord, LAME, mpg123 and ffmpeg write to a pipe.
      piped(0x80000024, 0x80000000, samples),
      piped(0x80000023, 0x7fffffff, samples),
      piped(36, 0, samples),
      piped(0xffffffff, 0xffffffff, samples),
      // A size that is too small, with chunks behind and without; a pad that was forgotten.
      piped(36, 8, "samples!LIST" + little_endian(2, 4) + "no"),
      piped(0, 8, samples),
      riff({"LIST" + little_endian(1, 4) + "x", chunk("fmt ", format_chunk{}.body()),
            chunk("data", samples)}),
      // Other kinds of files.
      std::string("\x1a\x45\xdf\xa3") + samples,
      std::string("\0\0\0\x20"
                  "ftypisom",
                  12) +
          samples,
      std::string("\xff\xf3\x38\xc4") + std::string(104, '\0') + "\xff\xf3\x38\xc4" + samples,
      std::string("\xff\xf1\x50\x80\x01\xff\xfc") + std::string(8, '\0') + "\xff\xf1\x50\x80" +
          samples,
      "RIFF....WAV",
      samples,
  };
  std::vector<std::string> seeds;
  for (auto const& stream : streams) {
    for (char const format : {'\0', '\1', '\2'}) {
      seeds.push_back(std::string({format, 0, 1, 7, 3, 40, 2, 11}) + stream);
    }
  }
  return seeds;
}

inline std::vector<std::string> url_seeds() {
  return {
      "https://api.gladia.io/v2/live?region=eu-west\n../v1/x?y#z\nproxy.example:3128\nlocalhost",
      "wss://api.gladia.io:8443/v2/live?token=abc\n//other.example/%7e\n[::1]:80\n.gladia.io,*",
      "http://[2001:db8::1]:8080\nhttps://api.gladia.io/a/./b/../c\n:pass@h\n[2001:db8::1]:8080",
      "ws://127.0.0.1\n?x=y\nhttp://p\n127.0.0.1, ::1",
      "HTTPS://User@Host:0/\n\n\n",
  };
}

/// A session whose links are lost with audio on its way, and whose server tells its last range
/// again with each new one.
inline std::string told_again(std::size_t counting) {
  bool const counts_what_came = counting == 1;
  auto const open = "\x03\x01" + std::string(counts_what_came ? 1 : 0, '\0');
  auto session = std::string("\6\3\1\1\0\6\6\6\6\6\6\6\6\6\0\0\0\0\0", 19) +  // options, format
                 static_cast<char>(counting) + std::string("\0\0\x02\3\1", 5) + open;  // run, post
  for (std::size_t link = 0; link < 4; ++link) {
    if (link > 0) {
      auto const told = counting == 2 ? 1 : link;  // ranges, on links before
      session += "\6\4" + std::string(1, static_cast<char>(told - 1));
      if (told > 1) session += '\0';  // this one alone
    }
    session += std::string("\0\xc8\0\0\xc8\0\x08\x08", 8);  // 800 bytes of audio
    session += std::string("\5\1\x90\6\0", 5);              // 400 came, and are acknowledged
    session += std::string("\x09\3\3\1", 4) + open;         // cut, wait
  }
  return session;
}

/// Answers of servers and proxies, whole and faulty; the first byte says how they are cut.
inline std::vector<std::string> response_seeds() {
  std::vector<std::string> const answers = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 401\nWWW-Authenticate: Basic realm=\"a, b\", Negotiate\n\n{}",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\nmore",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x02hi",
      "HTTP/1.1 101\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: x\r\n\r\n",
      "HTTP/1.0 200 Connection established\r\n\r\n",
      "HTTP/1.1 407 Auth\r\nProxy-Authenticate: NTLM TlRM==, Digest nonce = \"x\"\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX : y\r\n z\r\n\r\n",
      "HTTP/1.1 302\r\nLocation: /a b\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nAge: 7\r\n\r\n",
      "220 smtp.example ESMTP\r\n",
  };
  std::vector<std::string> seeds;
  for (auto const& answer : answers) {
    for (char const step : {'\1', '\7', '\x7f'}) seeds.push_back(step + answer);
  }
  return seeds;
}

/// Answers to a handshake, and frames behind them.
inline std::vector<std::string> frame_seeds() {
  using namespace std::string_literals;
  auto const large = "\x81\x7f\0\0\0\0\0\1\0\0"s + std::string(65536, 'x');
  std::vector<std::string> const streams = {
      "\x81\2hi\x01\1\xe2\x89\1?\x8a\0\x80\2\x82\xac\x82\1b"s,
      "\x81\x7e\0\x80"s + std::string(128, 'y') + "\x88\6\x11\x33gone"s,
      large + "\x88\2\3\xe8"s,
      "\x88\3\x11\x33\xc3"s,
      "\x88\1\3"s,
      "\x88\0\x81\0"s,
      "\x88\2\3\xed\x88\2\3\xe8"s,
      "\x88\x7e\0\x80"s + std::string(128, '\x11'),
      "\x81\x81mask\1\x88\0"s,
  };
  std::vector<std::string> seeds;
  for (auto const& stream : streams) {
    seeds.push_back("\0\1\7\3\x28\2\x0b"s + "HTTP/1.1 101 \r\n\r\n"s + stream);
  }
  seeds.push_back("\0\0\0\0\0\0\0HTTP/1.0 403 No\nx: y\n\n\x81\1x"s);
  return seeds;
}

/// Options as they come, then a session: opened, fed, acknowledged, cut, stopped, ended.
inline std::vector<std::string> session_seeds() {
  std::vector<std::string> seeds;
  std::string const open = std::string("\x03\x01", 2);
  std::string const play = "\x02" + open + open +                              // run, post
                           std::string("\0\xc8\0\x08\x05\x01\xff\x06\0", 9) +  // audio, ack
                           "\x09" + open + open +                              // cut, wait, open
                           std::string("\x08\x05\xff\xff\x06\0\x0b\x08\x09\0", 10);  // stop, end
  for (std::size_t i = 0; i < 64; ++i) {
    std::string options;
    for (std::size_t k = 0; k < 22; ++k) options += static_cast<char>((i * 37 + k * (i + 5)) % 251);
    seeds.push_back(options + play + play);
  }
  for (std::size_t const counting : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    seeds.push_back(told_again(counting));
  // With it the fuzzer first showed what is told again; operations were other bytes then.
  seeds.emplace_back(
      "\x82\xba\xf2/g\x9f\xd7\x14L\x84\xbc\xf4"
      "1i\xba\x02"
      "Eggg\xf6\x02\x10\"#f\xa9\xec"
      "4w\xba\x02"
      "Egggggggggggggggggggggggga\x88\x8f\xb3\xd7\0$Hl\x90\xb4\xd8\1\0\x08\5\1\xff\6\0\t\3N09__"
      "cxxabiv\6\0\x0b\x08\t\0",
      97);
  return seeds;
}

/// Finals, lost links, and summings-up.
inline std::vector<std::string> word_seeds() {
  std::string const final("\0\1\x14\x32\3\1", 6);
  std::string const lost_final("\2\1\x1e\x32\3", 5);
  std::string const lost_link("\3\x28", 2);
  std::string const opened("\4\x28", 2);
  std::string const summing_up("\6\0\0\1", 4);
  return {final + lost_link + opened + lost_final + final + summing_up,
          final + lost_final + lost_link + "\5\x14\x0a" + final + summing_up + "\7\1\1",
          lost_link + final + final + lost_link + lost_final};
}

/// Names of files, with sources and readers that give and take a few bytes at a time, and content.
inline std::vector<std::string> multipart_seeds() {
  using namespace std::string_literals;
  auto const pieces = "\x0f\x01\0\xff\x07\0\x40\x02"s;
  auto const rooms = "\xff\0\x06\x1f\0\x03\xff\x50"s;
  auto const is_whole = "\0\0\0"s + "\0\0"s;
  std::vector<std::string> seeds;
  for (auto const& name : {"call.wav"s, "a\"; name=\"b\r\nX: 1"s, "\xc3\xa4 100%22.wav"s, "a\0b\\"s,
                           "\xff\xfe\n"s, std::string(255, '"')}) {
    auto const begin = static_cast<char>(name.size()) + name + "\0"s + pieces + rooms;
    seeds.push_back(begin + is_whole + "\0\x20"s + "RIFF"s);
    seeds.push_back(begin + is_whole + "\0\0"s + "\xf0x\xf1\r\xf2\r\n--"s);
  }
  auto const begin = "\1a\1"s + pieces + rooms;
  for (char const trouble : {'\1', '\2', '\3', '\4'}) {
    seeds.push_back(begin + trouble + "\0\x05"s + "\0\0"s + "\0\x40"s + "a recording"s);
  }
  seeds.push_back(begin + "\0\0\0"s + "\0\4"s + "\0\0"s + "longer than announced");
  seeds.push_back(begin + "\0\0\0"s + "\1\4"s + "\0\0"s + "shorter");
  seeds.push_back(begin + "\0\0\0"s + "\2\x7f\0\0\0\0\0\0"s + "\0\0"s + "much shorter");
  seeds.push_back(begin + is_whole + "\0\0"s + "\xf3 holds its boundary");
  return seeds;
}

/// Two tracks that bring audio with times and without, too early, too late and twice.
inline std::vector<std::string> interleaver_seeds() {
  using namespace std::string_literals;
  std::vector<std::string> seeds;
  for (char const format : {'\0', '\1', '\2', '\3', '\4'}) {
    auto const begin = std::string(1, format) + "\1\0\xf0\0\x0a"s;  // 240 ms, 10 ms
    seeds.push_back(begin + "\0\0\0\x30\4\0\0\x30\2\0\0\x20\x30\2\4\0\x60\x30\3\2"s);
    seeds.push_back(begin + "\1\x14\5\x15\2\1\x28\2\3\5\x28\2\x10\0\0\7"s);
    seeds.push_back(begin + "\0\1\x36\xee\x80\7\2\0\2\x17\xff\xff\xff\xff\xff\xff\xff\7\2"s);
  }
  return seeds;
}

inline std::vector<std::string> seeds_of(std::string_view target) {
  if (target == "error_bodies") return error_seeds();
  if (target == "wav_header") return wav_seeds();
  if (target == "frames") return frame_seeds();
  if (target == "url") return url_seeds();
  if (target == "response_head") return response_seeds();
  if (target == "session") return session_seeds();
  if (target == "words") return word_seeds();
  if (target == "multipart") return multipart_seeds();
  if (target == "interleaver") return interleaver_seeds();
  return contract_seeds();
}

}  // namespace fuzz
