# cmake -DCOMPILER=<path> -DSOURCE=... -DPHRASE=<regular expression> -DFOLDERS=a|b
#   [-DHEADER=<precompiled by precompile.cmake>] -P compile_twice.cmake
# The body of a must_not_compile test; see CMakeLists.txt.
set(most_lines_before 15)
string(REPLACE "|" ";" folders "${FOLDERS}")
list(TRANSFORM folders PREPEND -I)
set(options -std=c++20 -fsyntax-only ${folders})
if(HEADER)
  list(APPEND options -include ${HEADER})
endif()

function(fail text)
  message("${SOURCE}:1: error: ${text}")  # FATAL_ERROR would break the line
  message(FATAL_ERROR "The compiler did not do what the test promises.")
endfunction()

execute_process(COMMAND ${COMPILER} ${options} ${SOURCE}
  RESULT_VARIABLE status ERROR_VARIABLE text)
if(NOT status EQUAL 0)
  fail("does not compile without the mistake either\n${text}")
endif()
execute_process(COMMAND ${COMPILER} ${options} -DMISTAKE ${SOURCE}
  RESULT_VARIABLE status ERROR_VARIABLE text)
if(status EQUAL 0)
  fail("compiles with the mistake")
elseif(NOT text MATCHES "${PHRASE}")
  fail("fails with the mistake, but not with '${PHRASE}'\n${text}")
endif()
string(REGEX REPLACE "(${PHRASE}).*" "" before "${text}")
string(REGEX MATCHALL "\n" lines "${before}")
list(LENGTH lines count)
if(count GREATER most_lines_before)
  fail("${count} lines before the sentence; at most ${most_lines_before} are read\n${text}")
endif()
message(STATUS "${count} lines before the sentence")
