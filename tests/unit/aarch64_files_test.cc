// Files of AArch64: relocations of objects, data between instructions, stubs and slots of linked
// files, and the addresses that code puts together from pages.
#include <algorithm>
#include <memory>

#include "collect/stream.h"
#include "elf_test_support.h"
#include "isa/aarch64.h"

namespace asmforge {
namespace {

using elf_test::function_named;
using elf_test::open_one;
using elf_test::Scratch;

std::vector<std::string> clang(std::initializer_list<std::string> arguments) {
  std::vector<std::string> argv = {"clang-19", "--target=aarch64-linux-gnu", "-nostdlib",
                                   "-fuse-ld=lld"};
  argv.insert(argv.end(), arguments);
  return argv;
}

// One instruction or word per kind of relocation.
constexpr std::string_view kAssembly = R"(
  .text
  .globl f
  .type f,%function
f:
  bl outside                            // f+0
  adrp x0, word                         // f+4
  add x0, x0, :lo12:word                // f+8
  ldr w1, [x0]                          // f+12
  adrp x2, :got:outside                 // f+16
  ldr x2, [x2, :got_lo12:outside]       // f+20
  adr x3, f                             // f+24
  b.eq g                                // f+28
  tbz w0, #3, g                         // f+32
  ldr x4, .Lpool                        // f+36
  movz x5, #:abs_g1:f                   // f+40
  adrp x6, wide                         // f+44
  ldr q0, [x6, :lo12:wide]              // f+48
  ret
.Lpool: .quad 0x1122334455667788
  .size f, .-f
  .section .text.g,"ax",%progbits
  .globl g
  .type g,%function
g: ret
  .size g, .-g
  .data
  .p2align 12                           // so that its place in the page is before all of f
  .globl word
word:
  .quad f + 4
  .word f - .
  .align 4
wide: .quad 1, 2
)";

class Aarch64Object : public testing::Test {
 protected:
  void SetUp() override {
    scratch_.write("a.s", kAssembly);
    scratch_.run(clang({"-c", "a.s", "-o", "a.o"}));
    binary_ = open_one(scratch_.path("a.o"));
    ASSERT_EQ(binary_.isa, Isa::kAarch64);
    const FunctionEntry* f = function_named(binary_, "f");
    ASSERT_NE(f, nullptr);
    analyser_.emplace_back(binary_);
    view_ = std::make_unique<const FunctionView>(
        analyser_.front().analyse(static_cast<std::uint32_t>(f - binary_.functions.data())));
    f_ = f->address;
  }
  std::uint64_t address_of(std::string_view name) const {
    for (const Symbol& symbol : binary_.symbols)
      if (symbol.name == name) return symbol.address;
    for (const Import& import : binary_.imports)
      if (import.name == name && import.kind == Import::Kind::kUndefined) return import.address;
    ADD_FAILURE() << name;
    return 0;
  }
  const Insn& at(std::uint64_t offset) const {
    return view_->function.insns.at(view_->function.insn_at(f_ + offset));
  }

  Scratch scratch_;
  Binary binary_;
  std::vector<FunctionAnalyser> analyser_;
  std::unique_ptr<const FunctionView> view_;
  std::uint64_t f_ = 0;
};

TEST_F(Aarch64Object, IsLinkedInMemory) {
  EXPECT_EQ(binary_.kind, FileKind::kRelocatable);
  EXPECT_EQ(at(0).target, address_of("outside"));
  EXPECT_EQ(at(28).target, address_of("g"));
  EXPECT_EQ(at(32).target, address_of("g"));
  EXPECT_EQ(at(24).memory.address, f_);
  EXPECT_EQ(at(40).immediate, static_cast<std::int64_t>(f_ & 0xffff0000));
  const std::uint64_t word = address_of("word");
  EXPECT_EQ(binary_.read_unsigned(word, 8), f_ + 4);
  EXPECT_EQ(static_cast<std::int32_t>(binary_.read_unsigned(word + 8, 4).value_or(0)),
            static_cast<std::int32_t>(f_ - (word + 8)));
  for (const std::string& note : binary_.notes)
    EXPECT_EQ(note.find("relocation"), note.npos) << note;
}

TEST_F(Aarch64Object, AddressesOfPagesAndOffsetsAreKnown) {
  const std::uint64_t word = address_of("word");
  EXPECT_EQ(at(8).memory.address, word);
  EXPECT_TRUE(at(8).is(InsnClass::kLea));
  EXPECT_FALSE(at(8).has_immediate);
  EXPECT_EQ(at(12).memory.address, word);
  EXPECT_EQ(at(12).memory.bytes, 4);
  EXPECT_EQ(at(48).memory.address, address_of("wide"));
  // The slot of the table of another file's symbol.
  const Import* slot = binary_.import_at(at(20).memory.address);
  ASSERT_NE(slot, nullptr);
  EXPECT_EQ(slot->name, "outside");
  EXPECT_EQ(slot->kind, Import::Kind::kGotSlot);
  EXPECT_EQ(binary_.pointer_at(slot->address), address_of("outside"));
}

TEST_F(Aarch64Object, MarkedDataAreNoInstructions) {
  EXPECT_EQ(at(36).memory.address, f_ + 56);
  ASSERT_EQ(binary_.data_in_code.size(), 1U);
  EXPECT_EQ(binary_.data_in_code.front(), (AddressRange{f_ + 56, f_ + 64}));
  ASSERT_EQ(view_->function.not_decoded.size(), 1U);
  EXPECT_EQ(view_->function.not_decoded.front(), (AddressRange{f_ + 56, f_ + 64}));
  EXPECT_EQ(view_->function.insns.size(), 14U);
  for (const Symbol& symbol : binary_.symbols) EXPECT_FALSE(symbol.name.starts_with('$'));
}

// Addresses are known only where all ways agree.
TEST(Aarch64Addresses, AreNotKnownWhereWaysDisagree) {
  const Scratch scratch;
  scratch.write("a.s", R"(
  .globl f
  .type f,%function
f:
  adrp x0, one
  adrp x19, one
  cbz w1, 1f
  adrp x0, far
1: ldr w2, [x0, :lo12:one]        // x0: either page
  ldr w3, [x19, :lo12:one]
  bl f
  ldr w3, [x19, :lo12:one]        // survives the call
  ldr w2, [x0, :lo12:one]
  ret
  .size f, .-f
  .data
one: .word 1
  .space 8192
far: .word 2
)");
  scratch.run(clang({"-shared", "a.s", "-o", "a.so"}));
  const Binary binary = open_one(scratch.path("a.so"));
  const FunctionEntry* f = function_named(binary, "f");
  ASSERT_NE(f, nullptr);
  FunctionAnalyser analyser(binary);
  const FunctionView view =
      analyser.analyse(static_cast<std::uint32_t>(f - binary.functions.data()));
  const std::vector<Insn>& insns = view.function.insns;
  ASSERT_EQ(insns.size(), 10U);
  EXPECT_EQ(insns[4].memory.address, kNoAddress);
  EXPECT_NE(insns[5].memory.address, kNoAddress);
  EXPECT_EQ(insns[7].memory.address, insns[5].memory.address);
  EXPECT_EQ(insns[8].memory.address, kNoAddress);
}

TEST(Aarch64Linked, StubsAndSlotsHaveNames) {
  for (const char* protection : {"none", "standard"}) {
    SCOPED_TRACE(protection);
    const Scratch scratch;
    scratch.write("a.c",
                  "int puts(const char *); extern int there;\n"
                  "int f(void) { return puts(\"text\") + there; }\n");
    scratch.run(clang({"-O1", "-fPIC", "-shared", std::string("-mbranch-protection=") + protection,
                       std::string("-Wl,-z,") + (*protection == 'n' ? "lazy" : "force-bti"), "a.c",
                       "-o", "a.so"}));
    const Binary binary = open_one(scratch.path("a.so"));
    EXPECT_EQ(binary.kind, FileKind::kSharedObject);
    const auto is_stub = [](const Import& i) {
      return i.kind == Import::Kind::kPltStub && i.name == "puts";
    };
    const auto is_slot = [](const Import& i) {
      return i.kind == Import::Kind::kGotSlot && i.name == "there";
    };
    const auto stub = std::ranges::find_if(binary.imports, is_stub);
    ASSERT_NE(stub, binary.imports.end());
    EXPECT_TRUE(std::ranges::any_of(binary.imports, is_slot));
    const FunctionEntry* f = function_named(binary, "f");
    ASSERT_NE(f, nullptr);
    FunctionAnalyser analyser(binary);
    const FunctionView view =
        analyser.analyse(static_cast<std::uint32_t>(f - binary.functions.data()));
    EXPECT_TRUE(std::ranges::any_of(view.function.insns,
                                    [&](const Insn& i) { return i.target == stub->address; }));
  }
}

// Without symbols, functions are where .eh_frame says; what only is called is found by calls.
TEST(Aarch64Linked, FunctionsOfStrippedFilesAreFound) {
  const Scratch scratch;
  scratch.write("a.c", R"(
__attribute__((noinline)) static int third(int x) { return x * 3; }
__attribute__((noinline)) static int second(int x) { return third(x) + third(x + 1); }
int first(int x) { return second(x) ^ 5; }
)");
  for (const char* tables : {"-fasynchronous-unwind-tables", "-fno-asynchronous-unwind-tables"}) {
    SCOPED_TRACE(tables);
    scratch.run(clang({"-O1", "-fPIC", "-shared", tables, "a.c", "-o", "a.so"}));
    const Binary named = open_one(scratch.path("a.so"));
    scratch.run({"llvm-strip-19", "--strip-all", "a.so"});
    const Binary stripped = open_one(scratch.path("a.so"));
    for (const char* name : {"first", "second", "third"}) {
      const FunctionEntry* function = function_named(named, name);
      ASSERT_NE(function, nullptr);
      const FunctionEntry* found = stripped.function_at(function->address);
      ASSERT_NE(found, nullptr) << name;
      EXPECT_EQ(found->size, function->size) << name;
    }
    EXPECT_EQ(stripped.functions.size(), 3U);
  }
}

}  // namespace
}  // namespace asmforge
