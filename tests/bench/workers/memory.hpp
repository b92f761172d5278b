// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kdb::bench {

/// Resident memory of this process, now and at its peak, in MiB.
double resident_mib();
double peak_resident_mib();

} // namespace kdb::bench
