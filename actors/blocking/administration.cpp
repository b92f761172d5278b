// SPDX-License-Identifier: Apache-2.0
#include "actors/blocking/ask.hpp"

// The blocking client's operations of administration.
namespace kdb::inline v0 {

#define KDB_X(request) template outcome_of<request> client::ask(kdb::request) const;
KDB_ADMINISTRATION_CALLS(KDB_X)
#undef KDB_X

} // namespace kdb::inline v0
