// A file's bytes, mapped.
#include "base/mapped_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "elf_test_support.h"

namespace asmforge {
namespace {

TEST(MappedFile, HoldsTheBytesAndKnowsWhatIsMapped) {
  const elf_test::Scratch scratch;
  const std::string path = scratch.write("f", "hello");
  std::span<const std::uint8_t> bytes;
  {
    const auto file = MappedFile::open(path);
    ASSERT_TRUE(file.has_value());
    bytes = (*file)->bytes();
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "hello");
    EXPECT_TRUE(MappedFile::is_mapped(bytes));
    EXPECT_TRUE(MappedFile::is_mapped(bytes.subspan(2, 1)));
  }
  EXPECT_FALSE(MappedFile::is_mapped(bytes));
}

TEST(ReleasePages, KeepsTheBytesOfFilesAndOfPrivateCopies) {
  const elf_test::Scratch scratch;
  const std::string text(100000, 'x');
  const auto file = MappedFile::open(scratch.write("f", text));
  ASSERT_TRUE(file.has_value());
  release_pages((*file)->bytes());
  release_pages((*file)->bytes().subspan(5, 50000));
  EXPECT_EQ(std::string((*file)->bytes().begin(), (*file)->bytes().end()), text);

  // Anonymous memory would come back as zeros.
  const std::vector<std::uint8_t> copy(100000, 'x');
  release_pages(copy);
  EXPECT_EQ(std::count(copy.begin(), copy.end(), 'x'), 100000);
}

TEST(MappedFile, ReusesTheSlotsOfClosedFiles) {
  const elf_test::Scratch scratch;
  const std::string path = scratch.write("f", "hello");
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(MappedFile::open(path).has_value());
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(MappedFile::is_mapped((*file)->bytes()));
}

}  // namespace
}  // namespace asmforge
