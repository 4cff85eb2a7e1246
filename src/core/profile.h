// How often each instruction ran, or how often it was sampled.
//
// Addresses are those of the file (load base 0), so address-space randomisation
// does not matter; modules are told apart by build id. What the source cannot
// see is unknown and never "did not run".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/binary.h"

namespace asmforge {

enum class ProfileSource : std::uint8_t {
  kExactCounts,  // every execution counted (QEMU user mode with our plugin)
  kSamples,      // cpu-clock or hardware samples
};

struct ProfileEntry {
  std::uint64_t address = 0;
  std::uint64_t count = 0;  // executions, or samples
};

struct ProfileModule {
  std::string path;
  std::string build_id;               // lower-case hexadecimal; empty: matched by content hash
  std::string content_hash;           // of the executable bytes, for files without build id
  std::uint64_t total = 0;            // sum of counts
  std::vector<ProfileEntry> entries;  // ascending in address
};

struct Profile {
  ProfileSource source = ProfileSource::kExactCounts;
  std::string tool;  // "qemu-x86_64 7.2.22", "perf_event cpu-clock 4000 Hz"
  std::vector<std::string> command;
  std::vector<ProfileModule> modules;
  std::uint64_t total = 0;         // of all modules and of what could not be attributed
  std::uint64_t unattributed = 0;  // kernel, generated code, unknown mappings
  // Features of the host that the source does not offer, so that dispatching
  // code may have gone another way than it does natively: {"avx512f", ...}.
  std::vector<std::string> features_not_seen;
  std::vector<std::string> notes;  // "counts of 3 threads may be low", ...

  // nullptr when the profile says nothing about this build.
  [[nodiscard]] const ProfileModule* module_for(const Binary& binary) const;
};

// Count of the instruction at `address`; 0 when the module has no entry for it.
std::uint64_t count_at(const ProfileModule& module, std::uint64_t address);
// Sum over [range.begin, range.end).
std::uint64_t count_in(const ProfileModule& module, AddressRange range);

// At least this share of the profile makes a function or loop hot.
inline constexpr double kHotShare = 0.01;

}  // namespace asmforge
