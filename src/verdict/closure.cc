#include "verdict/closure.h"

#include <algorithm>

#include "verdict/closure_placement.h"
#include "verdict/loaded_file.h"

namespace asmforge {
namespace {

ClosureAnswer differs(std::string detail) { return {Closure::kDiffers, std::move(detail)}; }

Result<ElfFile> parse(const std::string& path, Bytes bytes) {
  Result<ElfFile> elf = ElfFile::parse_x86_64(bytes);
  if (!elf) return elf.error().within(path);
  return elf;
}

bool is_loadable(const ElfFile& elf) {
  return elf.header.e_type != ET_REL &&
         std::ranges::any_of(elf.segments, [](const Elf64_Phdr& s) { return s.p_type == PT_LOAD; });
}

}  // namespace

Result<ClosureAnswer> compare_closures(const std::string& before, const std::string& after) {
  LoadedFile b;
  LoadedFile a;
  AF_TRY(b.file, MappedFile::open(before));
  AF_TRY(a.file, MappedFile::open(after));
  const bool equal_files = std::ranges::equal(b.file->bytes(), a.file->bytes());
  if (!is_elf(b.file->bytes()) || !is_elf(a.file->bytes())) {
    if (equal_files) return ClosureAnswer{Closure::kIdentical, "the files are equal"};
    return differs("the files differ, and are not both ELF programs");
  }
  AF_TRY(b.elf, parse(before, b.file->bytes()));
  AF_TRY(a.elf, parse(after, a.file->bytes()));
  if (!is_loadable(b.elf) || !is_loadable(a.elf)) {
    if (equal_files) return ClosureAnswer{Closure::kIdentical, "the files are equal"};
    return differs("the files differ, and are not both linked programs");
  }
  if (auto libraries = library_difference(b, a)) return differs(*std::move(libraries));
  if (auto unknown = unknown_difference(b.elf, a.elf)) return differs(*std::move(unknown));
  const auto loaded = loaded_difference(b.elf, a.elf);
  if (!loaded)
    return ClosureAnswer{Closure::kIdentical, equal_files ? "the files are equal"
                                                          : "the files differ only in what is "
                                                            "never loaded"};
  return compare_placement(b, a, *loaded);
}

}  // namespace asmforge
