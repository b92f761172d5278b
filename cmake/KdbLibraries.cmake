# SPDX-License-Identifier: Apache-2.0

# The libraries that programs link: kdb::client, kdb::actors, kdb::sqlite, kdb::prometheus, kdb::remote and kdb::devnode. docs/decisions/0014 says why they are these.
# They are made of the objects of the layers. The layers themselves are not installed; tests link them to look inside.

# kdb_public(<target> <component>): kdb::<component>, here and installed.
function(kdb_public target component)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${component})
  add_library(kdb::${component} ALIAS ${target})
endfunction()

# kdb_public_headers(<target> <folder>...): public headers; installed they are all in one folder.
function(kdb_public_headers target)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE folders)
  target_include_directories(${target} INTERFACE "$<BUILD_INTERFACE:${folders}>" $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} INTERFACE cxx_std_20)
endfunction()

include(GNUInstallDirs)

# -- the client, and all actors, in one library -----------------------------------------------

add_library(kdb ${KDB_LIBRARY_TYPE})
foreach(layer IN ITEMS proto values policy wire rpc actors)
  target_sources(kdb PRIVATE $<TARGET_OBJECTS:kdb_${layer}>)
endforeach()
set_target_properties(kdb PROPERTIES LINKER_LANGUAGE CXX)
kdb_versioned(kdb)
kdb_public_headers(kdb libkdb/include actors/include)
target_link_libraries(kdb
  PRIVATE protobuf::libprotobuf gRPC::grpc++ OpenSSL::SSL OpenSSL::Crypto kdb::caf Threads::Threads
  INTERFACE Boost::headers)
if(KDB_HIDDEN_VISIBILITY AND NOT KDB_SHARED)
  target_compile_definitions(kdb INTERFACE KDB_STATIC)
endif()
kdb_public(kdb client)

# The same library for programs that include CAF's headers.
add_library(kdb_with_caf INTERFACE)
target_link_libraries(kdb_with_caf INTERFACE kdb kdb::caf)
kdb_public(kdb_with_caf actors)

# -- what not every program wants; always static ------------------------------------------------

if(TARGET kdb_sqlite)
  add_library(kdb_with_sqlite STATIC $<TARGET_OBJECTS:kdb_sqlite>)
  set_target_properties(kdb_with_sqlite PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME kdb_sqlite)
  target_link_libraries(kdb_with_sqlite PUBLIC kdb PRIVATE SQLite::SQLite3)
  kdb_public(kdb_with_sqlite sqlite)
endif()

if(TARGET kdb_prometheus)
  add_library(kdb_with_prometheus STATIC $<TARGET_OBJECTS:kdb_prometheus>)
  set_target_properties(kdb_with_prometheus PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME kdb_prometheus)
  target_link_libraries(kdb_with_prometheus PUBLIC kdb prometheus-cpp::core)
  kdb_public(kdb_with_prometheus prometheus)
endif()

if(TARGET kdb_remote)
  add_library(kdb_with_remote STATIC $<TARGET_OBJECTS:kdb_remote>)
  set_target_properties(kdb_with_remote PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME kdb_remote)
  target_link_libraries(kdb_with_remote PUBLIC kdb_with_caf PRIVATE kdb::caf_io)
  if(TARGET kdb::caf_openssl)
    target_link_libraries(kdb_with_remote PRIVATE kdb::caf_openssl OpenSSL::SSL OpenSSL::Crypto)
  endif()
  kdb_public(kdb_with_remote remote)
endif()

if(TARGET kdb_devnode)
  kdb_public_headers(kdb_devnode devnode/include)
  kdb_public(kdb_devnode devnode)
endif()
