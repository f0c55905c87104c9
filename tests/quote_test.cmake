# A document shows code that is compiled: DOCUMENT, such as README.md, quotes what stands in SOURCE
# between `// README begin` and `// README end`.
file(READ ${DOCUMENT} document)
file(READ ${SOURCE} source)
get_filename_component(name ${DOCUMENT} NAME_WE)
string(REGEX MATCH "// ${name} begin\n(.*)// ${name} end" _ "${source}")
string(FIND "${document}" "```cpp\n${CMAKE_MATCH_1}```\n" at)
if(NOT CMAKE_MATCH_1 OR at EQUAL -1)
  message(FATAL_ERROR "${name}.md does not quote the code in ${SOURCE}")
endif()
