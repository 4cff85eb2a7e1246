#include "collect/readers/debug_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "base/mapped_file.h"
#include "collect/readers/build_id.h"
#include "mc/crc32.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// .gnu_debuglink: the name, padded with zeros to a multiple of 4, and the CRC-32.
struct DebugLink {
  std::string name;
  std::uint32_t checksum = 0;
};

std::optional<DebugLink> read_link(const ElfFile& file) {
  const ElfSection* section = file.section_named(".gnu_debuglink");
  if (section == nullptr) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(section->bytes.data()),
                              section->bytes.size());
  const std::size_t size = text.find('\0');
  if (size == std::string_view::npos || size == 0) return std::nullopt;
  const std::size_t checksum_at = (size + 4) / 4 * 4;
  if (text.size() < checksum_at + sizeof(std::uint32_t)) return std::nullopt;
  DebugLink link{std::string(text.substr(0, size)),
                 load<std::uint32_t>(section->bytes.subspan(checksum_at))};
  // A name, never a way to somewhere else.
  if (link.name.find('/') != std::string::npos || link.name == "..") return std::nullopt;
  return link;
}

std::vector<std::string> linked_paths(const std::string& binary_path, const DebugLink& link,
                                      const std::string& debug_root) {
  std::error_code failed;
  fs::path real = fs::canonical(binary_path, failed);
  if (failed) real = binary_path;
  const fs::path folder = real.parent_path();
  return {(folder / link.name).string(), (folder / ".debug" / link.name).string(),
          debug_root + (folder / link.name).string()};
}

std::string path_by_build_id(const std::string& build_id, const std::string& debug_root) {
  if (build_id.size() < 4) return {};
  return fmt::format("{}/.build-id/{}/{}.debug", debug_root, build_id.substr(0, 2),
                     build_id.substr(2));
}

bool has_debug_sections(const ElfFile& file) {
  return file.section_named(".debug_info") != nullptr ||
         file.section_named(".debug_line") != nullptr;
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return !path.empty() && fs::exists(path, ignored);
}

// Why the file at `path` is not the debug file of `binary`; nothing when it is.
std::optional<std::string> misfit(const std::string& path, const Binary& binary,
                                  const std::optional<DebugLink>& link, bool must_match_checksum) {
  const auto mapped = MappedFile::open(path);
  if (!mapped) return mapped.error().what;
  const auto file = ElfFile::parse((*mapped)->bytes());
  if (!file) return path + " " + file.error().what;
  if (!has_debug_sections(*file)) return path + " holds no debug info";
  const std::string build_id = build_id_of(*file);
  if (build_id != binary.build_id && !binary.build_id.empty()) {
    return fmt::format("{} is of another build: its build id is {}, that of {} is {}", path,
                       build_id.empty() ? "missing" : build_id, binary.path, binary.build_id);
  }
  const bool proved = !build_id.empty() && !must_match_checksum;
  if (proved) return std::nullopt;
  if (!link) {
    return fmt::format("{} has no build id, so it cannot be known whether {} belongs to it",
                       binary.path, path);
  }
  if (crc32((*mapped)->bytes()) != link->checksum) {
    return fmt::format("{} is not the debug file that {} was linked to: its checksum differs", path,
                       binary.path);
  }
  return std::nullopt;
}

void use(const std::string& path, Binary& binary) {
  binary.has_debug_info = true;
  binary.debug_path = path;
}

}  // namespace

Result<Done> find_debug_info(const ElfFile& file, const std::string& named,
                             const std::string& debug_root, Binary& binary) {
  const std::optional<DebugLink> link = read_link(file);
  if (!named.empty()) {
    if (const auto reason = misfit(named, binary, link, false)) {
      return Error{ErrorCode::kBadInput, *reason, "name the debug file of exactly this build"};
    }
    use(named, binary);
    return Done{};
  }
  binary.has_debug_info = has_debug_sections(file);
  if (binary.has_debug_info || binary.kind == FileKind::kRelocatable) return Done{};

  struct Candidate {
    std::string path;
    bool by_link;
  };
  std::vector<Candidate> candidates = {{path_by_build_id(binary.build_id, debug_root), false}};
  if (link) {
    for (std::string& path : linked_paths(binary.path, *link, debug_root)) {
      candidates.push_back({std::move(path), true});
    }
  }
  for (const Candidate& candidate : candidates) {
    if (!exists(candidate.path)) continue;
    const auto reason = misfit(candidate.path, binary, link, candidate.by_link);
    if (!reason) {
      use(candidate.path, binary);
      return Done{};
    }
    binary.notes.push_back("debug info not used: " + *reason);
  }
  return Done{};
}

}  // namespace asmforge
