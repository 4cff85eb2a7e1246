// Asking for another flag where a project's build is written down: for one source in a
// makefile or a CMakeLists.txt, for a profile in a Cargo.toml.
//
//     sort.o: override CFLAGS += -O3
//     set_property(SOURCE "src/sort.c" APPEND PROPERTY COMPILE_OPTIONS "-O3")
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/patch.h"
#include "core/result.h"

namespace asmforge {

enum class BuildSystem : std::uint8_t { kMake, kCMake, kCargo };

struct FlagOfSource {
  std::string source;  // from the folder of the build file
  bool is_cplusplus = false;
  std::string flag;  // "-O3"
};

// At the end of the file: what comes last wins. Where the makefile makes no objects, the flag is
// for all that it compiles. kNotFound when it was added
// before, or another level of optimisation was.
Result<Patch> add_flag(BuildSystem system, const std::string& file, std::string_view text,
                       const FlagOfSource& wanted);

// `key = value` of [profile.release], set or replaced.
Result<Patch> set_release_profile(const std::string& file, std::string_view text,
                                  std::string_view key, std::string_view value);

}  // namespace asmforge
