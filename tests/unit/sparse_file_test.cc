// A file may claim tables of many gigabytes that take no room on the disk. Reading
// must end soon and need little memory.
#include <elf.h>

#include <cstring>

#include "elf_test_support.h"

namespace asmforge {
namespace {

using elf_test::function_named;
using elf_test::open_one;
using elf_test::read_bytes;
using elf_test::Scratch;

constexpr std::uint64_t kClaimed = std::uint64_t{24} << 32;  // a multiple of a symbol's size

// The program with one section moved to gigabytes of zeros behind its end.
std::string with_sparse_section(const Scratch& scratch, std::uint32_t type,
                                std::string_view wanted) {
  scratch.write("s.c", "int main(int argc, char** argv) { (void)argv; return argc; }");
  scratch.run({"gcc", "-O1", "s.c", "-o", "s"});
  std::vector<std::uint8_t> bytes = read_bytes(scratch.path("s"));
  Elf64_Ehdr header = {};
  std::memcpy(&header, bytes.data(), sizeof(header));
  const std::size_t names = header.e_shoff + header.e_shstrndx * sizeof(Elf64_Shdr);
  Elf64_Shdr strings = {};
  std::memcpy(&strings, bytes.data() + names, sizeof(strings));
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    std::uint8_t* const place = bytes.data() + header.e_shoff + i * sizeof(Elf64_Shdr);
    Elf64_Shdr section = {};
    std::memcpy(&section, place, sizeof(section));
    const auto* name = reinterpret_cast<const char*>(bytes.data() + strings.sh_offset);
    if (section.sh_type != type || wanted != name + section.sh_name) continue;
    section.sh_offset = (bytes.size() + 4095) / 4096 * 4096;
    section.sh_size = kClaimed;
    std::memcpy(place, &section, sizeof(section));
  }
  const std::string path =
      scratch.write("sparse", {reinterpret_cast<char*>(bytes.data()), bytes.size()});
  std::filesystem::resize_file(path, 2 * kClaimed);
  return path;
}

TEST(SparseFile, EmptySymbolsEndTheirTable) {
  const Scratch scratch;
  const Binary binary = open_one(with_sparse_section(scratch, SHT_SYMTAB, ".symtab"));
  EXPECT_EQ(function_named(binary, "main"), nullptr);
  EXPECT_FALSE(binary.functions.empty());  // .eh_frame knows them
}

TEST(SparseFile, ZerosEndTheUnwindTable) {
  const Scratch scratch;
  const Binary binary = open_one(with_sparse_section(scratch, SHT_PROGBITS, ".eh_frame"));
  EXPECT_NE(function_named(binary, "main"), nullptr);
}

}  // namespace
}  // namespace asmforge
