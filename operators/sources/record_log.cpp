// SPDX-License-Identifier: MIT
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/record_log.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <sys/file.h>
#include <unistd.h>

namespace tidemark::detail {
namespace {

using Length = std::array<unsigned char, 8>;  // the lowest byte first

constexpr std::size_t piece = 65536;  // of a record: what a length says may not be there

}  // namespace

std::string in_a_path(const std::string& part) {
  std::string name;
  for (const char c : part) {
    if (c == '/' || c == '%') {
      name += c == '/' ? "%2F" : "%25";
    } else {
      name += c;
    }
  }
  return name;
}

RecordLog::RecordLog(const std::string& path)
    : path_(path),
      file_(std::fopen(path.c_str(), "abe")) {  // which cuts nothing that is another's
  if (!file_) throw_file_error("write", path_, errno);
  const int descriptor = ::fileno(file_.get());
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    throw FileError("'" + path_ + "' is being written by another input, or another program");
  if (::ftruncate(descriptor, 0) != 0) throw_file_error("write", path_, errno);
}

void RecordLog::add(const std::string& bytes) {
  Length length{};
  for (std::size_t i = 0; i != length.size(); ++i)
    length[i] = static_cast<unsigned char>(std::uint64_t{bytes.size()} >> 8 * i);
  if (std::fwrite(length.data(), 1, length.size(), file_.get()) != length.size() ||
      std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
    throw_file_error("write", path_, errno);
}

void RecordLog::flush() {
  if (std::fflush(file_.get()) != 0) throw_file_error("write", path_, errno);
}

RecordLogReader::RecordLogReader(const std::string& path)
    : path_(path),
      file_(std::fopen(path.c_str(), "rbe")) {
  if (!file_) throw_file_error("read", path_, errno);
}

std::optional<std::string> RecordLogReader::next() {
  Length length{};
  if (std::fread(length.data(), 1, length.size(), file_.get()) != length.size())
    return std::nullopt;
  std::uint64_t left = 0;
  for (std::size_t i = length.size(); i-- != 0;) left = left << 8 | length[i];
  std::string bytes;
  while (left != 0) {
    const std::size_t before = bytes.size();
    const std::size_t wanted = left < piece ? left : piece;
    bytes.resize(before + wanted);
    if (std::fread(bytes.data() + before, 1, wanted, file_.get()) != wanted) return std::nullopt;
    left -= wanted;
  }
  return bytes;
}

}  // namespace tidemark::detail
