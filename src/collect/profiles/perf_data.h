// Profiles from perf.data, as `perf record` writes it.
//
// The format: tools/perf/Documentation/perf.data-file-format.txt of the Linux sources.
// Read here: the header, the events' attributes, the records of samples, mappings and
// processes, and the features command line and build ids. Refused with a sentence:
// other byte orders, pipes, compressed records, hardware traces.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/profile.h"
#include "core/result.h"

namespace asmforge {

Result<Profile> parse_perf_data(std::span<const std::uint8_t> bytes);
Result<Profile> read_perf_data(const std::string& path);

}  // namespace asmforge
