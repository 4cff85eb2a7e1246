#include "base/content_hash.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string_view>
#include <vector>

#include "base/temp_dir.h"

namespace asmforge {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// What `xxh128sum` prints.
TEST(ContentHash, IsXxh3Of128Bits) {
  EXPECT_EQ(content_hash(bytes_of("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(content_hash(bytes_of("abc")), "06b05ab6733a618578af5f94892f3950");
}

TEST(ContentHash, OfAFileIsThatOfItsBytesWhateverTheirNumber) {
  const auto folder = TempDir::create().value();
  for (const std::size_t size : {0U, 1U, 240U, 241U, (1U << 20) - 1, 1U << 20, (3U << 20) + 17}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761U >> 13);
    const std::string path = folder->path() + "/file";
    std::ofstream(path, std::ios::binary) << text;
    const Result<std::string> hash = content_hash_of_file(path);
    ASSERT_TRUE(hash.has_value());
    EXPECT_EQ(*hash, content_hash(bytes_of(text))) << size;
  }
}

TEST(ContentHash, OneBitMakesAnother) {
  std::string text(100'000, 'x');
  const std::string before = content_hash(bytes_of(text));
  text[54'321] ^= 1;
  EXPECT_NE(content_hash(bytes_of(text)), before);
}

TEST(ContentHash, RefusesWhatIsNoRegularFile) {
  const auto folder = TempDir::create().value();
  const std::string fifo = folder->path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {folder->path(), fifo, folder->path() + "/none"}) {
    const Result<std::string> hash = content_hash_of_file(path);
    ASSERT_FALSE(hash.has_value()) << path;
    EXPECT_EQ(hash.error().code, ErrorCode::kBadInput);
    EXPECT_NE(hash.error().what.find(path), std::string::npos);
  }
}

}  // namespace
}  // namespace asmforge
