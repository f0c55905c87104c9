// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/line_cutter.hpp>
#include <tidemark/operators/sources/line_parts.hpp>
#include <tidemark/operators/sources/threaded_part.hpp>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tidemark::detail {
namespace {

/// The directory that has the last name of `path`.
std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Where a path leads, through all links; nullopt while it leads nowhere.
std::optional<std::string> target_of(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  if (::realpath(path.c_str(), target.data()) == nullptr) return std::nullopt;
  return target.data();
}

/// What tells that a file has grown, or that its name is another's. Whoever looks at the file and
/// then waits misses nothing. Thread: one at a time.
class FileWatch {
 public:
  explicit FileWatch(const std::string& path)
      : FileWatch(path, ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (descriptor_ < 0)
      fail(errno == EMFILE
               ? "this user may have no more watches for files, or this process no more "
                 "open files (fs.inotify.max_user_instances, ulimit -n)"
               : std::strerror(errno));
    const std::string directory = directory_of(path);
    add(directory, names);
    directory_ = id_of(directory);
    // While the file is open nothing says that the directory is gone, but to its own directory,
    // which others may keep from being watched.
    if (const auto target = target_of(directory))
      ::inotify_add_watch(descriptor_, directory_of(*target).c_str(), gone | IN_MASK_ADD);
  }
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }

  /// From here on the file that has the name is watched, if there is one.
  void watch_file() {
    if (file_ >= 0) ::inotify_rm_watch(descriptor_, file_);
    file_ = ::inotify_add_watch(descriptor_, path_.c_str(), IN_MODIFY);
    if (file_ < 0 && errno != ENOENT) fail_to_add(path_);
    // A link in the path leads to names in other directories.
    if (const auto target = target_of(path_)) add(directory_of(*target), names);
  }

  /// Forgets what it has told. Throws if the directory is gone, as nothing would be told any more.
  void clear() {
    std::array<char, 16 * 1024> events;
    while (::read(descriptor_, events.data(), events.size()) > 0) {
    }
    if (!directory_ || id_of(directory_of(path_)) != directory_)
      fail("its directory was removed or renamed");
  }

 private:
  using Id = std::pair<dev_t, ino_t>;
  static constexpr std::uint32_t names = IN_CREATE | IN_MOVED_TO;
  static constexpr std::uint32_t gone = IN_DELETE | IN_MOVED_FROM;

  static std::optional<Id> id_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || status.st_nlink == 0) return std::nullopt;
    return Id{status.st_dev, status.st_ino};
  }
  FileWatch(const std::string& path, int descriptor) : path_(path), descriptor_(descriptor) {}

  void add(const std::string& path, std::uint32_t events) {
    if (::inotify_add_watch(descriptor_, path.c_str(), events | IN_MASK_ADD) < 0) fail_to_add(path);
  }
  [[noreturn]] void fail_to_add(const std::string& path) const {
    fail("'" + path + "' cannot be watched: " +
         (errno == ENOSPC ? "this user may watch no more files (fs.inotify.max_user_watches)"
                          : std::strerror(errno)));
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw FileError("cannot follow '" + path_ + "': " + why);
  }

  std::string path_;
  int descriptor_;
  std::optional<Id> directory_;
  int file_ = -1;
};

/// Reads a file for as long as somebody wants more.
class Follower {
 public:
  Follower(std::string path, FileOptions options, std::optional<std::string> resume_at)
      : path_(std::move(path)),
        options_(options),
        resume_at_(std::move(resume_at)),
        watch_(path_) {
    open();  // what cannot be followed is told at once
  }

  void run(LinesAhead& ahead) {
    while (!ahead.stopped()) {
      if (file_ == nullptr) open();
      if (file_ != nullptr && read_to_end(ahead)) {
        finish(ahead);
        continue;
      }
      if (!ahead.wait_for(watch_.descriptor())) return;
      watch_.clear();
    }
  }

 private:
  /// Opens the file if there is one.
  void open() {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0 && errno == ENOENT) return;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && status.st_mode != 0)
      throw FileError("cannot follow '" + path_ + "': it is not a regular file");
    watch_.watch_file();
    try {
      file_ = open_at(path_, resume_at_, options_);
    } catch (const FileError&) {
      if (::stat(path_.c_str(), &status) != 0 && errno == ENOENT) return;  // gone meanwhile
      throw;
    }
    resume_at_.reset();
    offset_ = file_->offset();
    begins_ = offset_ == 0;
  }

  /// True if the file has ended for good, as another has its name, or it was cut off.
  bool read_to_end(LinesAhead& ahead) {
    // Also without lines: a run that goes on is to find this file, and not the one before.
    if (std::exchange(begins_, false)) ahead.begin_anew(position());
    const bool was_replaced = !file_->has_its_name();
    read_blocks(ahead);
    return (was_replaced && is_there()) || file_->has_shrunk();
  }

  void read_blocks(LinesAhead& ahead) {
    while (!ahead.stopped() && file_->read(cutter_.block())) {
      cutter_.cut(lines_);
      for (const std::string& line : lines_) offset_ += line.size() + 1;
      give(ahead);
    }
  }

  bool is_there() const {
    struct stat status {};
    return ::stat(path_.c_str(), &status) == 0;
  }

  /// Gives what is left of the file, and goes on to the one that has its name now.
  void finish(LinesAhead& ahead) {
    file_->stop_growing();
    read_blocks(ahead);
    cutter_.finish(lines_);
    for (const std::string& line : lines_) offset_ += line.size();
    give(ahead);
    file_.reset();
  }

  void give(LinesAhead& ahead) { ahead.give(lines_, position()); }
  std::string position() const { return to_bytes(file_->position(offset_)); }

  std::string path_;
  FileOptions options_;
  std::optional<std::string> resume_at_;
  FileWatch watch_;
  std::unique_ptr<FileReader> file_;
  LineCutter cutter_;
  std::vector<std::string> lines_;
  std::uint64_t offset_ = 0;  // after the last line that was given
  bool begins_ = false;       // the file, of which nothing has been told
};

}  // namespace

std::unique_ptr<LinePart> follow_file(const std::string& path, const FileOptions& options,
                                      const SourceContext& context) {
  if (path == "-") throw FileError("cannot follow standard input: it has no name");
  if (context.may_block)
    throw FileError("cannot follow '" + path +
                    "': the deterministic executor has no time in which it could grow");
  auto follower = std::make_shared<Follower>(path, options, context.resume_at);
  return std::make_unique<ThreadedPart>(
      path, context.wake, context.resume_at,
      [follower = std::move(follower)](LinesAhead& ahead) { follower->run(ahead); });
}

}  // namespace tidemark::detail
