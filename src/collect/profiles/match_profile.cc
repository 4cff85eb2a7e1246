// Which part of a profile is about a binary: build ids decide, names only explain.
#include <fmt/format.h>

#include <filesystem>

#include "collect/profiles/elf_identity.h"
#include "collect/profiles/profile_file.h"

namespace asmforge {
namespace {

std::string identity_text(const std::string& build_id, const std::string& content_hash) {
  return build_id.empty() ? "code hash " + content_hash : "build id " + build_id;
}

std::string names_of(const Profile& profile) {
  constexpr std::size_t kMost = 5;
  std::string names;
  for (std::size_t i = 0; i < profile.modules.size() && i < kMost; ++i)
    names +=
        (i == 0 ? "" : ", ") + std::filesystem::path(profile.modules[i].path).filename().string();
  if (profile.modules.size() > kMost) names += ", ...";
  return names.empty() ? "nothing" : names;
}

}  // namespace

Result<const ProfileModule*> match_profile(const Profile& profile, const Binary& binary) {
  if (const ProfileModule* module = profile.module_for(binary)) return module;
  // Without section headers, or without a build id at all.
  ElfIdentity identity{.build_id = binary.build_id, .content_hash = {}, .loads = {}};
  if (!binary.file_bytes.empty()) {
    AF_TRY(identity, identify_elf(binary.file_bytes));
  }
  const auto name = std::filesystem::path(binary.path).filename();
  const ProfileModule* namesake = nullptr;
  for (const ProfileModule& module : profile.modules) {
    if (module.build_id == identity.build_id && module.content_hash == identity.content_hash)
      return &module;
    if (namesake == nullptr && std::filesystem::path(module.path).filename() == name)
      namesake = &module;
  }
  const std::string own = identity_text(identity.build_id, identity.content_hash);
  if (namesake != nullptr)
    return Error{
        ErrorCode::kBadInput,
        fmt::format("{}: the profile is of another build: it has {}, the file {}", binary.path,
                    identity_text(namesake->build_id, namesake->content_hash), own),
        "profile this build again"};
  return Error{ErrorCode::kBadInput,
               fmt::format("{}: the profile has nothing of this file ({}); it has {}", binary.path,
                           own, names_of(profile)),
               "profile a program that runs it"};
}

}  // namespace asmforge
