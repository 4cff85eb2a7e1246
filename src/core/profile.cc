#include "core/profile.h"

#include <algorithm>

namespace asmforge {
namespace {

auto first_at_or_above(const std::vector<ProfileEntry>& entries, std::uint64_t address) {
  return std::lower_bound(
      entries.begin(), entries.end(), address,
      [](const ProfileEntry& entry, std::uint64_t wanted) { return entry.address < wanted; });
}

}  // namespace

const ProfileModule* Profile::module_for(const Binary& binary) const {
  if (binary.build_id.empty()) return nullptr;
  for (const ProfileModule& module : modules)
    if (module.build_id == binary.build_id) return &module;
  return nullptr;
}

std::uint64_t count_at(const ProfileModule& module, std::uint64_t address) {
  auto found = first_at_or_above(module.entries, address);
  return found != module.entries.end() && found->address == address ? found->count : 0;
}

std::uint64_t count_in(const ProfileModule& module, AddressRange range) {
  std::uint64_t sum = 0;
  for (auto entry = first_at_or_above(module.entries, range.begin);
       entry != module.entries.end() && entry->address < range.end; ++entry)
    sum += entry->count;
  return sum;
}

double share(const Profile& profile, std::uint64_t count) {
  return profile.total == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(profile.total);
}

bool zero_means_never_ran(const Profile& profile) {
  return profile.source == ProfileSource::kExactCounts && profile.complete &&
         profile.features_not_seen.empty();
}

}  // namespace asmforge
