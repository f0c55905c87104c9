// SPDX-License-Identifier: MIT
//
// What a program says of the sources that it is built from.
#include <tests/support.hpp>

#include <program/build.hpp>

namespace tidemark::build_test {
namespace {

Build built_from(const char* described) {
  Build build{.commit = "something else", .clean = true};
  set_commit(build, described);
  return build;
}

TEST_CASE("a build of a commit as it is is clean, and one of changed sources says so", "[build]") {
  CHECK(built_from("0123456789ab").commit == "0123456789ab");
  CHECK(built_from("0123456789ab").clean);
  CHECK(built_from("0123456789ab-dirty").commit == "0123456789ab");
  CHECK_FALSE(built_from("0123456789ab-dirty").clean);
}

TEST_CASE("a build of sources in no repository has no commit, and is not clean", "[build]") {
  CHECK(built_from("no commit").commit.empty());
  CHECK_FALSE(built_from("no commit").clean);
}

}  // namespace
}  // namespace tidemark::build_test
