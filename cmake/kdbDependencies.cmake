# SPDX-License-Identifier: Apache-2.0

# What libkdb depends on, by use. Read by the build, and by find_package(kdb) for the components of a program.
# Each macro finds packages and appends those that are missing to the list kdb_missing.

include(${CMAKE_CURRENT_LIST_DIR}/kdbProtobuf.cmake)

macro(kdb_find package)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    list(APPEND kdb_missing "${package}")
  endif()
endmacro()

macro(kdb_find_caf)
  include(${KDB_CMAKE_DIR}/kdbCaf.cmake)
  if(NOT KDB_CAF_FOUND)
    list(APPEND kdb_missing "${KDB_CAF_MISSING}")
  endif()
endmacro()

# The public headers.
macro(kdb_find_for_headers)
  kdb_find(Boost 1.74)
endmacro()

# The actors' headers.
macro(kdb_find_for_actors)
  kdb_find_caf()
endmacro()

# The client's library, to build it, or to link it when it is static.
macro(kdb_find_for_client)
  kdb_find(Threads)
  kdb_find(OpenSSL)
  kdb_find_protobuf()
  kdb_find(gRPC CONFIG)
  kdb_find_caf()
endmacro()

# The client of other processes. `tls` says whether it was built with CAF's openssl module.
macro(kdb_find_for_remote tls)
  kdb_find_caf()
  kdb_find_caf_io()
  if(NOT KDB_CAF_IO_FOUND)
    list(APPEND kdb_missing "CAF's io module")
  endif()
  if(${tls})
    kdb_find(OpenSSL)
    if(NOT TARGET kdb::caf_openssl)
      list(APPEND kdb_missing "CAF's openssl module")
    endif()
  endif()
endmacro()

macro(kdb_find_for_sqlite)
  kdb_find(SQLite3)
endmacro()

macro(kdb_find_for_prometheus)
  kdb_find(prometheus-cpp CONFIG)
endmacro()

# PCRE2, which matches filters, comes without a CMake package in Debian.
macro(kdb_find_pcre2)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND AND NOT TARGET PkgConfig::KDB_PCRE2)
    pkg_check_modules(KDB_PCRE2 QUIET IMPORTED_TARGET GLOBAL libpcre2-8)
  endif()
  if(NOT TARGET PkgConfig::KDB_PCRE2)
    list(APPEND kdb_missing "pkg-config and libpcre2-8")
  endif()
endmacro()

macro(kdb_find_for_devnode)
  kdb_find(Threads)
  kdb_find(OpenSSL)
  kdb_find_protobuf()
  kdb_find(gRPC CONFIG)
  kdb_find(SQLite3)
  kdb_find_pcre2()
endmacro()
