# Installs libraries, public headers, the CMake package `kdb` with kdb::client, kdb::actors and kdb::devnode, and a pkg-config file.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# For programs without actors. The library is the same: the blocking client stands on the actors.
add_library(kdb_client INTERFACE)
target_link_libraries(kdb_client INTERFACE kdb_actors)

set(kdb_libraries values policy wire rpc actors devnode proto client)
if(TARGET kdb_sqlite)
  # Checkpoints in SQLite, for those who ask for it: kdb::sqlite.
  list(APPEND kdb_libraries sqlite)
endif()
foreach(name IN LISTS kdb_libraries)
  add_library(kdb::${name} ALIAS kdb_${name})
  # Their include directories are those of the sources; installed, all public headers are in one.
  foreach(property IN ITEMS INTERFACE_INCLUDE_DIRECTORIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES)
    get_target_property(directories kdb_${name} ${property})
    if(directories)
      list(TRANSFORM directories REPLACE "^\\$<BUILD_INTERFACE:(.*)>$" "\\1")
      set_target_properties(kdb_${name} PROPERTIES ${property} "$<BUILD_INTERFACE:${directories}>")
    endif()
  endforeach()
  set_target_properties(kdb_${name} PROPERTIES EXPORT_NAME ${name})
endforeach()

list(TRANSFORM kdb_libraries PREPEND kdb_ OUTPUT_VARIABLE kdb_targets)
install(TARGETS ${kdb_targets} EXPORT kdb
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS kdb-devnode RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY libkdb/include/ actors/include/ devnode/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")

set(kdb_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kdb)
install(EXPORT kdb NAMESPACE kdb:: FILE kdbTargets.cmake DESTINATION ${kdb_package_dir})
configure_package_config_file(cmake/kdbConfig.cmake.in ${PROJECT_BINARY_DIR}/kdbConfig.cmake INSTALL_DESTINATION ${kdb_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/kdbConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/kdbConfig.cmake ${PROJECT_BINARY_DIR}/kdbConfigVersion.cmake cmake/FindCAF.cmake
  DESTINATION ${kdb_package_dir})

configure_file(cmake/kdb.pc.in ${PROJECT_BINARY_DIR}/kdb.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/kdb.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
