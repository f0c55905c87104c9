// SPDX-License-Identifier: MIT
//
// For compile_time.sh: records that are a pair of vectors.
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/key_on.hpp>
#include <tidemark/operators/stateless/map_value.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tidemark;

using Track = std::pair<std::vector<float>, std::vector<float>>;  // longitudes, latitudes

Track join_ends(Track track, const Track& next) {
  track.first.insert(track.first.end(), next.first.begin(), next.first.end());
  track.second.insert(track.second.end(), next.second.begin(), next.second.end());
  return track;
}

int main() {
  Dataflow flow;
  input(flow, "tracks", TestingInput<Track>({{{1, 2}, {50, 51}}, {{-3}, {48}}, {{3}, {52}}})) |
      key_on("side", [](const Track& track) { return track.first.front() < 0 ? -1 : 1; }) |
      reduce_final("whole", join_ends) |
      map_value("points", [](const Track& track) { return track.first.size(); }) |
      output("out", StdOutput{});
  cluster_main(flow, {.workers = 4});
}
