// perf.data files, made here byte by byte, and the order in which mappings and samples
// are put.
#include "collect/profiles/perf_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>

#include <cstring>
#include <fstream>

#include "collect/profiles/elf_identity.h"
#include "collect/profiles/sample_collector.h"

namespace asmforge {
namespace {

using testing::HasSubstr;
using Buffer = std::vector<std::uint8_t>;

template <class T>
void append(Buffer& out, T value) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof(T));
}

void append_text(Buffer& out, std::string_view text, std::size_t room) {
  out.insert(out.end(), text.begin(), text.end());
  out.insert(out.end(), room - text.size(), 0);
}

Buffer record(std::uint32_t type, std::uint16_t misc, const Buffer& body) {
  Buffer out;
  append(out, type);
  append(out, misc);
  append(out, static_cast<std::uint16_t>(8 + body.size()));
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

constexpr std::uint64_t kSampleType = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME;

Buffer sample(std::uint32_t pid, std::uint64_t address, std::uint64_t time,
              std::uint16_t misc = PERF_RECORD_MISC_USER) {
  Buffer body;
  append(body, address);
  append(body, pid);
  append(body, pid);
  append(body, time);
  return record(PERF_RECORD_SAMPLE, misc, body);
}

void append_trailer(Buffer& body, std::uint32_t pid, std::uint64_t time) {
  append(body, pid);
  append(body, pid);
  append(body, time);
}

Buffer mapping(std::uint32_t pid, std::uint64_t begin, std::uint64_t length, std::uint64_t offset,
               std::string_view path, std::uint64_t time) {
  Buffer body;
  append(body, pid);
  append(body, pid);
  append(body, begin);
  append(body, length);
  append(body, offset);
  for (int i = 0; i < 3; ++i) append(body, std::uint64_t{0});  // device, inode, generation
  append(body, std::uint32_t{5});                              // PROT_READ | PROT_EXEC
  append(body, std::uint32_t{2});
  append_text(body, path, (path.size() + 8) / 8 * 8);
  append_trailer(body, pid, time);
  return record(PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER, body);
}

Buffer fork_of(std::uint32_t parent, std::uint32_t child, std::uint64_t time) {
  Buffer body;
  for (const std::uint32_t word : {child, parent, child, parent}) append(body, word);
  append(body, time);
  append_trailer(body, child, time);
  return record(PERF_RECORD_FORK, 0, body);
}

Buffer exec_of(std::uint32_t pid, std::uint64_t time) {
  Buffer body;
  append(body, pid);
  append(body, pid);
  append_text(body, "prog", 8);
  append_trailer(body, pid, time);
  return record(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, body);
}

Buffer perf_data(const std::vector<Buffer>& records, std::uint64_t features = 0) {
  constexpr std::uint64_t kHeaderBytes = 104;
  perf_event_attr attr{};
  attr.type = PERF_TYPE_SOFTWARE;
  attr.size = sizeof(attr);
  attr.sample_type = kSampleType;
  attr.sample_id_all = 1;
  std::uint64_t data_bytes = 0;
  for (const Buffer& one : records) data_bytes += one.size();
  const std::uint64_t attr_bytes = sizeof(attr) + 16;
  Buffer file;
  append_text(file, "PERFILE2", 8);
  for (const std::uint64_t word :
       {kHeaderBytes, attr_bytes, kHeaderBytes, attr_bytes, kHeaderBytes + attr_bytes, data_bytes,
        std::uint64_t{0}, std::uint64_t{0}, features, std::uint64_t{0}, std::uint64_t{0},
        std::uint64_t{0}})
    append(file, word);
  append(file, attr);
  append(file, std::uint64_t{0});
  append(file, std::uint64_t{0});
  for (const Buffer& one : records) file.insert(file.end(), one.begin(), one.end());
  return file;
}

// This very program: its build id or code hash, and a place in its code.
struct Own {
  std::string path = "/proc/self/exe";
  ElfIdentity identity = *identify_elf_file(path);
  ElfIdentity::Load code = *std::find_if(identity.loads.begin(), identity.loads.end(),
                                         [](const auto& load) { return load.executable; });
};

TEST(PerfData, SamplesGetAddressesInTheFile) {
  const Own own;
  const std::uint64_t base = 0x555500000000;
  const Result<Profile> profile = parse_perf_data(
      perf_data({mapping(7, base, own.code.size, own.code.offset, own.path, 1),
                 sample(7, base + 0x20, 5), sample(7, base + 0x20, 6), sample(7, base + 0x30, 7),
                 sample(7, 0x1234, 8), sample(7, base + 0x20, 9, PERF_RECORD_MISC_KERNEL)}));
  ASSERT_TRUE(profile) << profile.error().what;
  ASSERT_EQ(profile->modules.size(), 1U);
  EXPECT_EQ(profile->total, 5U);
  EXPECT_EQ(profile->unattributed, 2U);
  EXPECT_EQ(profile->modules[0].build_id, own.identity.build_id);
  EXPECT_EQ(count_at(profile->modules[0], own.code.address + 0x20), 2U);
  EXPECT_EQ(count_at(profile->modules[0], own.code.address + 0x30), 1U);
  EXPECT_EQ(profile->source, ProfileSource::kSamples);
}

TEST(PerfData, MappingsHoldFromTheirTimeOn) {
  const Own own;
  const std::uint64_t base = 0x10000000;
  // In the file in the wrong order, as rings of several CPUs leave them.
  const Result<Profile> profile = parse_perf_data(
      perf_data({sample(7, base, 2), sample(7, base, 9), sample(8, base, 12), sample(7, base, 22),
                 sample(8, base, 22), exec_of(7, 20), fork_of(7, 8, 11),
                 mapping(7, base, 0x1000, own.code.offset, own.path, 5)}));
  ASSERT_TRUE(profile) << profile.error().what;
  // Before the mapping and after the exec there is nothing; the child has its parent's.
  EXPECT_EQ(profile->modules.at(0).total, 3U);
  EXPECT_EQ(profile->unattributed, 2U);
}

TEST(PerfData, ANewMappingCutsOldOnes) {
  const Own own;
  const std::uint64_t base = 0x10000000;
  const Result<Profile> profile = parse_perf_data(
      perf_data({mapping(7, base, 0x3000, own.code.offset, own.path, 1),
                 mapping(7, base + 0x1000, 0x1000, 0, "/nowhere/x", 2), sample(7, base + 0x10, 3),
                 sample(7, base + 0x1010, 4), sample(7, base + 0x2010, 5)}));
  ASSERT_TRUE(profile) << profile.error().what;
  EXPECT_EQ(count_at(profile->modules.at(0), own.code.address + 0x10), 1U);
  EXPECT_EQ(count_at(profile->modules.at(0), own.code.address + 0x2010), 1U);
  EXPECT_EQ(profile->unattributed, 1U);
}

TEST(PerfData, LostSamplesAreCounted) {
  Buffer body;
  append(body, std::uint64_t{1});
  append(body, std::uint64_t{40});
  append_trailer(body, 7, 3);
  const Result<Profile> profile =
      parse_perf_data(perf_data({sample(7, 0x10, 1), record(PERF_RECORD_LOST, 0, body)}));
  ASSERT_TRUE(profile) << profile.error().what;
  EXPECT_EQ(profile->total, 41U);
  EXPECT_EQ(profile->unattributed, 41U);
  EXPECT_FALSE(profile->complete);
}

TEST(PerfData, AnotherBuildIsUnattributed) {
  const Own own;
  Buffer map = mapping(7, 0x1000, 0x1000, own.code.offset, own.path, 1);
  const std::uint16_t misc = PERF_RECORD_MISC_USER | PERF_RECORD_MISC_MMAP_BUILD_ID;
  std::memcpy(map.data() + 4, &misc, sizeof(misc));
  map[8 + 32] = 20;  // the id's length; the id itself is zeros
  const Result<Profile> profile = parse_perf_data(perf_data({map, sample(7, 0x1010, 2)}));
  ASSERT_TRUE(profile) << profile.error().what;
  EXPECT_EQ(profile->unattributed, 1U);
  EXPECT_THAT(profile->notes, testing::ElementsAre(HasSubstr("build id")));
}

TEST(PerfData, WhatCannotBeReadIsRefusedInOneSentence) {
  const Buffer good = perf_data({sample(7, 0x10, 1)});
  Buffer swapped = good;
  std::reverse(swapped.begin(), swapped.begin() + 8);
  EXPECT_THAT(parse_perf_data(swapped).error().what, HasSubstr("byte order"));
  Buffer piped = good;
  piped[8] = 16;
  EXPECT_THAT(parse_perf_data(piped).error().what, HasSubstr("pipe"));
  for (const std::uint32_t kind : {81U, 83U})
    EXPECT_THAT(parse_perf_data(perf_data({record(kind, 0, Buffer(16))})).error().what,
                HasSubstr("compressed"));
  EXPECT_THAT(parse_perf_data(perf_data({record(71, 0, Buffer(40))})).error().what,
              HasSubstr("trace"));
  EXPECT_THAT(parse_perf_data(perf_data({})).error().what, HasSubstr("no records"));
  EXPECT_THAT(parse_perf_data(Buffer{1, 2, 3}).error().what, HasSubstr("no perf.data file"));
}

TEST(PerfData, NoTruncationAndNoFlippedBitCrashes) {
  const Own own;
  const Buffer good =
      perf_data({mapping(7, 0x1000, 0x1000, own.code.offset, own.path, 1), sample(7, 0x1010, 2),
                 fork_of(7, 8, 3), exec_of(8, 4), sample(8, 0x1010, 5)});
  ASSERT_TRUE(parse_perf_data(good));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(parse_perf_data(std::span(good).first(size))) << size;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Buffer changed = good;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const Result<Profile> profile = parse_perf_data(changed);
    if (!profile) continue;
    std::uint64_t total = profile->unattributed;
    for (const ProfileModule& module : profile->modules) total += module.total;
    EXPECT_EQ(total, profile->total) << bit;
  }
}

}  // namespace
}  // namespace asmforge
