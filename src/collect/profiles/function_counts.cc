#include "collect/profiles/function_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "collect/open.h"
#include "collect/profiles/profile_file.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

std::uint64_t count_of(const ProfileModule& module, const Binary& binary,
                       const FunctionEntry& function) {
  std::uint64_t count = count_in(module, {function.address, function.address + function.size});
  for (std::uint32_t i = 0; i < function.cold_part_count; ++i)
    count += count_in(module, binary.cold_parts[function.first_cold_part + i].range);
  return count;
}

Result<Done> add_module(const Profile& profile, const ProfileModule& module,
                        FunctionCounts& counts) {
  AF_TRY(const std::vector<Binary> binaries, open_input(module.path, OpenOptions{}));
  const Binary& binary = binaries.front();
  AF_TRY(const ProfileModule* matched, match_profile(profile, binary));
  if (matched != &module)
    return Error{ErrorCode::kBadInput, module.path + ": is another build now", ""};
  std::uint64_t left = module.total;
  for (const FunctionEntry& function : binary.functions) {
    // Overlapping entries of damaged symbol tables must not count twice.
    const std::uint64_t count = std::min(count_of(module, binary, function), left);
    if (count == 0) continue;
    left -= count;
    counts.functions.push_back(
        {function.name.empty() ? fmt::format("{:#x}", function.address) : demangle(function.name),
         module.path, function.address, count});
  }
  counts.elsewhere += left;
  return Done{};
}

}  // namespace

FunctionCounts count_functions(const Profile& profile) {
  FunctionCounts counts;
  for (const ProfileModule& module : profile.modules) {
    const Result<Done> added = add_module(profile, module, counts);
    if (!added) counts.notes.push_back(added.error().what);
  }
  std::sort(counts.functions.begin(), counts.functions.end(),
            [](const FunctionCount& a, const FunctionCount& b) {
              return std::tie(b.count, a.module, a.address) <
                     std::tie(a.count, b.module, b.address);
            });
  return counts;
}

}  // namespace asmforge
