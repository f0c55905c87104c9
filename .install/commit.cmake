# Writes OUT, a header that says from which commit of SOURCE the program is built, unless it says so
# already.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude *
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "no commit")
endif()
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT
"// Written by the build.
#pragma once

namespace tidemark {
inline constexpr const char* commit = \"@commit@\";
}
")
