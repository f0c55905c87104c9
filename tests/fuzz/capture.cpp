// SPDX-License-Identifier: MIT
//
// Any bytes as the file of a capture: events to the end of each part, or an error that names an
// offset in the file. Bytes that do not begin as one does are its number of parts, and its frames.
#include <tidemark/operators/captures/capture_file.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/progress/epoch.hpp>

#include <tests/fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace tidemark;
using fuzz::require;
using Record = std::pair<std::string, std::vector<bool>>;

/// A file that is only in memory, the same for all inputs.
class MemoryFile {
 public:
  MemoryFile() : number_(memfd_create("capture", MFD_CLOEXEC)) {
    require(number_ >= 0, "there is memory for a file");
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }
  void write(std::string_view bytes) const {
    require(ftruncate(number_, 0) == 0, "the file becomes empty");
    require(pwrite(number_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
            "the file is written");
  }

 private:
  int number_;
};

std::string with_header(std::string_view bytes) {
  constexpr std::string_view magic = "tidemark capture 1\n";
  if (bytes.empty() || bytes.starts_with(magic.substr(0, 8))) return std::string(bytes);
  std::string file(magic);
  Codec<std::uint32_t>::write(file, 0x01020304);
  Codec<std::uint32_t>::write(file, static_cast<unsigned char>(bytes[0]));
  Codec<std::string>::write(file, detail::capture_signature<Epoch, Record>());
  return file.append(bytes.substr(1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile memory;
  const std::string bytes = with_header({reinterpret_cast<const char*>(data), size});
  memory.write(bytes);
  try {
    const CaptureFile file(memory.path());
    const std::uint32_t parts = file.parts<Epoch, Record>();
    require(parts <= bytes.size(), "there are no more parts than bytes");
    for (std::uint32_t part = 0; part != parts; ++part) {
      const auto reader = file.read<Epoch, Record>(part, nullptr);
      CaptureEvent<Epoch, Record> event;
      std::size_t events = 0;
      while (reader->next(event) == Poll::State::more)
        require(++events <= bytes.size(), "there are no more events than bytes");
    }
  } catch (const FileError& error) {
    const std::string what = error.what();
    const std::string before = "cannot replay '" + memory.path() + "': at offset ";
    require(what.starts_with(before), "an error names the file and the offset");
    require(std::strtoull(what.c_str() + before.size(), nullptr, 10) <= bytes.size(),
            "the offset is in the file");
  }
  return 0;
}
