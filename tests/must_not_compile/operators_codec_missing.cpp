// SPDX-License-Identifier: MIT
//
// CaptureFile: only records that a codec can write.
#include <tidemark/operators/captures/capture_file.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/progress/epoch.hpp>

#include <list>

using namespace tidemark;

#ifdef MISTAKE
using Record = std::list<int>;
#else
using Record = std::pair<std::string, int>;
#endif

auto step(Stream<Epoch, Record> records) {
  return records | capture(CaptureFile("records"));
}
