#include "measure/layouts/link_input.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "base/content_hash.h"
#include "base/elf_file.h"
#include "base/mapped_file.h"
#include "measure/layouts/link_command.h"

namespace asmforge {
namespace {

constexpr std::array<std::uint8_t, 4> kBitcodeMagic = {'B', 'C', 0xc0, 0xde};

bool is_bitcode(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= kBitcodeMagic.size() &&
         std::equal(kBitcodeMagic.begin(), kBitcodeMagic.end(), bytes.begin());
}

// Where packages put libraries; what is there is the same for both builds.
bool is_of_system(const std::string& path) {
  constexpr std::array kFolders = {"/usr/lib/", "/lib/", "/lib64/", "/usr/lib64/"};
  const std::string real = std::filesystem::path(path).lexically_normal().string();
  return std::any_of(kFolders.begin(), kFolders.end(),
                     [&](const char* folder) { return real.starts_with(folder); });
}

Result<std::string> keep_whole_archive(const std::string& path, const Archive& thin,
                                       const ContentStore& store) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  std::vector<std::shared_ptr<const MappedFile>> files;
  Archive whole;
  for (const ArchiveMember& member : thin.members) {
    AF_TRY(auto file, MappedFile::open(absolute_path(member.name, folder)));
    files.push_back(std::move(file));
    whole.members.push_back({member.name, files.back()->bytes()});
  }
  return store.keep(write_archive(whole));
}

}  // namespace

InputKind kind_of_input(std::span<const std::uint8_t> bytes) {
  if (is_archive(bytes)) return InputKind::kArchive;
  if (is_bitcode(bytes)) return InputKind::kBitcode;
  if (!is_elf(bytes)) return InputKind::kText;
  const Result<ElfFile> elf = ElfFile::parse_x86_64(bytes);
  if (!elf) return InputKind::kObject;  // the linker will say what is wrong
  if (elf->header.e_type == ET_DYN) return InputKind::kSharedLibrary;
  const auto is_lto = [](const ElfSection& section) {
    return section.name.starts_with(".gnu.lto_");
  };
  if (std::any_of(elf->sections.begin(), elf->sections.end(), is_lto)) return InputKind::kGccLto;
  return elf->section_named(".llvm.lto") != nullptr ? InputKind::kBitcode : InputKind::kObject;
}

Result<KeptInput> keep_link_input(const std::string& path, const ContentStore& store) {
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) == 0) {
    AF_TRY(std::string hash, store.keep({}));
    return KeptInput{.kind = InputKind::kText, .hash = std::move(hash), .stored = true};
  }
  AF_TRY(const auto file, MappedFile::open(path));
  KeptInput kept{.kind = kind_of_input(file->bytes()), .hash = {}, .stored = true};
  const bool library_or_script =
      kept.kind == InputKind::kSharedLibrary || kept.kind == InputKind::kText;
  if (library_or_script && is_of_system(path)) {
    kept.hash = content_hash(file->bytes());
    kept.stored = false;
    return kept;
  }
  if (kept.kind == InputKind::kArchive) {
    AF_TRY(const Archive archive, read_archive(file->bytes()));
    if (archive.thin) {
      AF_TRY(kept.hash, keep_whole_archive(path, archive, store));
      return kept;
    }
  }
  AF_TRY(kept.hash, store.keep(file->bytes()));
  return kept;
}

}  // namespace asmforge
