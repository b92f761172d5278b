// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kdb::bench {

/// Resident memory of this process, now and at its peak, in MiB.
double resident_mib();
double peak_resident_mib();
/// The memory that is allocated: unlike the resident one it tells small amounts, too.
double allocated_mib();

} // namespace kdb::bench
