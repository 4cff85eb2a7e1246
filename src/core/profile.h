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
  kExactCounts,  // every execution counted (QEMU with our plugin, or an instrumented copy)
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
  std::string tool;  // "qemu-x86_64 7.2.22", "llvm-bolt 19.1.7, natively"
  std::vector<std::string> command;
  std::vector<ProfileModule> modules;
  std::uint64_t total = 0;         // of all modules and of what could not be attributed
  std::uint64_t unattributed = 0;  // kernel, generated code, unknown mappings
  // Features of the host that the source does not offer, so that dispatching
  // code may have gone another way than it does natively: {"avx512f", ...}.
  std::vector<std::string> features_not_seen;
  // False when something ran that is not in the profile: a program that could not be
  // emulated, lost samples, a process that was still running. The notes say what.
  bool complete = true;
  std::vector<std::string> notes;

  // nullptr when the profile says nothing about this build.
  [[nodiscard]] const ProfileModule* module_for(const Binary& binary) const;
};

// Count of the instruction at `address`; 0 when the module has no entry for it.
std::uint64_t count_at(const ProfileModule& module, std::uint64_t address);
// Sum over [range.begin, range.end).
std::uint64_t count_in(const ProfileModule& module, AddressRange range);

// `count` as a share of all of the profile, 0 to 1; 0 when the profile is empty.
double share(const Profile& profile, std::uint64_t count);

// Whether code without counts certainly did not run. False for samples, for what is
// not complete, and when dispatching code may have gone another way than natively:
// no count is "unknown" then.
bool zero_means_never_ran(const Profile& profile);

// At least this share of the profile makes a function or loop hot.
inline constexpr double kHotShare = 0.01;

}  // namespace asmforge
