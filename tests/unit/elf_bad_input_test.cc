// Bad input: everything ends in one sentence, nothing crashes, hangs or eats memory.
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <random>

#include "collect/open_bytes.h"
#include "elf_test_support.h"

namespace asmforge {
namespace {

using elf_test::error_of;
using elf_test::Scratch;

// Small, but with cold parts, landing pads, relocations, imports.
constexpr std::string_view kProgram = R"(
  #include <stdio.h>
  #include <stdlib.h>
  static int table[4] = {1, 2, 3, 4};
  int (*pointer)(const char*) = puts;
  __attribute__((noinline)) int get(int i) {
    if (__builtin_expect(i > 3, 0)) { puts("far"); abort(); }
    return table[i];
  }
  int main(int argc, char** argv) { return get(argc) + pointer(argv[0]); })";

// Asks everything that a reader answers lazily.
void use(const Binary& binary) {
  std::uint64_t sum = 0;
  for (const Section& section : binary.sections) {
    for (std::uint64_t offset = 0; offset < std::min<std::uint64_t>(section.size, 256); offset += 8)
      sum += binary.pointer_at(section.address + offset).value_or(0);
    sum += binary.bytes_at(section.address, section.size).size();
  }
  for (const FunctionEntry& function : binary.functions) {
    for (const LandingPad& pad : binary.landing_pads(function.address)) sum += pad.address;
    for (const std::uint8_t byte : binary.bytes_at(function.address, function.size)) sum += byte;
    EXPECT_EQ(binary.function_at(function.address) == nullptr, false);
    sum += binary.name_at(function.address).size();
  }
  for (const ColdPart& part : binary.cold_parts)
    sum += binary.function_containing(part.range.begin) != nullptr ? 1U : 0U;
  for (const Import& import : binary.imports) sum += import.name.size();
  static volatile std::uint64_t sink = 0;
  sink = sink + sum;
}

class BadInput : public testing::Test {
 protected:
  void SetUp() override {
    scratch_.write("p.c", kProgram);
    scratch_.run({"gcc", "-O2", "-fexceptions", "-c", "p.c", "-o", "p.o"});
    scratch_.run({"gcc", "p.o", "-o", "p"});
    scratch_.run({"ar", "rc", "p.a", "p.o"});
    object_ = elf_test::read_bytes(scratch_.path("p.o"));
    program_ = elf_test::read_bytes(scratch_.path("p"));
    archive_ = elf_test::read_bytes(scratch_.path("p.a"));
  }
  // Empty when it opened.
  static std::string open(const std::vector<std::uint8_t>& bytes) {
    for (const bool find_functions : {false, true}) {
      const Result<std::vector<Binary>> opened =
          open_bytes("x", bytes, {.debug_file = "", .find_functions = find_functions});
      if (!opened) return opened.error().what;
      for (const Binary& binary : *opened) use(binary);
    }
    return {};
  }
  static Elf64_Shdr section(const std::vector<std::uint8_t>& bytes, std::size_t index) {
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    Elf64_Shdr result;
    std::memcpy(&result, bytes.data() + header.e_shoff + index * sizeof(result), sizeof(result));
    return result;
  }
  // Changes every section header of the type.
  static void change_sections(std::vector<std::uint8_t>& bytes, std::uint32_t type,
                              const std::function<void(Elf64_Shdr&)>& change) {
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    for (std::size_t i = 0; i < header.e_shnum; ++i) {
      Elf64_Shdr entry = section(bytes, i);
      if (entry.sh_type != type) continue;
      change(entry);
      std::memcpy(bytes.data() + header.e_shoff + i * sizeof(entry), &entry, sizeof(entry));
    }
  }

  Scratch scratch_;
  std::vector<std::uint8_t> object_;
  std::vector<std::uint8_t> program_;
  std::vector<std::uint8_t> archive_;
};

TEST_F(BadInput, HeadersThatLieAreNamed) {
  struct Case {
    std::size_t offset;
    std::size_t bytes;
    std::uint64_t value;
    std::string_view sentence;
  };
  const Case cases[] = {
      {EI_CLASS, 1, ELFCLASS32, "x: is a 32-bit ELF file (x32)"},
      {EI_CLASS, 1, 7, "x: the ELF header has no valid class and encoding"},
      {EI_DATA, 1, ELFDATA2MSB, "x: is a big-endian ELF file"},
      {offsetof(Elf64_Ehdr, e_machine), 2, EM_RISCV, "x: is RISC-V"},
      {offsetof(Elf64_Ehdr, e_machine), 2, EM_386, "x: is 32-bit x86"},
      {offsetof(Elf64_Ehdr, e_machine), 2, 999, "x: is for ELF machine 999"},
      {offsetof(Elf64_Ehdr, e_type), 2, ET_CORE, "x: is a core dump, not a program"},
      {offsetof(Elf64_Ehdr, e_type), 2, 77, "x: has the unknown ELF file type 77"},
      {offsetof(Elf64_Ehdr, e_shentsize), 2, 0, "x: the section headers have a wrong entry size"},
      {offsetof(Elf64_Ehdr, e_shoff), 8, ~std::uint64_t{0},
       "x: the section headers lie behind the end of the file"},
      {offsetof(Elf64_Ehdr, e_shoff), 8, std::uint64_t{1} << 40,
       "x: the section headers lie behind the end of the file"},
      {offsetof(Elf64_Ehdr, e_shnum), 2, 0xfeff,
       "x: the section headers end behind the end of the file"},
      {offsetof(Elf64_Ehdr, e_shstrndx), 2, 0xfe00, "x: the section names are in no section"},
      {offsetof(Elf64_Ehdr, e_phentsize), 2, 1, "x: the program headers have a wrong entry size"},
      {offsetof(Elf64_Ehdr, e_phoff), 8, ~std::uint64_t{0} - 8,
       "x: the program headers end behind the end of the file"},
  };
  for (const Case& c : cases) {
    std::vector<std::uint8_t> bytes = program_;
    std::memcpy(bytes.data() + c.offset, &c.value, c.bytes);
    EXPECT_EQ(open(bytes), c.sentence);
  }
}

TEST_F(BadInput, HostileSectionsAreRefused) {
  struct Case {
    std::uint32_t type;
    std::function<void(Elf64_Shdr&)> change;
    std::string_view part_of_sentence;
  };
  const Case cases[] = {
      {SHT_SYMTAB, [](Elf64_Shdr& s) { s.sh_entsize = 0; }, "entry size is wrong"},
      {SHT_RELA, [](Elf64_Shdr& s) { s.sh_entsize = 0; }, "entry size is wrong"},
      {SHT_RELA, [](Elf64_Shdr& s) { s.sh_size -= 1; }, "entry size is wrong"},
      {SHT_PROGBITS, [](Elf64_Shdr& s) { s.sh_offset = ~std::uint64_t{0}; }, "ends behind the end"},
      {SHT_PROGBITS, [](Elf64_Shdr& s) { s.sh_size = std::uint64_t{1} << 62; },
       "ends behind the end"},
      {SHT_PROGBITS, [](Elf64_Shdr& s) { s.sh_addralign = 3; }, "has the alignment 3"},
      {SHT_PROGBITS, [](Elf64_Shdr& s) { s.sh_addralign = std::uint64_t{1} << 63; },
       "has the alignment"},
      {SHT_NOBITS, [](Elf64_Shdr& s) { s.sh_size = std::uint64_t{1} << 62; }, "2 GB"},
      {SHT_PROGBITS, [](Elf64_Shdr& s) { s.sh_addr = ~std::uint64_t{0} - 1, s.sh_size = 8; },
       "wraps around"},
  };
  for (const Case& c : cases) {
    std::vector<std::uint8_t> bytes = object_;
    change_sections(bytes, c.type, c.change);
    EXPECT_NE(open(bytes).find(c.part_of_sentence), std::string::npos)
        << c.part_of_sentence << ": " << open(bytes);
  }
}

// Many sections that all show the same bytes would multiply all work.
TEST_F(BadInput, OverlappingSectionsAreRefused) {
  constexpr std::size_t kSections = 3000;
  std::vector<std::uint8_t> bytes(program_.begin(), program_.end());
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.e_shoff = bytes.size();
  header.e_shnum = kSections;
  header.e_shstrndx = 0;
  std::memcpy(bytes.data(), &header, sizeof(header));
  Elf64_Shdr entry = {};
  for (std::size_t i = 0; i < kSections; ++i) {
    bytes.insert(bytes.end(), reinterpret_cast<const std::uint8_t*>(&entry),
                 reinterpret_cast<const std::uint8_t*>(&entry) + sizeof(entry));
    entry.sh_type = SHT_PROGBITS;
    entry.sh_size = program_.size();
  }
  EXPECT_EQ(open(bytes), "x: its sections overlap in the file");
}

TEST_F(BadInput, TruncatedAnywhereIsAnErrorOrReads) {
  for (const auto* whole : {&object_, &program_, &archive_}) {
    std::size_t errors = 0;
    // Every length in the headers, then steps that no structure divides.
    for (std::size_t size = 0; size < whole->size(); size += size < 256 ? 1 : 37) {
      std::vector<std::uint8_t> cut(whole->begin(),
                                    whole->begin() + static_cast<std::ptrdiff_t>(size));
      if (size == 0) continue;
      if (!open(cut).empty()) ++errors;
    }
    EXPECT_GT(errors, 200U);
  }
}

// The seed is fixed, so that a failure repeats; the fuzz target looks further.
TEST_F(BadInput, MutantsNeverCrash) {
  constexpr int kMutants = 1500;
  std::mt19937_64 random(20261121);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  constexpr std::uint64_t kNasty[] = {0,          1,          0x7f,       0x80,
                                      0xff,       0xffff,     ~0ULL,      0x7fffffff,
                                      0x80000000, 0xfffffff0, 1ULL << 32, 1ULL << 63};
  std::size_t opened = 0;
  for (int i = 0; i < kMutants; ++i) {
    const auto* whole = i % 3 == 0 ? &object_ : i % 3 == 1 ? &program_ : &archive_;
    std::vector<std::uint8_t> mutant = *whole;
    for (std::uint64_t changes = 1 + below(6); changes > 0; --changes) {
      // Half of the changes hit the tables at the front and back.
      const std::uint64_t region = below(4);
      const std::uint64_t size = mutant.size();
      const std::uint64_t at = region == 0   ? below(std::min<std::uint64_t>(size, 1024))
                               : region == 1 ? size - 1 - below(std::min<std::uint64_t>(size, 2048))
                                             : below(size);
      const std::uint64_t value = below(2) != 0 ? kNasty[below(std::size(kNasty))] : random();
      const std::uint64_t width = std::uint64_t{1} << below(4);
      std::memcpy(mutant.data() + at, &value, std::min(width, size - at));
    }
    if (below(8) == 0) mutant.resize(1 + below(mutant.size()));
    if (open(mutant).empty()) ++opened;
  }
  // Otherwise the mutants die at the door and the test shows nothing.
  EXPECT_GT(opened, kMutants / 10);
  RecordProperty("opened", static_cast<int>(opened));
}

TEST_F(BadInput, FilesThatAreNoObjectsAreNamed) {
  scratch_.write("picture", "\x89PNG\r\n\x1a\n....");
  scratch_.write("script", "#!/bin/sh\n");
  scratch_.write("text", "hello\n");
  scratch_.write("empty", "");
  scratch_.write("short",
                 "\x7f"
                 "ELF");
  const auto sentence = [&](const std::string& name) {
    const std::string error = error_of(scratch_.path(name));
    return error.substr(scratch_.path(name).size());
  };
  EXPECT_EQ(sentence("picture"), ": is a picture, not an ELF file");
  EXPECT_EQ(sentence("script"), ": is a script, not an ELF file");
  EXPECT_EQ(sentence("text"), ": is neither an ELF file nor an archive");
  EXPECT_EQ(sentence("empty"), ": the file is empty");
  EXPECT_EQ(sentence("short"), ": the ELF header is cut off");
}

TEST_F(BadInput, AFifoDoesNotBlock) {
  ASSERT_EQ(mkfifo(scratch_.path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(error_of(scratch_.path("fifo")), scratch_.path("fifo") + ": is a FIFO");
}

TEST_F(BadInput, NoPermissionIsSaid) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read every file, so nothing can be refused";
  chmod(scratch_.path("p").c_str(), 0);
  EXPECT_EQ(error_of(scratch_.path("p")), scratch_.path("p") + ": permission denied");
}

TEST_F(BadInput, AFileThatChangedIsNoticed) {
  const Binary binary = elf_test::open_one(scratch_.path("p"));
  EXPECT_TRUE(check_unchanged(binary).has_value());
  std::ofstream(scratch_.path("p"), std::ios::binary | std::ios::app) << "more";
  const Result<Done> changed = check_unchanged(binary);
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().what, scratch_.path("p") + ": the file changed while it was read");
}

TEST_F(BadInput, AFileCutShortWhileMappedEndsInOneSentence) {
  const std::string path = scratch_.path("p");
  int pipes[2] = {};
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    dup2(pipes[1], STDERR_FILENO);
    const Result<std::vector<Binary>> opened = open_input(path, {});
    if (!opened || truncate(path.c_str(), 100) != 0) _exit(99);
    for (const Binary& binary : *opened) use(binary);
    _exit(98);
  }
  close(pipes[1]);
  std::string said(4096, '\0');
  const ssize_t count = read(pipes[0], said.data(), said.size());
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  int status = 0;
  waitpid(child, &status, 0);
  close(pipes[0]);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 2);
  // The whole message may come in several writes; the path is in the first ones.
  EXPECT_TRUE(said.starts_with("asmforge: ")) << said;
}

// A symbol table of a million functions that all cover the whole text.
TEST_F(BadInput, OverlappingFunctionsAreCut) {
  scratch_.write("many.s", R"(
    .text
    f0: .rept 20000
    nop
    .endr
    .set i, 0
    .rept 20000
    .altmacro
    .endr
    ret
    .macro make n
    .globl g\n
    .type g\n,@function
    .set g\n, f0 + \n
    .size g\n, 20000 - \n
    .endm
    .set i, 0
    .rept 4000
    make %i
    .set i, i + 1
    .endr
  )");
  scratch_.run({"clang-19", "-c", "many.s", "-o", "many.o"});
  const Binary binary = elf_test::open_one(scratch_.path("many.o"));
  std::uint64_t sum = 0;
  for (const FunctionEntry& function : binary.functions) sum += function.size;
  EXPECT_GE(binary.functions.size(), 4000U);
  EXPECT_LE(sum, 100000U);
  ASSERT_FALSE(binary.notes.empty());
  EXPECT_NE(binary.notes.front().find("overlap"), std::string::npos);
}

}  // namespace
}  // namespace asmforge
