#include "collect/profiles/sample_collector.h"

#include <fmt/format.h>
#include <linux/perf_event.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

#include "collect/readers/byte_cursor.h"

namespace asmforge {
namespace {

constexpr std::size_t kMaxSamples = 40'000'000;   // 1 GB
constexpr std::size_t kMaxChanges = 4'000'000;    // of mappings
constexpr std::size_t kMaxMappings = 10'000'000;  // of all processes together
constexpr std::size_t kBuildIdBytes = 20;

Error malformed() {
  return {ErrorCode::kBadInput, "a record is shorter than what it says it holds",
          "the file is damaged; record again"};
}

Error too_many(std::string_view what) {
  return {ErrorCode::kBadInput, fmt::format("there are too many {}", what),
          "record for a shorter time, or at a lower frequency"};
}

// Bytes at the end of a record that is no sample, in this order: pid and tid, time,
// id, stream id, cpu, identifier.
std::size_t trailer_bytes(std::uint64_t sample_type) {
  constexpr std::uint64_t kFields = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID |
                                    PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU |
                                    PERF_SAMPLE_IDENTIFIER;
  return 8 * static_cast<std::size_t>(std::popcount(sample_type & kFields));
}

// 0 when the record carries none: then the order of the records stands.
std::uint64_t time_of(std::span<const std::uint8_t> body, const RecordLayout& layout) {
  if (!layout.sample_id_all || (layout.sample_type & PERF_SAMPLE_TIME) == 0) return 0;
  const std::size_t trailer = trailer_bytes(layout.sample_type);
  if (trailer > body.size()) return 0;
  const std::size_t before = (layout.sample_type & PERF_SAMPLE_TID) != 0 ? 8 : 0;
  return ByteCursor(body, body.size() - trailer + before).take<std::uint64_t>();
}

std::string text_at(std::span<const std::uint8_t> body, std::size_t offset) {
  const auto* begin = reinterpret_cast<const char*>(body.data()) + offset;
  return {begin, strnlen(begin, body.size() - offset)};
}

}  // namespace

void SampleCollector::set_build_ids(std::unordered_map<std::string, std::string> by_path) {
  build_ids_ = std::move(by_path);
}

Result<Done> SampleCollector::add(std::span<const std::uint8_t> record,
                                  const RecordLayout& layout) {
  if (record.size() < sizeof(perf_event_header)) return malformed();
  perf_event_header header{};
  std::memcpy(&header, record.data(), sizeof(header));
  const std::span<const std::uint8_t> body = record.subspan(sizeof(header));
  const std::uint64_t time = time_of(body, layout);
  switch (header.type) {
    case PERF_RECORD_SAMPLE: return add_sample(body, header.misc, layout);
    case PERF_RECORD_MMAP:
    case PERF_RECORD_MMAP2:
      return add_mapping(body, header.misc, header.type == PERF_RECORD_MMAP2, time);
    case PERF_RECORD_COMM: {
      ByteCursor cursor(body);
      const auto pid = cursor.take<std::uint32_t>();
      if (!cursor.ok()) return malformed();
      if ((header.misc & PERF_RECORD_MISC_COMM_EXEC) == 0) return Done{};
      if (changes_.size() == kMaxChanges) return too_many("mappings");
      changes_.push_back({.time = time, .kind = Change::Kind::kExecuted, .pid = pid});
      return Done{};
    }
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
      if (body.size() < 24) return malformed();
      if (changes_.size() == kMaxChanges) return too_many("processes");
      add_fork_or_exit(body, header.type == PERF_RECORD_FORK, time);
      return Done{};
    case PERF_RECORD_LOST: {
      ByteCursor cursor(body, 8);
      lost_ += cursor.take<std::uint64_t>();
      return cursor.ok() ? Result<Done>(Done{}) : malformed();
    }
    case PERF_RECORD_LOST_SAMPLES: {
      ByteCursor cursor(body);
      lost_ += cursor.take<std::uint64_t>();
      return cursor.ok() ? Result<Done>(Done{}) : malformed();
    }
    default: return Done{};
  }
}

Result<Done> SampleCollector::add_sample(std::span<const std::uint8_t> body, std::uint16_t misc,
                                         const RecordLayout& layout) {
  // In this order: identifier, ip, pid and tid, time; what follows is not needed.
  ByteCursor cursor(body);
  Sample sample;
  if ((layout.sample_type & PERF_SAMPLE_IDENTIFIER) != 0) cursor.take<std::uint64_t>();
  if ((layout.sample_type & PERF_SAMPLE_IP) != 0) sample.address = cursor.take<std::uint64_t>();
  if ((layout.sample_type & PERF_SAMPLE_TID) != 0) {
    sample.pid = cursor.take<std::uint32_t>();
    cursor.take<std::uint32_t>();
  }
  if ((layout.sample_type & PERF_SAMPLE_TIME) != 0) sample.time = cursor.take<std::uint64_t>();
  if (!cursor.ok()) return malformed();
  if (samples_.size() == kMaxSamples) return too_many("samples");
  sample.user = (misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_USER;
  samples_.push_back(sample);
  return Done{};
}

Result<Done> SampleCollector::add_mapping(std::span<const std::uint8_t> body, std::uint16_t misc,
                                          bool second, std::uint64_t time) {
  ByteCursor cursor(body);
  Change change{.time = time, .kind = Change::Kind::kMapped};
  change.pid = cursor.take<std::uint32_t>();
  cursor.take<std::uint32_t>();  // tid
  change.begin = cursor.take<std::uint64_t>();
  const auto length = cursor.take<std::uint64_t>();
  change.offset = cursor.take<std::uint64_t>();
  CodeFile file;
  bool executable = (misc & PERF_RECORD_MISC_MMAP_DATA) == 0;
  if (second) {
    const std::size_t identity = cursor.offset();
    for (int i = 0; i < 3; ++i) cursor.take<std::uint64_t>();
    const auto protection = cursor.take<std::uint32_t>();
    cursor.take<std::uint32_t>();  // flags
    constexpr std::uint32_t kExecutable = 4;
    executable = executable && (protection & kExecutable) != 0;
    if (cursor.ok() && (misc & PERF_RECORD_MISC_MMAP_BUILD_ID) != 0)
      file.build_id = fmt::format(
          "{:02x}", fmt::join(body.subspan(identity + 4,
                                           std::min<std::size_t>(body[identity], kBuildIdBytes)),
                              ""));
  }
  if (!cursor.ok()) return malformed();
  const bool of_user = (misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_USER;
  if (!of_user || !executable || change.begin + length < change.begin) return Done{};
  change.end = change.begin + length;
  file.path = text_at(body, cursor.offset());
  if (!file.path.starts_with('/')) return Done{};  // [vdso], //anon
  if (const auto known = build_ids_.find(file.path);
      file.build_id.empty() && known != build_ids_.end())
    file.build_id = known->second;
  if (live_) file.stamp = stamp_of(file.path).value_or(FileStamp{});
  if (changes_.size() == kMaxChanges) return too_many("mappings");
  change.file = builder_.file(file);
  changes_.push_back(change);
  return Done{};
}

void SampleCollector::add_fork_or_exit(std::span<const std::uint8_t> body, bool fork,
                                       std::uint64_t time) {
  ByteCursor cursor(body);
  const auto pid = cursor.take<std::uint32_t>();
  const auto parent = cursor.take<std::uint32_t>();
  const auto tid = cursor.take<std::uint32_t>();
  if (fork && pid != parent) {  // not a thread
    alive_.insert(pid);
    changes_.push_back({.time = time, .kind = Change::Kind::kForked, .pid = pid, .parent = parent});
  }
  if (!fork && pid == tid) alive_.erase(pid);
}

bool SampleCollector::any_alive_but(std::uint32_t pid) const {
  return std::any_of(alive_.begin(), alive_.end(),
                     [pid](std::uint32_t other) { return other != pid; });
}

std::vector<std::uint32_t> SampleCollector::alive() const { return {alive_.begin(), alive_.end()}; }

SampleCollector::Mappings& SampleCollector::own_mappings(std::uint32_t pid) {
  std::shared_ptr<Mappings>& held = mappings_[pid];
  if (held == nullptr) {
    held = std::make_shared<Mappings>();
  } else if (held.use_count() > 1) {
    held = std::make_shared<Mappings>(*held);
    mapping_count_ += held->size();
  }
  return *held;
}

Result<Done> SampleCollector::apply(const Change& change) {
  if (change.kind == Change::Kind::kExecuted) {
    mappings_.erase(change.pid);
    return Done{};
  }
  if (change.kind == Change::Kind::kForked) {
    if (const auto parent = mappings_.find(change.parent); parent != mappings_.end()) {
      const std::shared_ptr<Mappings> shared = parent->second;
      mappings_[change.pid] = shared;
    }
    return Done{};
  }
  Mappings& mappings = own_mappings(change.pid);
  if (++mapping_count_ > kMaxMappings) return too_many("mappings");
  // What was there before gives way, as in the kernel.
  auto next = mappings.lower_bound(change.begin);
  if (next != mappings.begin()) {
    const auto before = std::prev(next);
    if (before->second.end > change.begin) {
      const Mapping cut = before->second;
      before->second.end = change.begin;
      if (cut.end > change.end)
        mappings[change.end] = {cut.end, cut.offset + (change.end - before->first), cut.file};
    }
  }
  for (next = mappings.lower_bound(change.begin);
       next != mappings.end() && next->first < change.end; next = mappings.erase(next))
    if (next->second.end > change.end)
      mappings[change.end] = {next->second.end, next->second.offset + (change.end - next->first),
                              next->second.file};
  if (change.end > change.begin) mappings[change.begin] = {change.end, change.offset, change.file};
  return Done{};
}

void SampleCollector::place(const Sample& sample) {
  const auto process = mappings_.find(sample.pid);
  if (!sample.user || process == mappings_.end()) return builder_.add_unattributed(1);
  const Mappings& mappings = *process->second;
  auto at = mappings.upper_bound(sample.address);
  if (at == mappings.begin()) return builder_.add_unattributed(1);
  --at;
  if (sample.address >= at->second.end) return builder_.add_unattributed(1);
  builder_.add(at->second.file, at->second.offset + (sample.address - at->first), 1);
}

Result<Done> SampleCollector::resolve() {
  std::sort(samples_.begin(), samples_.end(),
            [](const Sample& a, const Sample& b) { return a.time < b.time; });
  for (std::size_t i = 0; i < changes_.size(); ++i)
    changes_[i].order = static_cast<std::uint32_t>(i);
  std::sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
    return std::tie(a.time, a.order) < std::tie(b.time, b.order);
  });
  std::size_t applied = 0;
  for (const Sample& sample : samples_) {
    for (; applied < changes_.size() && changes_[applied].time <= sample.time; ++applied) {
      AF_TRY(const Done done, apply(changes_[applied]));
      static_cast<void>(done);
    }
    place(sample);
  }
  builder_.add_unattributed(lost_);
  if (lost_ != 0)
    builder_.incomplete(fmt::format("{} samples were lost; they are unattributed", lost_));
  return Done{};
}

}  // namespace asmforge
