# What `cmake --install` puts where: headers and libraries by component, what finds them, the program.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tidemark)

set(components ${modules} all json eigen)
foreach(component IN ITEMS kafka program traffic)
  if(TARGET tidemark_${component})
    list(APPEND components ${component})
  endif()
endforeach()
foreach(component IN LISTS components)
  if(TARGET tidemark_${component})
    install(TARGETS tidemark_${component} EXPORT tidemark_${component}
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
      FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
    install(EXPORT tidemark_${component} NAMESPACE tidemark:: FILE tidemark-${component}.cmake
      DESTINATION ${config_folder} COMPONENT development)
  endif()
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tidemarkConfig.cmake.in
  ${PROJECT_BINARY_DIR}/tidemarkConfig.cmake INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tidemarkConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
set(program_library "")
if(TARGET tidemark_program)
  set(program_library "-ltidemark_program ")
endif()
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)  # for any --prefix
configure_file(${CMAKE_CURRENT_LIST_DIR}/tidemark.pc.in ${PROJECT_BINARY_DIR}/tidemark.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tidemarkConfig.cmake
  ${PROJECT_BINARY_DIR}/tidemarkConfigVersion.cmake
  DESTINATION ${config_folder} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/tidemark.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

if(TARGET tidemark)
  install(TARGETS tidemark RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/tidemark.1.in ${PROJECT_BINARY_DIR}/tidemark.1 @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/tidemark.1
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
endif()
install(TARGETS tidemark_layout RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tidemark COMPONENT program RENAME copyright)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libtidemark-dev COMPONENT development RENAME copyright)

# Debian packages: `cpack -G DEB` in the build folder.
set(CPACK_PACKAGE_NAME tidemark)
set(CPACK_PACKAGE_CONTACT "Tidemark <tidemark@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL development program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtidemark-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
  "timely dataflow in C++20: headers and static libraries
 Streams whose records carry logical timestamps, frontiers that tell what can
 still arrive, and the steps of Bytewax's Dataflow.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libboost1.81-dev, libboost-context1.81-dev, libtbb-dev, zlib1g-dev, libzstd-dev, libcctz-dev, \
libgraphviz-dev, libfmt-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS
  "nlohmann-json3-dev, libeigen3-dev, librdkafka-dev, tidemark")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME tidemark)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
  "timely dataflow for research and teaching
 Counts the words of a text as a dataflow, draws it and its progress, records
 runs as traces and says why a timestamp could still appear.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "fonts-dejavu-core, bible-kjv")
include(CPack)
