# shellcheck shell=bash
# What .ci/run and .ci/full have in common; they source it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null            # nothing may ask
export CI=true
export TIDEMARK_WERROR=ON  # read by the presets: warnings are errors here
if [[ -d ../shared/data ]]; then
  TIDEMARK_TEST_DATA=$(cd ../shared/data && pwd)
  export TIDEMARK_TEST_DATA  # what needs these data is skipped elsewhere
fi

# Only CI needs these, so .ci/packages leaves them out.
install_clang() {
  local packages=(clang-16 clang-format-16 clang-tidy-16 libclang-rt-16-dev doxygen)
  { has_clang && command -v doxygen >/dev/null; } || {
    apt-get update || true
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y \
      --no-install-recommends "${packages[@]}"
  } >/dev/null 2>&1 || true
  has_clang || echo "ci: ${packages[*]} could not be installed: what needs them goes unchecked."
}

has_clang() {
  local tool
  for tool in clang++-16 clang-format-16 clang-tidy-16; do
    command -v "$tool" >/dev/null || return
  done
  compgen -G "$(clang++-16 -print-resource-dir)/lib/*/libclang_rt.fuzzer*.a" >/dev/null
}

# stage NAME COMMAND...: runs it, and says how long it took.
stage() {
  local TIMEFORMAT="ci: $1 took %0lR, and %0U s of CPU time"
  # shellcheck disable=SC2034  # for what .ci/run prints when a stage fails
  current=$1
  shift
  time "$@"
}
