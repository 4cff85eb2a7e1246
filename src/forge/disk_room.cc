#include "forge/disk_room.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "base/text.h"

namespace asmforge {
namespace {

constexpr std::uintmax_t kLeast = std::uintmax_t{64} << 20;  // bytes
constexpr std::string_view kRemedy = "make room";

constexpr std::string_view kNearlyFull = "the disk is nearly full";

// Of the C library for ENOSPC and EDQUOT, which compilers, linkers and git pass on; of SQLite;
// of ours.
constexpr std::array<std::string_view, 4> kWords = {
    "No space left on device", "Disk quota exceeded", "database or disk is full", kNearlyFull};

}  // namespace

Result<Done> check_room(const std::string& folder) {
  std::error_code failed;
  const std::filesystem::space_info space = std::filesystem::space(folder, failed);
  if (failed || space.available >= kLeast) return Done{};
  return Error{ErrorCode::kUnavailable,
               fmt::format("{}: {}, and a build would fill it", folder, kNearlyFull),
               std::string(kRemedy)};
}

bool is_about_full_disk(std::string_view words) {
  return std::ranges::any_of(
      kWords, [&](std::string_view sign) { return words.find(sign) != std::string_view::npos; });
}

std::string line_about_full_disk(std::string_view words) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('\n'), words.size());
    if (is_about_full_disk(words.substr(0, end))) return printable(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return {};
}

std::string full_disk_in(const Trial& trial) {
  if (is_about_full_disk(trial.failure)) return trial.failure;
  for (const LayoutStage& stage : trial.layout_stages)
    if (is_about_full_disk(stage.reason)) return stage.reason;
  for (const Gate& gate : trial.gates)
    if (is_about_full_disk(gate.detail)) return gate.detail;
  const auto note = std::ranges::find_if(trial.notes, is_about_full_disk);
  return note == trial.notes.end() ? std::string() : *note;
}

Error full_disk(std::string_view what, std::string_view words) {
  return {ErrorCode::kUnavailable, fmt::format("{}: the disk is full ({})", what, words),
          std::string(kRemedy)};
}

}  // namespace asmforge
