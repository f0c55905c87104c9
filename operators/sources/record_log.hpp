// SPDX-License-Identifier: MIT
//
// Record logs: records as bytes, one after the other in a file.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace tidemark::detail {

/// The name of a part as a part of a file's name: / is %2F, and % is %25.
std::string in_a_path(const std::string& part);

/// A file of records, each behind its length. Throws FileError, as does the next. Thread: one.
class RecordLog {
 public:
  /// Writes `path` anew.
  explicit RecordLog(const std::string& path);
  void add(const std::string& bytes);
  /// What was added is there even if the program is killed.
  void flush();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  friend class RecordLogReader;

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// Reads one from its beginning; the last record, if it is cut, is none.
class RecordLogReader {
 public:
  explicit RecordLogReader(const std::string& path);
  /// The next record; nullopt at the end.
  std::optional<std::string> next();

 private:
  std::string path_;
  std::unique_ptr<std::FILE, RecordLog::Close> file_;
};

}  // namespace tidemark::detail
