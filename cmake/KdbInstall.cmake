# SPDX-License-Identifier: Apache-2.0

# Installs the libraries, their headers, the CMake package `kdb` and a pkg-config module for each component.
#
# Install components are the Debian packages (KdbPackages.cmake): kdb-runtime, kdb-development, kdb-devnode-development, kdb-devnode, kdbctl.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(kdb_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kdb)
set(kdb_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# kdb_install(<export> <development-component> <target>...): libraries, and the file that tells find_package of them.
function(kdb_install export component)
  install(TARGETS ${ARGN} EXPORT kdb-${export}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT kdb-runtime NAMELINK_COMPONENT ${component})
  install(EXPORT kdb-${export} NAMESPACE kdb:: FILE kdbTargets-${export}.cmake DESTINATION ${kdb_package_dir} COMPONENT ${component})
endfunction()

# What `cmake --install` installs; `cmake --build build --target installed` builds it without samples and tests.
add_custom_target(installed)

kdb_install(client kdb-development kdb)
kdb_install(actors kdb-development kdb_with_caf)
add_dependencies(installed kdb)
if(TARGET kdb_with_sqlite)
  kdb_install(sqlite kdb-development kdb_with_sqlite)
  add_dependencies(installed kdb_with_sqlite)
endif()
if(TARGET kdb_with_prometheus)
  kdb_install(prometheus kdb-development kdb_with_prometheus)
  add_dependencies(installed kdb_with_prometheus)
endif()
if(TARGET kdb_with_remote)
  kdb_install(remote kdb-development kdb_with_remote)
  add_dependencies(installed kdb_with_remote)
endif()
install(DIRECTORY libkdb/include/ actors/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT kdb-development FILES_MATCHING PATTERN "*.hpp")
if(TARGET kdb_devnode)
  kdb_install(devnode kdb-devnode-development kdb_devnode)
  install(DIRECTORY devnode/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT kdb-devnode-development FILES_MATCHING PATTERN "*.hpp")
  install(TARGETS kdb-devnode RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT kdb-devnode)
  install(FILES devnode/kdb-devnode.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT kdb-devnode)
  add_dependencies(installed kdb_devnode kdb-devnode)
endif()
if(TARGET kdbctl)
  set_target_properties(kdbctl PROPERTIES INSTALL_RPATH "\$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS kdbctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT kdbctl)
  install(FILES tools/kdbctl/kdbctl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT kdbctl)
  install(FILES tools/kdbctl/completion/kdbctl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME kdbctl COMPONENT kdbctl)
  install(FILES tools/kdbctl/completion/kdbctl.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _kdbctl COMPONENT kdbctl)
  add_dependencies(installed kdbctl)
endif()
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  # The system's linker looks there without being told.
  foreach(target IN ITEMS kdb kdbctl)
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES INSTALL_RPATH "")
    endif()
  endforeach()
endif()

# -- find_package(kdb) --------------------------------------------------------------------------

# Programs need the CAF that libkdb was built with.
string(REGEX MATCH "^[0-9]+" KDB_CAF_MAJOR "${KDB_CAF_VERSION}")
set(KDB_REMOTE_TLS FALSE)
if(TARGET kdb::caf_openssl)
  set(KDB_REMOTE_TLS TRUE)
endif()
configure_package_config_file(cmake/kdbConfig.cmake.in ${PROJECT_BINARY_DIR}/package/kdbConfig.cmake INSTALL_DESTINATION ${kdb_package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/kdbConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/kdbConfig.cmake ${PROJECT_BINARY_DIR}/package/kdbConfigVersion.cmake
    cmake/kdbDependencies.cmake cmake/kdbProtobuf.cmake cmake/kdbCaf.cmake
  DESTINATION ${kdb_package_dir} COMPONENT kdb-development)

# -- pkg-config ---------------------------------------------------------------------------------

# A .pc file finds its prefix from where it is.
file(RELATIVE_PATH kdb_pc_prefix /prefix/${kdb_pkgconfig_dir} /prefix)
string(REGEX REPLACE "/$" "" kdb_pc_prefix "${kdb_pc_prefix}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  message(FATAL_ERROR "CMAKE_INSTALL_LIBDIR and CMAKE_INSTALL_INCLUDEDIR must be relative to the prefix")
endif()

# CAF where the compiler does not look on its own.
set(kdb_pc_caf_cflags "")
set(kdb_pc_caf_libs "-lcaf_core")
if(KDB_CAF_LIBRARY AND NOT KDB_CAF_INCLUDE_DIR IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
  get_filename_component(kdb_caf_folder ${KDB_CAF_LIBRARY} DIRECTORY)
  set(kdb_pc_caf_cflags "-I${KDB_CAF_INCLUDE_DIR}")
  set(kdb_pc_caf_libs "-L${kdb_caf_folder} -lcaf_core")
endif()

# kdb_pc(<module> <component> DESCRIPTION <text> REQUIRES <module>... LIBS <flag>... CFLAGS <flag>...)
function(kdb_pc module component)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "DESCRIPTION" "REQUIRES;LIBS;CFLAGS")
  list(JOIN arg_REQUIRES " " requires)
  list(JOIN arg_LIBS " " libs)
  list(JOIN arg_CFLAGS " " cflags)
  configure_file(cmake/kdb.pc.in ${PROJECT_BINARY_DIR}/package/${module}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/${module}.pc DESTINATION ${kdb_pkgconfig_dir} COMPONENT ${component})
endfunction()

# A shared library brings what it needs along; what a program needs to link a static one is said here, not in Requires.private and
# Libs.private: there is no other libkdb in that prefix, and it could not be linked without.
if(KDB_SHARED)
  kdb_pc(kdb kdb-development DESCRIPTION "${PROJECT_DESCRIPTION}" LIBS -lkdb)
else()
  kdb_pc(kdb kdb-development DESCRIPTION "${PROJECT_DESCRIPTION}" REQUIRES grpc++ protobuf libssl libcrypto
    LIBS -lkdb ${kdb_pc_caf_libs} -pthread)
endif()
kdb_pc(kdb-actors kdb-development DESCRIPTION "libkdb for programs made of CAF actors" REQUIRES kdb
  LIBS ${kdb_pc_caf_libs} -pthread CFLAGS ${kdb_pc_caf_cflags})
if(TARGET kdb_with_sqlite)
  kdb_pc(kdb-sqlite kdb-development DESCRIPTION "Checkpoints of libkdb in SQLite" REQUIRES kdb sqlite3 LIBS -lkdb_sqlite)
endif()
if(TARGET kdb_with_prometheus)
  kdb_pc(kdb-prometheus kdb-development DESCRIPTION "Metrics of libkdb for Prometheus" REQUIRES kdb prometheus-cpp-core LIBS -lkdb_prometheus)
endif()
if(TARGET kdb_with_remote)
  set(kdb_pc_caf_openssl "")
  if(TARGET kdb::caf_openssl)
    set(kdb_pc_caf_openssl -lcaf_openssl -lssl -lcrypto)
  endif()
  kdb_pc(kdb-remote kdb-development DESCRIPTION "Clients of libkdb for other processes" REQUIRES kdb-actors
    LIBS -lkdb_remote ${kdb_pc_caf_openssl} -lcaf_io)
endif()
if(TARGET kdb_devnode)
  kdb_pc(kdb-devnode kdb-devnode-development DESCRIPTION "A KurrentDB-compatible node for development and tests"
    REQUIRES grpc++ protobuf libcrypto sqlite3 libpcre2-8 LIBS -lkdb_devnode -pthread)
endif()
