#include "collect/profiles/profile_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace asmforge {
namespace {

std::string key_of(const CodeFile& file) {
  std::string key = file.path + '\0' + file.build_id;
  if (file.stamp)
    key += fmt::format("\n{}:{}:{}:{}:{}", file.stamp->device, file.stamp->inode, file.stamp->size,
                       file.stamp->modified_seconds, file.stamp->modified_nanoseconds);
  return key;
}

// Why a file says nothing about the code that ran, or nothing.
std::string problem_with(const CodeFile& file, const Result<ElfIdentity>& identity) {
  if (file.stamp && stamp_of(file.path) != file.stamp) return "has changed or is gone since it ran";
  if (!identity) return identity.error().what;
  if (!file.build_id.empty() && identity->build_id != file.build_id)
    return fmt::format("has build id {}, but {} ran",
                       identity->build_id.empty() ? "none" : identity->build_id, file.build_id);
  return {};
}

bool same_build(const ProfileModule& module, const ElfIdentity& identity) {
  return identity.build_id.empty()
             ? module.build_id.empty() && module.content_hash == identity.content_hash
             : module.build_id == identity.build_id;
}

void add_sorted(ProfileModule& module,
                const std::unordered_map<std::uint64_t, std::uint64_t>& counts) {
  // Two copies of one build (a file and its hard link) become one module.
  std::vector<ProfileEntry> entries = std::move(module.entries);
  for (const auto& [address, count] : counts) entries.push_back({address, count});
  std::sort(entries.begin(), entries.end(),
            [](const ProfileEntry& a, const ProfileEntry& b) { return a.address < b.address; });
  module.entries.clear();
  for (const ProfileEntry& entry : entries) {
    if (!module.entries.empty() && module.entries.back().address == entry.address)
      module.entries.back().count += entry.count;
    else
      module.entries.push_back(entry);
  }
  module.total = 0;
  for (const ProfileEntry& entry : module.entries) module.total += entry.count;
}

}  // namespace

ProfileBuilder::FileNumber ProfileBuilder::file(const CodeFile& file) {
  const auto [found, added] =
      numbers_.try_emplace(key_of(file), static_cast<FileNumber>(files_.size()));
  if (!added) return found->second;
  Entry entry;
  entry.file = file;
  Result<ElfIdentity> identity = identify_elf_file(file.path);
  entry.why = problem_with(file, identity);
  if (entry.why.empty()) entry.identity = std::move(identity).value();
  files_.push_back(std::move(entry));
  return found->second;
}

void ProfileBuilder::add(FileNumber file, std::uint64_t offset, std::uint64_t count) {
  Entry& entry = files_[file];
  const std::optional<std::uint64_t> address =
      entry.identity ? entry.identity->address_of(offset) : std::nullopt;
  if (address)
    entry.counts[*address] += count;
  else
    entry.not_placed += count;
}

void ProfileBuilder::incomplete(const std::string& text) {
  complete_ = false;
  note(text);
}

void ProfileBuilder::note(const std::string& text) {
  if (std::find(notes_.begin(), notes_.end(), text) == notes_.end()) notes_.push_back(text);
}

Profile ProfileBuilder::finish() const {
  Profile profile;
  profile.notes = notes_;
  profile.complete = complete_;
  profile.unattributed = unattributed_;
  for (const Entry& entry : files_) {
    profile.unattributed += entry.not_placed;
    if (entry.not_placed != 0 && !entry.why.empty())
      profile.notes.push_back(fmt::format("{} {}: its {} counts are unattributed", entry.file.path,
                                          entry.why, entry.not_placed));
    if (entry.counts.empty()) continue;
    auto module = std::find_if(
        profile.modules.begin(), profile.modules.end(),
        [&](const ProfileModule& other) { return same_build(other, *entry.identity); });
    if (module == profile.modules.end()) {
      ProfileModule added;
      added.path = entry.file.path;
      added.build_id = entry.identity->build_id;
      added.content_hash = entry.identity->content_hash;
      module = profile.modules.insert(profile.modules.end(), std::move(added));
    }
    add_sorted(*module, entry.counts);
  }
  std::sort(profile.modules.begin(), profile.modules.end(),
            [](const ProfileModule& a, const ProfileModule& b) {
              return std::tie(b.total, a.path) < std::tie(a.total, b.path);
            });
  profile.total = profile.unattributed;
  for (const ProfileModule& module : profile.modules) profile.total += module.total;
  return profile;
}

}  // namespace asmforge
