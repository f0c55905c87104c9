// SPDX-License-Identifier: MIT
#include <tidemark/core/codec.hpp>
#include <tidemark/core/system_reason.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/line_cutter.hpp>
#include <tidemark/operators/sources/line_parts.hpp>
#include <tidemark/operators/sources/threaded_part.hpp>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <set>
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

/// The directories that have the names on the way to a file that can come to lead elsewhere: those
/// of links, of the file, and of what is not there.
std::vector<std::string> directories_on(const std::string& path) {
  constexpr int most_links = 40;  // as the system has it
  std::vector<std::string> directories;
  std::string at = path.starts_with('/') ? "/" : ".", rest = path;
  for (int links = 0; links != most_links;) {
    rest.erase(0, rest.find_first_not_of('/'));
    const std::size_t end = rest.find('/');
    const std::string name = at + "/" + rest.substr(0, end);
    rest.erase(0, end);
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlink(name.c_str(), target.data(), target.size());
    const bool is_link = size >= 0, is_last = rest.find_first_not_of('/') == std::string::npos;
    if (is_link || is_last || errno != EINVAL) directories.push_back(at);
    if (!is_link && (is_last || errno != EINVAL)) break;
    if (is_link) {
      ++links;
      rest.insert(0, target.data(), static_cast<std::size_t>(size));
      if (rest.starts_with('/')) at = "/";
    } else {
      at = name;
    }
  }
  return directories;
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
               : system_reason(errno));
    const std::string directory = directory_of(path);
    if (::access(directory.c_str(), F_OK) != 0) fail_to_add(directory);
    watch_names();
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
  }

  /// Forgets what it has told. Throws if the directory is gone, unless a link led to it, which may
  /// be put in its place again.
  void clear() {
    std::array<char, 16384> events;
    while (::read(descriptor_, events.data(), events.size()) > 0) {
    }
    watch_names();
    if (!is_there(directory_of(path_)) && !has_links_) fail("its directory was removed or renamed");
  }

 private:
  static constexpr std::uint32_t names = IN_CREATE | IN_MOVED_TO;
  static constexpr std::uint32_t gone = IN_DELETE | IN_MOVED_FROM;

  static bool is_there(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && status.st_nlink != 0;
  }
  FileWatch(const std::string& path, int descriptor) : path_(path), descriptor_(descriptor) {}

  /// Watches the names on the way as it is now. A name may change while it is not watched yet, and
  /// so this looks again until it finds nothing new.
  void watch_names() {
    std::set<int> before;
    do {
      before = std::exchange(watches_, {});
      const std::string directory = directory_of(path_);
      const std::vector<std::string> directories = directories_on(path_);
      if (is_there(directory)) has_links_ = directories_on(directory).size() > 1;
      for (const std::string& each : directories) {
        const int watch = ::inotify_add_watch(descriptor_, each.c_str(), names | IN_MASK_ADD);
        if (watch >= 0) watches_.insert(watch);
        if (watch < 0 && errno != ENOENT && errno != ENOTDIR) fail_to_add(each);
      }
      // While the file is open nothing says that the directory is gone, but to its own directory,
      // which others may keep from being watched.
      const std::string above = directory + "/..";
      const int watch = ::inotify_add_watch(descriptor_, above.c_str(), gone | IN_MASK_ADD);
      if (watch >= 0) watches_.insert(watch);
      for (const int each : before)
        if (!watches_.contains(each)) ::inotify_rm_watch(descriptor_, each);
    } while (watches_ != before);
  }
  [[noreturn]] void fail_to_add(const std::string& path) const {
    fail("'" + path + "' cannot be watched: " +
         (errno == ENOSPC ? "this user may watch no more files (fs.inotify.max_user_watches)"
                          : system_reason(errno)));
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw FileError("cannot follow '" + path_ + "': " + why);
  }

  std::string path_;
  int descriptor_;
  std::set<int> watches_;  // of directories
  bool has_links_ = false;
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

std::unique_ptr<LineSourcePart> follow_file(const std::string& path, const FileOptions& options,
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
