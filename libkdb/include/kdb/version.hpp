// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The version of these headers. The build and the packages read it from here.
#define KDB_VERSION_MAJOR 0
#define KDB_VERSION_MINOR 2
#define KDB_VERSION_PATCH 0

/// One number that grows with the version: 1.2.3 is 10203.
#define KDB_VERSION (KDB_VERSION_MAJOR * 10000 + KDB_VERSION_MINOR * 100 + KDB_VERSION_PATCH)
