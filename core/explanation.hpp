// SPDX-License-Identifier: MIT
//
// Explanations: why a frontier stands where it stands, as plain data with timestamps as text.
#pragma once

#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/progress/location.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// Why `time` can still appear at one location: everything that could still result in it there. Or
/// why the watermark of an input stands at `time`, an event time: the parts of sources that have
/// promised no more, as of the epochs that are complete there.
struct Explanation {
  /// A location, and the timestamp as it arrives there.
  struct Hop {
    LocationId location;  ///< a port of an operator
    std::string name;     ///< such as `words.out0`
    std::string time;     ///< as it is printed there
  };

  /// What a worker said that it holds of a cause when it was asked, at the end of a step.
  struct Holder {
    /// What a worker can hold of a pointstamp.
    enum class Kind {
      capability,    ///< a right to send
      queued_batch,  ///< a batch that waits at the input
      open_batch,    ///< a batch that is still being filled for another worker
    };
    std::uint32_t worker = 0;      ///< who holds it
    Kind kind = Kind::capability;  ///< of all that is counted here
    std::uint64_t count = 0;       ///< how many of them
  };

  /// A pointstamp that could result in `time` at the location, and the shortest path on which.
  struct Cause {
    std::int64_t count = 0;       ///< as the ledger has it: of shared batches, the records
    std::vector<Hop> path;        ///< begins with the pointstamp itself; never empty
    std::vector<Holder> holders;  ///< by worker
    std::int64_t rest = 0;        ///< of `count`: held by no worker that answered
    /// Where the rest is: in flight between workers; in a progress message that the ledger has not
    /// seen, if they are capabilities; or perhaps at a worker that did not answer.
    enum class Whereabouts {
      in_flight,
      in_progress_message,
      unanswered
    } rest_is{};  ///< if `rest` is not 0
    /// What can be done about it.
    enum class Role {
      arrived,   ///< it lies at an input, or is on its way there: its worker will come to it
      begins,    ///< a right to send of a step without inputs: that is to advance or drop it
      holds_on,  ///< a right to send that nothing which can still arrive needs: it is to be dropped
      waits,     ///< a right to send of a step that waits for what can still arrive there
    } role{};    ///< of the pointstamp
    /// Of a trace: the number of the event since which it has been there, 0 from the beginning.
    std::optional<std::uint64_t> since{};
    /// Of what an input holds, in a run: how long its source has given nothing at a worker that
    /// holds it.
    std::optional<std::chrono::nanoseconds> silent{};
  };

  /// A worker that did not come to the end of a step, and the step whose code it runs; empty: it is
  /// in the program's own code, between two steps.
  struct Busy {
    std::uint32_t worker = 0;  ///< that has not answered
    std::string step;          ///< in whose code it is; may be empty
  };

  /// A part of a source that holds a watermark.
  struct Part {
    LocationId source;         ///< the output of the step that reads it
    std::string step;          ///< that reads it
    std::string name;          ///< empty: all that the step sends at the worker
    std::uint32_t worker = 0;  ///< that reads it
    bool idle = false;         ///< it is not waited for, and neither is any other
  };

  std::string subject;  ///< what is waited for, such as `probe on 'count'`
  LocationId location;  ///< where it is waited for
  std::string name;     ///< of the location
  std::string time;     ///< as it is printed there: a timestamp, or an event time in ISO 8601
  /// The ledger's state that was looked at, to draw the explanation on (viz/dot.hpp).
  std::shared_ptr<const ProgressSnapshot> state{};
  /// Those that wait come last, each of both shortest path first; empty: `time` is complete there.
  std::vector<Cause> causes{};
  std::vector<Busy> busy{};   ///< those whose holdings are unknown
  std::vector<Part> parts{};  ///< of a watermark, and then there are no causes
};

/// The explanation in sentences, one cause to a line, the first ten of them. No newline at the end.
std::string to_text(const Explanation& explanation);

/// What holds a watermark: `part 'b.csv' of 'lines' (worker 1) has promised no more`.
std::string to_text(const Explanation::Part& part);

/// What holds a cause, without its path: `words.out0 holds 1 capability at 2 (worker 0)`.
std::string to_text(const Explanation::Cause& cause);

}  // namespace tidemark
