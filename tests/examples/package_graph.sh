#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints the dependencies among the Debian packages that the given one needs, from apt's lists:
#
#     apt-get update && sh package_graph.sh gnome-core
#
# Packages are numbered as a breadth-first search from the given one, 0, meets them. An edge leads to
# each real package that a Depends or Pre-Depends names, to all alternatives of `a | b`.
set -eu
apt-cache dumpavail | awk -v root="${1:?name a package}" '
  $1 == "Package:" { package = $2; fresh = !(package in needs); if (fresh) needs[package] = "" }
  fresh && ($1 == "Depends:" || $1 == "Pre-Depends:") {
    sub(/^[^:]*: /, "")
    gsub(/\([^)]*\)/, "")
    gsub(/:[a-z0-9]+/, "")
    gsub(/[,|]/, " ")
    needs[package] = needs[package] " " $0
  }
  END {
    print "# Dependencies among the Debian packages that " root " (node 0) needs: from to"
    number[root] = 0
    name[0] = root
    for (n = 0; n in name; ++n) {
      count = split(needs[name[n]], to, " ")
      split("", drawn)
      for (i = 1; i <= count; ++i) {
        if (!(to[i] in needs) || to[i] == name[n] || to[i] in drawn) continue
        drawn[to[i]] = 1
        if (!(to[i] in number)) { number[to[i]] = ++last; name[last] = to[i] }
        print n, number[to[i]]
      }
    }
  }'
