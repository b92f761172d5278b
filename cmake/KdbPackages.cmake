# SPDX-License-Identifier: Apache-2.0

# Debian packages by `cpack`; scripts/package builds them, and docs/packaging.md tells what is in each.
#
# They have the layout of Debian: configure with -DKDB_SHARED=ON -DCMAKE_INSTALL_PREFIX=/usr.

set(KDB_MAINTAINER "the libkdb authors <libkdb@example.org>" CACHE STRING "Who maintains the Debian packages")

if(NOT PROJECT_IS_TOP_LEVEL OR NOT KDB_SHARED OR NOT TARGET kdb_with_sqlite OR NOT TARGET kdb_devnode OR NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME libkdb)
set(CPACK_PACKAGE_VENDOR "the libkdb authors")
set(CPACK_PACKAGE_CONTACT "${KDB_MAINTAINER}")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL "")
# Whatever the umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE libkdb)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# A package of a program that links libkdb.so depends on libkdb0.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
# kdbctl links libkdb.so, which is built here and not installed.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})

string(TIMESTAMP kdb_package_date "%a, %d %b %Y %H:%M:%S +0000" UTC)

# kdb_debian_package(<component> <package> SECTION <section> SUMMARY <line> TEXT <line>...
#                    [DEPENDS <list>] [RECOMMENDS <list>] [SUGGESTS <list>] [BINARIES])
macro(kdb_debian_package component package)
  cmake_parse_arguments(deb "BINARIES" "SECTION;SUMMARY" "TEXT;DEPENDS;RECOMMENDS;SUGGESTS" ${ARGN})
  string(TOUPPER ${component} key)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${deb_SECTION})
  list(JOIN deb_TEXT "\n" deb_TEXT)
  set(CPACK_DEBIAN_${key}_DESCRIPTION "${deb_SUMMARY}\n${deb_TEXT}")
  foreach(relation IN ITEMS DEPENDS RECOMMENDS SUGGESTS)
    list(JOIN deb_${relation} ", " CPACK_DEBIAN_${key}_PACKAGE_${relation})
  endforeach()
  set(CPACK_DEBIAN_${key}_PACKAGE_SHLIBDEPS ${deb_BINARIES})

  # What each package of Debian has in its folder of documentation.
  set(folder ${PROJECT_BINARY_DIR}/package/${package})
  configure_file(cmake/debian/changelog.in ${folder}/changelog @ONLY)
  execute_process(COMMAND gzip -9nf ${folder}/changelog COMMAND_ERROR_IS_FATAL ANY)
  install(FILES cmake/debian/copyright ${folder}/changelog.gz DESTINATION share/doc/${package} COMPONENT ${component})
  if(EXISTS ${PROJECT_SOURCE_DIR}/cmake/debian/${package}.lintian-overrides)
    install(FILES cmake/debian/${package}.lintian-overrides DESTINATION share/lintian/overrides RENAME ${package} COMPONENT ${component})
  endif()
endmacro()

# Their versions are one.
set(kdb_same_version "(= ${PROJECT_VERSION})")
kdb_debian_package(kdb-runtime libkdb${KDB_ABI} BINARIES SECTION libs
  SUMMARY "client for the event database KurrentDB"
  TEXT "libkdb lets C++ programs append, read and subscribe to events in KurrentDB,"
       "formerly EventStoreDB, by gRPC: as CAF actors, by blocking calls, or with Asio."
       "." "This package contains the shared library.")
kdb_debian_package(kdb-development libkdb-dev SECTION libdevel
  DEPENDS "libkdb${KDB_ABI} ${kdb_same_version}" "libboost-dev (>= 1.74)"
  RECOMMENDS libcaf-dev SUGGESTS libsqlite3-dev prometheus-cpp-dev nlohmann-json3-dev "libkdb-devnode-dev"
  SUMMARY "client for the event database KurrentDB - development files"
  TEXT "libkdb lets C++ programs append, read and subscribe to events in KurrentDB,"
       "formerly EventStoreDB, by gRPC: as CAF actors, by blocking calls, or with Asio."
       "." "This package contains headers, and files for CMake and pkg-config. Actors need"
       "libcaf-dev, checkpoints in SQLite need libsqlite3-dev, metrics for Prometheus"
       "need prometheus-cpp-dev, and typed events need nlohmann-json3-dev.")
kdb_debian_package(kdb-devnode-development libkdb-devnode-dev SECTION libdevel
  DEPENDS "libkdb-dev ${kdb_same_version}" libgrpc++-dev libprotobuf-dev libssl-dev libsqlite3-dev libpcre2-dev
  SUMMARY "KurrentDB-compatible node for tests - development files"
  TEXT "A node that speaks the gRPC API of KurrentDB, to run in the process of a test."
       "It is for development and tests, not for production."
       "." "This package contains its static library, headers, and files for CMake and"
       "pkg-config.")
kdb_debian_package(kdb-devnode kdb-devnode BINARIES SECTION devel
  SUMMARY "KurrentDB-compatible node for development and tests"
  TEXT "A program that speaks the gRPC API of KurrentDB, alone or as a cluster, with or"
       "without TLS and users. It is for development and tests, not for production.")
if(TARGET kdbctl)
  kdb_debian_package(kdbctl kdbctl BINARIES SECTION database
    DEPENDS "libkdb${KDB_ABI} ${kdb_same_version}"
    SUMMARY "command line client for the event database KurrentDB"
    TEXT "kdbctl appends, reads and follows events of KurrentDB, formerly"
         "EventStoreDB, manages streams, groups, projections and users, exports and"
         "imports streams, and measures a server. It is for people on a terminal"
         "and for scripts.")
endif()
# dpkg runs ldconfig after a library has come or gone.
set(CPACK_DEBIAN_KDB-RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/triggers)
# Manual pages are compressed.
foreach(program IN ITEMS kdb-devnode kdbctl)
  if(TARGET ${program})
    install(CODE "execute_process(COMMAND gzip -9nf \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1/${program}.1 COMMAND_ERROR_IS_FATAL ANY)"
      COMPONENT ${program})
  endif()
endforeach()
include(CPack)
