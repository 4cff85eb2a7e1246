// Relocatable objects, linked in memory.
#include <fmt/format.h>

#include "elf_test_support.h"

namespace asmforge {
namespace {

using elf_test::function_named;
using elf_test::open_one;
using elf_test::Scratch;

// One instruction or word per kind of relocation, at offsets that are easy to name.
constexpr std::string_view kAssembly = R"(
  .text
  .globl f
  .type f,@function
f:
  call outside                      # f+0   PLT32
  mov rax, [rip+outside@GOTPCREL]   # f+5   REX_GOTPCRELX
  mov eax, [rip+word]               # f+12  PC32
  mov eax, offset word              # f+18  32
  mov rax, qword ptr fs:[tls@tpoff] # f+23  TPOFF32
  mov rax, [rip+tls@gottpoff]       # f+32  GOTTPOFF
  lea rax, [rip+_GLOBAL_OFFSET_TABLE_] # f+39 GOTPC32
  ret
  .size f, .-f
  .data
  .globl word
word:
  .quad f + 3                       # word+0  64
  .quad outside                     # word+8  64
  .long f - .                       # word+16 PC32
  .long 0
  .section .tdata,"awT",@progbits
  .quad 1
tls: .quad 2
)";

class Relocatable : public testing::Test {
 protected:
  void SetUp() override {
    scratch_.write("a.s", ".intel_syntax noprefix\n" + std::string(kAssembly));
    scratch_.run({"clang-19", "-c", "a.s", "-o", "a.o"});
    binary_ = open_one(scratch_.path("a.o"));
    const FunctionEntry* f = function_named(binary_, "f");
    ASSERT_NE(f, nullptr);
    f_ = f->address;
    for (const Symbol& symbol : binary_.symbols)
      if (symbol.name == "word") word_ = symbol.address;
    for (const Import& import : binary_.imports) {
      if (import.name != "outside") continue;
      (import.kind == Import::Kind::kUndefined ? outside_ : slot_) = import.address;
    }
    ASSERT_NE(word_, 0U);
    ASSERT_NE(outside_, 0U);
    ASSERT_NE(slot_, 0U);
  }
  // The place that the 32-bit field at `address`, whose instruction ends 4 bytes on, names.
  std::uint64_t relative_at(std::uint64_t address) {
    const auto field = static_cast<std::int32_t>(binary_.read_unsigned(address, 4).value_or(0));
    return address + 4 + static_cast<std::uint64_t>(std::int64_t{field});
  }

  Scratch scratch_;
  Binary binary_;
  std::uint64_t f_ = 0;
  std::uint64_t word_ = 0;
  std::uint64_t outside_ = 0;
  std::uint64_t slot_ = 0;
};

TEST_F(Relocatable, CodeReachesDataAndSymbolsOfOtherFiles) {
  EXPECT_EQ(binary_.kind, FileKind::kRelocatable);
  EXPECT_EQ(relative_at(f_ + 1), outside_);
  EXPECT_EQ(relative_at(f_ + 8), slot_);
  EXPECT_EQ(relative_at(f_ + 14), word_);
  EXPECT_EQ(binary_.read_unsigned(f_ + 19, 4), word_);
  EXPECT_EQ(binary_.name_at(outside_), "outside");
  EXPECT_EQ(binary_.pointer_at(slot_), outside_);
}

TEST_F(Relocatable, DataHoldsAddresses) {
  EXPECT_EQ(binary_.pointer_at(word_), f_ + 3);
  EXPECT_EQ(binary_.pointer_at(word_ + 8), outside_);
  EXPECT_EQ(binary_.read_unsigned(word_ + 16, 4), (f_ - (word_ + 16)) & 0xffffffff);
}

TEST_F(Relocatable, ThreadLocalsAreOffsetsFromTheEndOfTheirBlock) {
  // The block has 16 bytes and `tls` is its second half.
  EXPECT_EQ(binary_.read_unsigned(f_ + 28, 4), static_cast<std::uint32_t>(-8));
  const Import* slot = binary_.import_at(relative_at(f_ + 35));
  ASSERT_NE(slot, nullptr);
  EXPECT_EQ(slot->name, "tls");
  EXPECT_EQ(slot->kind, Import::Kind::kGotSlot);
}

TEST_F(Relocatable, AddressesAreUniqueAndTheFileIsUntouched) {
  for (std::size_t i = 1; i < binary_.sections.size(); ++i)
    EXPECT_GE(binary_.sections[i].address,
              binary_.sections[i - 1].address + binary_.sections[i - 1].size);
  const std::vector<std::uint8_t> file = elf_test::read_bytes(scratch_.path("a.o"));
  EXPECT_TRUE(
      std::equal(file.begin(), file.end(), binary_.file_bytes.begin(), binary_.file_bytes.end()));
  EXPECT_TRUE(binary_.notes.empty()) << binary_.notes.front();
}

// The oracle is a real linker: a function without relocations against other
// files has the same bytes in our image and in lld's, when the distances between
// the sections are the same.
TEST(RelocatableAgainstLinker, TextEqualsWhatLldMakesOfIt) {
  const Scratch scratch;
  scratch.write("b.cc", R"(
    static int table[64]; int more[8];
    __attribute__((noinline)) static int g(int i) { return table[i & 63] += i; }
    extern "C" int f(int i) { more[i & 7] = g(i); return g(i + 1) + more[1]; }
    extern "C" void _start() { f(3); })");
  scratch.run({"clang++-19", "-O1", "-fno-pic", "-ffreestanding", "-fno-exceptions",
               "-fno-asynchronous-unwind-tables", "-c", "b.cc", "-o", "b.o"});
  const Binary ours = open_one(scratch.path("b.o"));
  std::vector<std::string> link = {"ld.lld-19", "-static", "-nostdlib", "b.o", "-o", "b"};
  for (const Section& section : ours.sections)
    if (section.name.starts_with(".text") || section.name.starts_with(".bss"))
      link.push_back("--section-start=" + std::string(section.name) + "=" +
                     fmt::format("{:x}", section.address));
  scratch.run(link);
  const Binary theirs = open_one(scratch.path("b"));
  const FunctionEntry* our_f = function_named(ours, "f");
  const FunctionEntry* their_f = function_named(theirs, "f");
  ASSERT_NE(our_f, nullptr);
  ASSERT_NE(their_f, nullptr);
  ASSERT_EQ(our_f->address, their_f->address);
  const auto our_bytes = ours.bytes_at(our_f->address, our_f->size);
  const auto their_bytes = theirs.bytes_at(their_f->address, their_f->size);
  EXPECT_TRUE(
      std::equal(our_bytes.begin(), our_bytes.end(), their_bytes.begin(), their_bytes.end()));
}

TEST(Archive, OpensEachMemberOrTheOneNamed) {
  const Scratch scratch;
  scratch.write("one.c", "int one(int x) { return x + 1; }");
  scratch.write("a_rather_long_member_name.c", "int two(int x) { return x + 2; }");
  scratch.write("notes.txt", "no object\n");
  for (const std::string name : {"one", "a_rather_long_member_name"})
    scratch.run({"clang-19", "-O1", "-c", name + ".c", "-o", name + ".o"});
  for (const std::string kind : {"rc", "rcT"}) {
    const std::string archive = "lib" + kind + ".a";
    scratch.run({"ar", kind, archive, "one.o", "a_rather_long_member_name.o"});
    const std::vector<Binary> all = elf_test::open_all(scratch.path(archive));
    ASSERT_EQ(all.size(), 2U) << kind;
    EXPECT_EQ(all[0].member, "one.o");
    EXPECT_NE(function_named(all[0], "one"), nullptr);
    EXPECT_EQ(all[1].member, "a_rather_long_member_name.o");
    EXPECT_NE(function_named(all[1], "two"), nullptr);
    const Binary named = open_one(scratch.path(archive) + "(a_rather_long_member_name.o)");
    EXPECT_NE(function_named(named, "two"), nullptr);
    EXPECT_EQ(elf_test::error_of(scratch.path(archive) + "(three.o)"),
              scratch.path(archive) + ": has no member three.o");
  }
}

TEST(Archive, SaysWhatWasLeftOut) {
  const Scratch scratch;
  scratch.write("one.c", "int one(int x) { return x + 1; }");
  scratch.write("notes.txt", "no object\n");
  scratch.run({"clang-19", "-O1", "-c", "one.c", "-o", "one.o"});
  scratch.run({"ar", "rc", "mixed.a", "notes.txt", "one.o"});
  const Binary binary = open_one(scratch.path("mixed.a"));
  ASSERT_EQ(binary.notes.size(), 1U);
  EXPECT_EQ(binary.notes.front(),
            "1 member was left out: notes.txt (is neither an ELF file nor an archive)");
  scratch.run({"ar", "rc", "none.a", "notes.txt"});
  EXPECT_EQ(
      elf_test::error_of(scratch.path("none.a")),
      scratch.path("none.a") +
          ": holds no object that is read; 1 member was left out: notes.txt (is neither an ELF "
          "file nor an archive)");
  scratch.write("empty.a", "!<arch>\n");
  EXPECT_EQ(elf_test::error_of(scratch.path("empty.a")),
            scratch.path("empty.a") + ": is an archive without members");
}

}  // namespace
}  // namespace asmforge
