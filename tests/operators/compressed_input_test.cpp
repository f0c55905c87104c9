// SPDX-License-Identifier: MIT
//
// Files that are not plain text: compressed, in another encoding, or made up by the kernel.
#include <tidemark/core/random.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>
#include <tidemark/operators/sources/open_file.hpp>

#include <tests/operators/compressed.hpp>
#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/reading.hpp>
#include <tests/support.hpp>

#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tidemark::compressed_input_test {
namespace {

using namespace std::string_literals;
using tests::error_of_reading;
using tests::gzip;
using tests::read_all;
using tests::zstd;
using Lines = std::vector<std::string>;
using Error = std::pair<std::string, std::size_t>;

Lines lines_in(const std::string& bytes) {
  const tests::Directory directory;
  return read_all(FileInput(directory.write("file", bytes)));
}

Error error_in(const std::string& bytes) {
  const tests::Directory directory;
  return error_of_reading(FileInput(directory.write("file", bytes)));
}

TEST_CASE("what gzip and zstd have compressed is read as its text, by its first bytes") {
  for (const auto& compress : {gzip, zstd}) {
    const tests::Directory directory;
    const std::string path = directory.write("file", compress("one\ntwo\n"));
    CHECK(read_all(FileInput(path)) == Lines{"one", "two"});
    CHECK(read_all(DirInput(directory / "")) == Lines{"one", "two"});
    CHECK(read_all(CSVInput(directory.write("file", compress("a\n1\n")))) ==
          std::vector<CsvRow>{{{"a", "1"}}});
    CHECK(read_all(JSONLinesInput(directory.write("file", compress("1\n\n2")))).size() == 2);
    CHECK(lines_in(compress("")).empty());
  }
}

TEST_CASE("a compressed file may have several parts") {
  CHECK(lines_in(gzip("one\ntw") + gzip("") + gzip("o\n")) == Lines{"one", "two"});
  CHECK(lines_in(zstd("one\ntw") + zstd("") + zstd("o\n")) == Lines{"one", "two"});
  const std::string to_skip = "\x50\x2A\x4D\x18\x03\0\0\0xyz"s;
  CHECK(lines_in(to_skip + zstd("one\n") + to_skip) == Lines{"one"});
}

TEST_CASE("compressed text is the same as plain text, and is gone on with at every line") {
  const tests::Directory directory;
  tests::check_property(40, [&] {
    tests::Tape tape = tests::draw_tape("lengths", 20);
    std::string text, by_gzip, by_zstd;
    while (!tape.at_end()) {
      std::string piece;
      const std::size_t length = tape.below(4) == 0 ? tape.below(400'000) : tape.below(9);
      for (std::size_t i = 0; i != length; ++i)
        piece += static_cast<char>('!' + (text.size() * 7 + i / 5 + i % 3) % 90);
      if (tape.below(4) != 0) piece += '\n';
      text += piece;
      by_gzip += gzip(piece);
      by_zstd += zstd(piece);
    }
    const Lines expected = read_all(FileInput(directory.write("plain", text)));
    for (const std::string& bytes : {by_gzip, by_zstd}) {
      if (bytes.empty()) continue;
      const FileInput source(directory.write("file", bytes), 3);
      const bool agrees = read_all(source) == expected;
      RC_ASSERT(agrees);
      // Where a poll ends, another run may begin.
      const auto part = source.open(source.parts()[0], {});
      Lines before;
      for (bool ended = false; !ended;) {
        ended = part->next_batch(before).state == Poll::State::end;
        const auto rest = source.open(source.parts()[0], {.resume_at = part->position()});
        Lines all = before;
        while (rest->next_batch(all).state != Poll::State::end) {
        }
        const bool whole = all == expected;
        RC_ASSERT(whole);
      }
    }
  });
}

TEST_CASE("a compressed file that is cut off or damaged is an error, after the lines before it") {
  const std::string text = "one\ntwo\n";
  CHECK(error_in("\x1F\x8B") ==
        Error{"cannot read 'FILE': its gzip data ends in the middle, at byte 2; was it copied or "
              "written whole?",
              0});
  for (const auto& compress : {gzip, zstd}) {
    const std::string bytes = compress(text);
    for (std::size_t size = 4; size != bytes.size(); ++size)
      CHECK_THAT(error_in(bytes.substr(0, size)).first,
                 Catch::Contains("data ends in the middle, at byte " + std::to_string(size)));
  }
  std::string bytes = gzip(text);
  bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);  // of its check sum
  CHECK_THAT(error_in(bytes).first, Catch::Contains("incorrect data check"));
  CHECK(error_in(bytes).second == 2);
}

TEST_CASE("what follows whole compressed data and is none is an error that says so") {
  const auto refusal = [](const std::string& program, std::size_t size) {
    return "cannot read 'FILE': behind its " + program +
           " data, which is whole and was read to its last newline, follows from byte " +
           std::to_string(size) +
           " on what is none; if that does not belong there, leave it out, e.g. by `head -c " +
           std::to_string(size) + " FILE | ...` into standard input";
  };
  const std::map<std::string, std::string (*)(const std::string&)> compressors{{"gzip", gzip},
                                                                               {"zstd", zstd}};
  for (const auto& [program, compress] : compressors) {
    const std::string bytes = compress("one\n") + compress("two\n");
    for (const std::string& rest : {"x"s, "something else"s, "\x1F\x8A and more"s,
                                    "\x28\xB5\x2F\xFE and more"s, "\x52\x2A and more"s})
      CHECK(error_in(bytes + rest) == Error{refusal(program, bytes.size()), 2});
    // The other program's, and what cannot be told from the beginning of another text.
    CHECK_THAT(error_in(bytes + (compress == gzip ? zstd : gzip)("three\n")).first,
               Catch::Contains("behind its " + program + " data"));
    CHECK_THAT(
        error_in(bytes + bytes.substr(0, 1)).first,
        Catch::Contains("data ends in the middle, at byte " + std::to_string(bytes.size() + 1)));
  }
  const std::string padded = gzip("one\n") + std::string(9, '\0');
  CHECK(error_in(padded + "something else") == Error{refusal("gzip", padded.size()), 1});
}

TEST_CASE("zeros behind what gzip has compressed are padding, and behind zstd's they are not") {
  CHECK(lines_in(gzip("one\n") + std::string(600, '\0')) == Lines{"one"});
  CHECK(lines_in(gzip("one\n") + std::string(300'000, '\0') + gzip("two\n")) ==
        Lines{"one", "two"});
  CHECK_THAT(error_in(zstd("one\n") + std::string(600, '\0')).first,
             Catch::Contains("behind its zstd data, which is whole"));
}

TEST_CASE("zstd data that wants a large window or a dictionary is an error that says what to do") {
  // Heads of frames: a window of 2 GiB; and the dictionary 7.
  CHECK_THAT(error_in("\x28\xB5\x2F\xFD\x00\xA8\x01\0\0"s).first,
             Catch::Contains("larger than 128 MiB") && Catch::Contains("zstd -dc --long=31 FILE"));
  CHECK_THAT(error_in("\x28\xB5\x2F\xFD\x21\x07\0\x01\0\0"s).first,
             Catch::Contains("a dictionary") && Catch::Contains("-D DICTIONARY FILE"));
}

TEST_CASE("text in UTF-16 without a mark is an error, and single zeros are not") {
  for (const std::string& bytes : {"i\0d\0,\0x\0\n\0"s, "\0i\0d\0,\0x\0\n"s})
    CHECK_THAT(error_in(bytes).first,
               Catch::Contains("text in UTF-16") && Catch::Contains("iconv -f UTF-16"));
  for (const std::string& bytes : {"a\0b\0c\0dd\0"s, "a\0b\0c\0"s, std::string(20, '\0')})
    CHECK(lines_in(bytes) == Lines{bytes});
  const tests::Directory directory;
  CHECK_THAT(error_of_reading(CSVInput(directory.write("csv", "\xE4\0d\0\n\0"s))).first,
             Catch::Contains("is it text in UTF-16? convert it"));
}

TEST_CASE("what something else has compressed is an error that says what to do") {
  const std::vector<std::pair<std::string, std::string>> files{
      {"\xFD"
       "7zXZ\0\0"s,
       "xz; gzip and zstd are read as they are, so decompress it first, e.g. by `xz -dc FILE"},
      {"BZh91AY&SY", "bzip2 -dc FILE"},
      {"\x04\x22\x4D\x18\x64", "lz4 -dc FILE"},
      {"PK\x03\x04\x14", "unzip -p FILE"},
      {"7z\xBC\xAF\x27\x1C\0"s, "7z x -so FILE"},
  };
  for (const auto& [bytes, words] : files) {
    CHECK_THAT(
        error_in(bytes).first,
        Catch::StartsWith("cannot read 'FILE': it is compressed by ") && Catch::Contains(words));
    // And text that begins as such a file is text.
    CHECK(lines_in(bytes.substr(0, 2) + "x\n") == Lines{bytes.substr(0, 2) + "x"});
    CHECK(lines_in(bytes.substr(0, 1)) == Lines{bytes.substr(0, 1)});
  }
  CHECK(lines_in("BZhello\n") == Lines{"BZhello"});
}

TEST_CASE("a byte order mark of UTF-8 is dropped, and text in another encoding is an error") {
  const std::string mark = "\xEF\xBB\xBF";
  CHECK(lines_in(mark + "one\n" + mark + "two\n") == Lines{"one", mark + "two"});
  CHECK(lines_in(mark).empty());
  CHECK(lines_in(gzip(mark + "one\n")) == Lines{"one"});
  CHECK(lines_in("\xEF\xBB") == Lines{"\xEF\xBB"});
  CHECK(lines_in("\xFF\n\xFE") == Lines{"\xFF", "\xFE"});
  for (const std::string& bytes : {"\xFF\xFEx\0\n\0"s, "\xFE\xFF\0x\0\n"s, "\xFF\xFE"s})
    CHECK(error_in(bytes) ==
          Error{"cannot read 'FILE': it is text in UTF-16; convert it to UTF-8 first, e.g. by "
                "`iconv -f UTF-16 -t UTF-8 FILE | ...` into standard input",
                0});
  CHECK_THAT(error_in("\xFF\xFE\0\0x\0\0\0"s).first, Catch::Contains("iconv -f UTF-32"));
  CHECK_THAT(error_in("\0\0\xFE\xFF\0\0\0x"s).first, Catch::Contains("iconv -f UTF-32"));
  CHECK_THAT(error_in(gzip("\xFF\xFEx\0\n\0"s)).first, Catch::Contains("text in UTF-16"));
}

TEST_CASE("a file with a mark is gone on with behind the lines that were read") {
  const tests::Directory directory;
  const FileInput source(directory.write("file", "\xEF\xBB\xBFone\ntwo\n"), 1);
  const auto part = source.open(source.parts()[0], {});
  Lines lines;
  part->next_batch(lines);
  const auto rest = source.open(source.parts()[0], {.resume_at = part->position()});
  rest->next_batch(lines);
  CHECK(lines == Lines{"one", "two"});
}

TEST_CASE("a compressed pipe is read while it is written") {
  for (const auto& compress : {gzip, zstd}) {
    const tests::Directory directory;
    const std::string path = directory / "pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    tests::Watchdog watchdog("a compressed pipe");
    tests::Log<std::string> log;
    Dataflow flow;
    input(flow, "lines", FileInput(path)) |
        inspect([&log](const std::string& line) { log.add(line); }) |
        output("out", tests::Discard{});
    bool came = false;
    {
      const std::jthread writer([&] {
        const int pipe = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        const auto write = [&](const std::string& bytes) {
          for (const char byte : bytes)  // each by itself
            if (::write(pipe, &byte, 1) != 1) std::abort();
        };
        write(compress("one\ntwo\n"));
        came = log.wait_for(2);
        write(compress("three"));
        ::close(pipe);
      });
      cluster_main(flow, {.workers = 2, .executor = ExecutorKind::threads});
    }
    CHECK(came);
    CHECK(log.entries() == Lines{"one", "two", "three"});
  }
}

TEST_CASE("text that is large when it is decompressed is read in small pieces") {
  const tests::Directory directory;
  std::string line(1'000'000, 'x');
  line.back() = '\n';
  std::string text;
  for (int n = 0; n != 64; ++n) text += line;
  const FileInput source(directory.write("file", gzip(text)), 1'000'000);
  const auto part = source.open(source.parts()[0], {});
  std::size_t lines = 0;
  for (bool ended = false; !ended;) {
    Lines batch;
    ended = part->next_batch(batch).state == Poll::State::end;
    CHECK(batch.size() <= 1);
    lines += batch.size();
  }
  CHECK(lines == 64);
}

TEST_CASE("files that the kernel makes up are read to their end") {
  for (const char* path : {"/proc/version", "/proc/cpuinfo", "/proc/self/status",
                           "/proc/sys/kernel/ostype", "/sys/devices/system/cpu/online"}) {
    if (::access(path, R_OK) != 0) continue;
    INFO(path);
    std::ifstream file(path);
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    CHECK(read_all(FileInput(path)).size() == lines);
  }
}

TEST_CASE("what may block when it is read is read as a pipe is, and what lies on a disk is not") {
  const tests::Directory directory;
  CHECK(detail::OpenFile(directory.write("empty", "")).regular());
  CHECK(detail::OpenFile(directory.write("file", "a")).regular());
  CHECK_FALSE(detail::OpenFile("/proc/version").regular());  // as /proc/kmsg, which needs rights
}

}  // namespace
}  // namespace tidemark::compressed_input_test
