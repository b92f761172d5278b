// SPDX-License-Identifier: Apache-2.0
#pragma once

// KDB_API marks the namespaces whose members a shared libkdb exports: `inline namespace KDB_API v0 {` in public headers. Everything
// else in the library is hidden. Targets and pkg-config files of a static libkdb define KDB_STATIC, so that a plugin that links it exports nothing of it.
#if defined(KDB_STATIC)
#define KDB_API
#else
#define KDB_API [[gnu::visibility("default")]]
#endif
