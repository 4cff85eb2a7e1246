#include "measure/layouts/block_assembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/archive.h"
#include "measure/layouts/match_blocks.h"
#include "measure/layouts/object_text.h"

namespace asmforge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As gcc 12 writes it: a jump table between the blocks, a cold part, a second function.
constexpr std::string_view kGcc = R"(	.file	"x.c"
	.text
	.p2align 4
	.globl	hot
	.type	hot, @function
hot:
.LFB0:
	.cfi_startproc
	testl	%edi, %edi
	je	.L2
	jmp	*.L4(,%rdi,8)
	.section	.rodata
	.align 8
	.align 4
.L4:
	.quad	.L3
	.quad	.L2
	.text
	.p2align 4,,10
	.p2align 3
.L3:
	addl	$1, %eax
	.p2align 4,,10
	.p2align 3
.L5:
	subl	$1, %edi
	jne	.L5
	ret
	.p2align 4,,10
.L2:
	.cfi_restore_state
	xorl	%eax, %eax
	ret
	.cfi_endproc
.LFE0:
	.size	hot, .-hot
	.section	.text.unlikely
	.cfi_startproc
	.type	hot.cold, @function
hot.cold:
.LFSB0:
	ud2
	.cfi_endproc
	.text
	.size	other, 0
	.ident	"GCC: 12"
)";

const FunctionBlocks& only(const std::vector<FunctionBlocks>& found) {
  EXPECT_EQ(found.size(), 1U);
  return found.at(0);
}

std::string why(std::string_view body) {
  const std::string text = "\t.text\nf:\n" + std::string(body) + "\t.size f, .-f\n";
  return only(find_blocks(text, {"f"})).left_alone;
}

TEST(BlockAssembly, CutsBehindJumpsAndReturnsAlone) {
  const auto found = find_blocks(kGcc, {"hot"});
  const FunctionBlocks& hot = only(found);
  ASSERT_EQ(hot.left_alone, "");
  ASSERT_EQ(hot.blocks.size(), 3U);
  EXPECT_EQ(hot.blocks[0].text, "testl %edi, %edi\nje .L\njmp *.L(,%rdi,8)\n");
  EXPECT_EQ(hot.blocks[1].text, "addl $1, %eax\nsubl $1, %edi\njne .L\nret\n");
  EXPECT_EQ(hot.blocks[2].instructions, 2U);
  ASSERT_EQ(hot.blocks[1].alignments.size(), 1U);  // two lines, one stretch of no-ops
  EXPECT_EQ(hot.blocks[1].alignments[0].count, 2U);
  EXPECT_EQ(hot.idle_lines.size(), 3U);
}

TEST(BlockAssembly, PutsBlocksWhereTheyAreWantedAndKeepsAllElse) {
  const auto found = find_blocks(kGcc, {"hot"});
  const std::string text = place_blocks(kGcc, {{&found.at(0), {{7, {}}, {21, {9}}, {0, {}}}}});
  EXPECT_THAT(text,
              HasSubstr("\t.type\thot, @function\n\t.p2align 6,0x90\n\t.skip 7,0x90\nhot:\n"));
  EXPECT_THAT(text, HasSubstr("\t.text\n\t.p2align 6,0x90\n\t.skip 21,0x90\n.L3:\n"));
  EXPECT_THAT(text, HasSubstr("addl\t$1, %eax\n\t.nops 9\n.L5:\n"));
  EXPECT_THAT(text, HasSubstr("\tret\n\t.p2align 6,0x90\n\t.skip 0,0x90\n.L2:\n"));
  EXPECT_THAT(text, HasSubstr("\t.align 8\n\t.align 4\n.L4:\n"));  // the table's own
}

// clang's labels, comments and ends.
TEST(BlockAssembly, ReadsClang) {
  constexpr std::string_view kClang = R"(	.text
	.globl	_ZN1f1gEi                       # -- Begin function
	.p2align	4, 0x90
	.type	_ZN1f1gEi,@function
_ZN1f1gEi:                              # @f::g
	.cfi_startproc
# %bb.0:
	testl	%edi, %edi
	#APP
	jmp 1f
1:	nop
	#NO_APP
	retq
.LBB0_1:                                # =>This Inner Loop Header: Depth=1
	incl	%eax                    # imm = 0x1
	retq
.Lfunc_end0:
	.size	_ZN1f1gEi, .Lfunc_end0-_ZN1f1gEi
)";
  const auto found = find_blocks(kClang, {"_ZN1f1gEi"});
  const FunctionBlocks& function = only(found);
  EXPECT_EQ(function.left_alone, "");
  ASSERT_EQ(function.blocks.size(), 2U);
  EXPECT_EQ(function.blocks[0].instructions, 4U);  // what people wrote is not cut
  EXPECT_EQ(function.blocks[1].text, "incl %eax\nretq\n");
}

TEST(BlockAssembly, LeavesAloneWhatCouldComeOutWrong) {
  EXPECT_EQ(why("\tret\n"), "");
  EXPECT_THAT(why("\tjrcxz .L1\n\tret\n.L1:\tret\n"), HasSubstr("127 bytes"));
  EXPECT_THAT(why("\tloop .L1\n\tret\n"), HasSubstr("127 bytes"));
  EXPECT_THAT(why("\tjmp *%rax\n\t.long 1\n\tret\n"), HasSubstr("data among its code"));
  EXPECT_THAT(why("\t.long 1\n\tret\n"), HasSubstr("data among its code"));
  EXPECT_THAT(why("\tnop; ret\n"), HasSubstr("two instructions"));
  EXPECT_THAT(why("\tnop\n\t.org 64\n\tret\n"), HasSubstr(".org"));
  EXPECT_THAT(why(""), HasSubstr("no instructions"));
  EXPECT_THAT(find_blocks("\t.text\nf:\n\tret\n", {"f"}).at(0).left_alone, HasSubstr("its end"));
  // A type identifier that callers check lies right before the function.
  EXPECT_THAT(
      find_blocks("\t.text\n\t.long 7\nf:\n\tret\n\t.size f, .-f\n", {"f"}).at(0).left_alone,
      HasSubstr("before it"));
  EXPECT_TRUE(find_blocks("\t.data\nf:\n\t.long 1\n\t.size f, 4\n", {"f"}).empty());
}

TEST(BlockAssembly, KeepsWhatStopsSpeculationBehindItsReturn) {
  const auto found = find_blocks(
      "\t.text\nf:\n\tret\n\tint3\n.L1:\n\tnop\n\tret\n\tint3\n\t.size f, .-f\n", {"f"});
  EXPECT_EQ(only(found).blocks.size(), 2U);
  EXPECT_EQ(only(found).blocks[1].line, 4U);
}

// ---- matching ----

FunctionBlocks made_of(const std::vector<std::string>& texts) {
  FunctionBlocks function;
  for (const std::string& text : texts)
    function.blocks.push_back({.text = text, .instructions = 1, .line = 0, .alignments = {}});
  return function;
}

TEST(MatchBlocks, MatchesByTextThenInOrder) {
  const auto partner = [](const std::vector<std::string>& one,
                          const std::vector<std::string>& other) {
    return match_blocks(made_of(one), made_of(other)).partner;
  };
  constexpr std::uint32_t kNone = BlockMatch::kNone;
  EXPECT_THAT(partner({"s", "a", "b"}, {"s", "b", "a"}), ElementsAre(0, 2, 1));
  EXPECT_THAT(partner({"s", "a", "a"}, {"s", "a", "a"}), ElementsAre(0, 1, 2));
  EXPECT_THAT(partner({"s", "a", "b"}, {"s", "x", "b"}), ElementsAre(0, 1, 2));
  EXPECT_THAT(partner({"s", "a"}, {"s", "x", "a"}), ElementsAre(0, kNone, 1));
  EXPECT_THAT(partner({"s"}, {"t"}), ElementsAre(0));
  EXPECT_THAT(partner({}, {"t"}), ElementsAre(kNone));
}

TEST(MatchBlocks, CountsOnlyEqualTextAsMatched) {
  const BlockMatch match = match_blocks(made_of({"s", "a", "b"}), made_of({"s", "x", "b"}));
  EXPECT_EQ(match.matched_instructions, 4U);
  EXPECT_EQ(match.all_instructions, 6U);
}

TEST(MatchBlocks, GivesEachPlaceOnceAndTheSameToEqualKeys) {
  std::set<std::uint32_t> places;
  bool differs = false;
  for (std::uint32_t layout = 0; layout < 64; ++layout) {
    const BlockPlace place = place_of_block(3, "f/1", 2, layout);
    places.insert(place.residue);
    EXPECT_EQ(place.residue, place_of_block(3, "f/1", 0, layout).residue);
    differs = differs || place.residue != place_of_block(3, "f/2", 0, layout).residue;
    ASSERT_EQ(place.nops.size(), 2U);
    EXPECT_LT(place.nops[0], 16);
  }
  EXPECT_EQ(places.size(), 64U);
  EXPECT_TRUE(differs);
}

// ---- objects ----

TEST(PadObject, IsOneThatTheReaderUnderstands) {
  const std::vector<std::uint8_t> object = pad_object(77);
  const Result<ElfFile> elf = ElfFile::parse(object);
  ASSERT_TRUE(elf.has_value());
  const ElfSection* pad = elf->section_named(".text.asmforge_pad");
  ASSERT_NE(pad, nullptr);
  EXPECT_EQ(pad->header.sh_size, 77U);
  EXPECT_EQ(pad->header.sh_addralign, 64U);
  const auto found = defined_functions(object, {std::string(kPadSymbol), "none"});
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().alignment, 64U);
  const auto freed = without_text_alignment(object);
  ASSERT_TRUE(freed.has_value());
  EXPECT_EQ(ElfFile::parse(*freed)->section_named(".text.asmforge_pad")->header.sh_addralign, 1U);
  EXPECT_EQ(*comparable_code(*freed), *comparable_code(object));
}

TEST(Archive, ReadsBackWhatItWrites) {
  const std::vector<std::uint8_t> odd = {1, 2, 3};
  const std::vector<std::uint8_t> even = {4, 5};
  Archive archive;
  archive.members = {{"a.o", odd}, {"a-name-of-more-than-sixteen-bytes.o", even}, {"a.o", {}}};
  const std::vector<std::uint8_t> bytes = write_archive(archive);
  const Result<Archive> read = read_archive(bytes);
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->members.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read->members[i].name, archive.members[i].name);
    EXPECT_TRUE(std::ranges::equal(read->members[i].bytes, archive.members[i].bytes));
  }
}

}  // namespace
}  // namespace asmforge
