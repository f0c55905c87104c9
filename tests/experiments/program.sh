# SPDX-License-Identifier: MIT
#
# What tests of the program from outside share: sourced with PROGRAM and CASE as arguments, in any
# directory.

program=$1
executor=(--executor "${TIDEMARK_TEST_EXECUTOR:-tbb}")
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

# expect_error PHRASE COMMAND...: exit status not 0, and one sentence on standard error with PHRASE.
expect_error() {
  local phrase=$1 status=0
  shift
  "$@" >stdout 2>stderr || status=$?
  [[ $status -ne 0 && $status -lt 126 ]] || fail "exit status $status of $*"
  grep -qF -- "$phrase" stderr || fail "no '$phrase' in: $(cat stderr)"
}
