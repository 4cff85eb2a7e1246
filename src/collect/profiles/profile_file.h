// A Profile on disk: JSON Lines, so that it streams and people can read it.
//
//     {"schema":"asmforge/profile/1","source":"exact","total":...,"modules":2,...}
//     {"module":"./prog","build_id":"9f...","total":...,"entries":3}
//     {"at":"0x1139","counts":[[0,5],[4,5],[7,20]]}       offset from `at`, count
//     ...
//     {"end":true,"lines":4}                              lines before this one
//
// A file without its last line was cut short and is refused.
#pragma once

#include <string>
#include <string_view>

#include "core/profile.h"
#include "core/result.h"

namespace asmforge {

std::string profile_text(const Profile& profile);
Result<Profile> parse_profile(std::string_view text);

// Replaces the file in one step.
Result<Done> write_profile(const Profile& profile, const std::string& path);
Result<Profile> read_profile(const std::string& path);

// The part of the profile that is about this very build. An error when the profile is
// of another build, or has nothing of this file.
Result<const ProfileModule*> match_profile(const Profile& profile, const Binary& binary);

}  // namespace asmforge
