# Prints what stands in the JSON file FILE below KEYS, a list; with LENGTH, how many there are.
cmake_minimum_required(VERSION 3.25)
file(READ "${FILE}" text)
if(LENGTH)
  string(JSON value LENGTH "${text}" ${KEYS})
else()
  string(JSON value GET "${text}" ${KEYS})
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${value}")
