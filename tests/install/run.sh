#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Installs Tidemark and builds programs of somebody's own against it, with warnings as errors.
#
#     tests/install/run.sh quick|all|packages [BUILD]
#
# quick: installed, with g++ and C++20, Release, and with clang 16 and C++23, Debug. all: g++ and clang,
# C++20 and 23, Debug and Release, installed; each component; core alone, which finds none of the
# libraries that others need; the folder and the repository taken in; by pkg-config. packages: Debian packages are made,
# and used from a folder of their own. BUILD is a folder in which all of it has been built; else that is
# done first.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/install
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'install: %s\n' "$*" >&2; }
fail() { printf 'install: failed: %s\n' "$*" >&2; exit 1; }

# quietly COMMAND...
quietly() { "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; fail "$*"; }; }

# have_build [BUILD]: sets build.
have_build() {
  build=${1-$work/build}
  [[ ${1-} ]] && return
  say "building"
  quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DTIDEMARK_BUILD_TESTS=OFF
  quietly cmake --build "$build"
}

# consumer NAME OPTION...: configures, builds and runs the programs.
consumer() {
  local name=$1
  shift
  say "$name"
  quietly cmake -S "$here" -B "$work/$name" -G Ninja "$@"
  quietly cmake --build "$work/$name"
  grep -q 'warning' "$work/log" && fail "$name: $(grep -m 1 'warning' "$work/log")"
  "$work/$name/core" | grep -qx "55 by tidemark $version" || fail "$name: core says something else"
  [[ -x $work/$name/everything ]] || return 0
  "$work/$name/program" --word sea | grep -qx '(sea, 2)' || fail "$name: program says something else"
  (cd "$work/$name" && PATH=$work/layout:$PATH ./everything picture.svg >said) || fail "$name: everything"
  grep -q '^(the, 2)$' "$work/$name/said" || fail "$name: $(cat "$work/$name/said")"
  grep -q '</svg>' "$work/$name/picture.svg" || fail "$name: no picture"
  if [[ $name == installed-* || $name == packages ]]; then
    rm "$work/layout/used" || fail "$name: drawn by another tidemark-layout than that of the PATH"
  fi
}

installed() { consumer "installed-$1-$2-$3" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_COMPILER="$1" -DCMAKE_CXX_STANDARD="$2" -DCMAKE_BUILD_TYPE="$3"; }

install_it() {
  quietly cmake --install "$build" --prefix "$work/prefix"
  "$work/prefix/bin/tidemark" --version | grep -q "^tidemark $version " || fail "no version"
  mark_layout "$work/prefix/bin/tidemark-layout"
}

# Programs that use what is installed find tidemark-layout by their PATH: here one that leaves a mark.
mark_layout() {
  mkdir -p "$work/layout"
  printf '#!/bin/sh\ntouch %s\nexec %s "$@"\n' "$work/layout/used" "$1" >"$work/layout/tidemark-layout"
  chmod +x "$work/layout/tidemark-layout"
}

quick() {
  install_it
  installed g++ 20 Release
  if command -v clang++-16 >/dev/null; then installed clang++-16 23 Debug; fi
}

all() {
  install_it
  local compiler standard type
  for compiler in g++ clang++-16; do
    for standard in 20 23; do
      for type in Debug Release; do installed $compiler $standard $type; done
    done
  done
  if [[ $(find "$work/prefix" -name tidemark-kafka.cmake) ]]; then
    consumer kafka -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release "-DCONSUMERS=core;kafka;traffic"
  fi
  consumer core-alone -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release \
    -DCONSUMERS=core -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON \
    -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON
  consumer folder -DTIDEMARK_FOLDER="$root" -DCMAKE_BUILD_TYPE=Release
  quietly cmake --install "$work/folder" --prefix "$work/nothing"
  [[ ! -e $work/nothing ]] || fail "a part of another project installs $(ls -R "$work/nothing")"
  consumer repository -DTIDEMARK_REPOSITORY="file://$root" -DCMAKE_BUILD_TYPE=Release
  readme
  say "pkg-config"
  PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name tidemark.pc)")
  export PKG_CONFIG_PATH
  # shellcheck disable=SC2046  # words
  quietly g++ -std=c++20 -O1 "$here/everything.cpp" -o "$work/by-pkg-config" \
    $(pkg-config --cflags --libs tidemark)
  "$work/by-pkg-config" | grep -q '^(the, 2)$' || fail "pkg-config"
}

# The README's recipe, to the letter.
readme() {
  say "the README's recipe"
  mkdir "$work/readme"
  ln -s "$root" "$work/readme/tidemark"
  cp "$root/experiments/hello.cpp" "$work/readme/mine.cpp"
  sed -n '/^```cmake$/,/^```$/{/^```/d;p}' "$root/README.md" >"$work/readme/CMakeLists.txt"
  (cd "$work/readme" && cmake -B build && cmake --build build -j2) >"$work/log" 2>&1 || {
    tail -n 40 "$work/log" >&2
    fail "the README's recipe"
  }
  ! grep -i 'warning' "$work/log" || fail "the README's recipe warns"
  grep -q -- '-O[23]' "$work/readme/build/CMakeFiles/mine.dir/flags.make" ||
    fail "the README's recipe gives a program that is not optimised"
  "$work/readme/build/mine" | grep -q '^(the, 2)$' || fail "the README's program"
}

packages() {
  say "packages"
  (cd "$build" && quietly cpack -G DEB -B "$work/packages")
  local package
  for package in "$work"/packages/*.deb; do
    say "$(basename "$package") needs $(dpkg-deb -f "$package" Depends)"
    dpkg-deb -x "$package" "$work/unpacked"
  done
  "$work/unpacked/usr/bin/tidemark" --version | grep -q "^tidemark $version " || fail "no version"
  [[ -f $work/unpacked/usr/share/man/man1/tidemark.1 ]] || fail "no manual page"
  mark_layout "$work/unpacked/usr/bin/tidemark-layout"
  consumer packages -DCMAKE_PREFIX_PATH="$work/unpacked/usr" -DCMAKE_BUILD_TYPE=Release
}

version=$(sed -n 's/^  VERSION \(.*\)/\1/p' "$root/CMakeLists.txt")
case ${1-} in
  quick | all | packages) have_build "${@:2}" && "$1" ;;
  *) sed -n '3,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
say "all is well"
