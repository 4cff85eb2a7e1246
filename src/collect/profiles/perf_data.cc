#include "collect/profiles/perf_data.h"

#include <fmt/format.h>
#include <linux/perf_event.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <unordered_map>

#include "base/mapped_file.h"
#include "collect/profiles/sample_collector.h"
#include "collect/readers/byte_cursor.h"

namespace asmforge {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kMagic = "PERFILE2";
constexpr std::string_view kSwappedMagic = "2ELIFREP";
constexpr std::uint64_t kPipeHeaderBytes = 16;
constexpr std::uint64_t kMinAttrBytes = 64;  // PERF_ATTR_SIZE_VER0
constexpr std::size_t kMaxEvents = 4096;

// Kinds of records that perf adds to the kernel's (tools/perf/util/event.h).
enum class PerfRecord : std::uint32_t {
  kTracingData = 66,
  kAuxTrace = 71,
  kCompressed = 81,
  kCompressed2 = 83,
};
enum class PerfFeature : unsigned { kBuildId = 2, kCommandLine = 11 };

Error damaged(std::string_view what) {
  return {ErrorCode::kBadInput, fmt::format("is a damaged perf.data file: {}", what),
          "record again"};
}

Error refused(std::string_view what, std::string_view hint) {
  return {ErrorCode::kBadInput, fmt::format("perf.data: {}", what), std::string(hint)};
}

struct Part {  // perf_file_section
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Part take_part(ByteCursor& cursor) {
  Part part;
  part.offset = cursor.take<std::uint64_t>();
  part.size = cursor.take<std::uint64_t>();
  return part;
}

Result<Bytes> bytes_of(Bytes file, Part part, std::string_view name) {
  if (part.offset > file.size() || part.size > file.size() - part.offset)
    return damaged(fmt::format("{} reaches behind the file's end", name));
  return file.subspan(part.offset, part.size);
}

struct Header {
  std::uint64_t attr_bytes = 0;
  Part attrs;
  Part data;
  std::array<std::uint64_t, 4> features{};
};

Result<Header> parse_header(Bytes file) {
  const std::string_view start(reinterpret_cast<const char*>(file.data()),
                               std::min<std::size_t>(file.size(), kMagic.size()));
  if (start == kSwappedMagic)
    return refused("it is of a machine of the other byte order", "record on an x86-64 machine");
  if (start != kMagic)
    return Error{ErrorCode::kBadInput, "is no perf.data file",
                 "name a file that perf record wrote"};
  ByteCursor cursor(file, kMagic.size());
  Header header;
  const auto size = cursor.take<std::uint64_t>();
  if (cursor.ok() && size == kPipeHeaderBytes)
    return refused("it was written to a pipe", "use perf record -o FILE");
  header.attr_bytes = cursor.take<std::uint64_t>();
  header.attrs = take_part(cursor);
  header.data = take_part(cursor);
  take_part(cursor);  // event types, not written any more
  for (std::uint64_t& word : header.features) word = cursor.take<std::uint64_t>();
  if (!cursor.ok()) return damaged("its header is cut off");
  return header;
}

struct Event {
  perf_event_attr attr{};
  std::uint64_t samples = 0;
};

std::string name_of(const perf_event_attr& attr) {
  if (attr.type == PERF_TYPE_SOFTWARE && attr.config == PERF_COUNT_SW_CPU_CLOCK) return "cpu-clock";
  if (attr.type == PERF_TYPE_SOFTWARE && attr.config == PERF_COUNT_SW_TASK_CLOCK)
    return "task-clock";
  if (attr.type == PERF_TYPE_HARDWARE && attr.config == PERF_COUNT_HW_CPU_CYCLES) return "cycles";
  if (attr.type == PERF_TYPE_HARDWARE && attr.config == PERF_COUNT_HW_INSTRUCTIONS)
    return "instructions";
  return fmt::format("event {}:{:#x}", std::uint32_t{attr.type}, std::uint64_t{attr.config});
}

struct Events {
  std::vector<Event> all;
  std::unordered_map<std::uint64_t, std::size_t> by_id;
};

Result<Events> parse_events(Bytes file, const Header& header) {
  AF_TRY(const Bytes table, bytes_of(file, header.attrs, "the table of events"));
  constexpr std::uint64_t kIdsBytes = 16;  // a section of ids follows each attr
  if (header.attr_bytes < kMinAttrBytes + kIdsBytes || header.attr_bytes > 4096)
    return damaged("its events have an impossible size");
  Events events;
  for (std::uint64_t at = 0; table.size() - at >= header.attr_bytes; at += header.attr_bytes) {
    if (events.all.size() == kMaxEvents) return damaged("it has too many events");
    Event event;
    std::memcpy(&event.attr, table.data() + at,
                std::min<std::uint64_t>(sizeof(event.attr), header.attr_bytes - kIdsBytes));
    ByteCursor cursor(table, at + header.attr_bytes - kIdsBytes);
    AF_TRY(const Bytes ids, bytes_of(file, take_part(cursor), "a list of ids"));
    ByteCursor id(ids);
    while (ids.size() - id.offset() >= sizeof(std::uint64_t))
      events.by_id.emplace(id.take<std::uint64_t>(), events.all.size());
    events.all.push_back(event);
  }
  if (events.all.empty()) return damaged("it has no events");
  return events;
}

RecordLayout layout_of(const Event& event) {
  return {event.attr.sample_type, event.attr.sample_id_all != 0};
}

// The event that a sample is of; the only one, or by the id in the sample.
std::size_t event_of(Bytes record, const Events& events) {
  if (events.all.size() == 1) return 0;
  const std::uint64_t type = events.all.front().attr.sample_type;
  std::size_t at = sizeof(perf_event_header);
  if ((type & PERF_SAMPLE_IDENTIFIER) == 0) {
    if ((type & PERF_SAMPLE_ID) == 0) return 0;
    for (const std::uint64_t before :
         {PERF_SAMPLE_IP, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, PERF_SAMPLE_ADDR})
      if ((type & before) != 0) at += 8;
  }
  ByteCursor cursor(record, at);
  const auto found = events.by_id.find(cursor.take<std::uint64_t>());
  return cursor.ok() && found != events.by_id.end() ? found->second : 0;
}

Error cannot_use(PerfRecord kind) {
  return kind == PerfRecord::kCompressed || kind == PerfRecord::kCompressed2
             ? refused("its records are compressed", "record without -z")
             : refused("it holds trace data, not samples", "record with perf record -e cycles:u");
}

// The record at the front of `rest`, with its header.
Result<Bytes> front_record(Bytes rest) {
  ByteCursor cursor(rest, offsetof(perf_event_header, size));
  const auto size = cursor.take<std::uint16_t>();
  if (!cursor.ok() || size < sizeof(perf_event_header) || size > rest.size())
    return damaged("a record is cut off");
  return rest.first(size);
}

Result<Done> add_record(Bytes record, Events& events, SampleCollector& collector) {
  const auto kind = ByteCursor(record).take<std::uint32_t>();
  switch (static_cast<PerfRecord>(kind)) {
    case PerfRecord::kTracingData:
    case PerfRecord::kAuxTrace:
    case PerfRecord::kCompressed:
    case PerfRecord::kCompressed2: return cannot_use(static_cast<PerfRecord>(kind));
    default: break;
  }
  constexpr std::uint32_t kFirstOfPerfItself = 64;
  if (kind >= kFirstOfPerfItself) return Done{};
  if (kind == PERF_RECORD_SAMPLE) {
    const std::size_t event = event_of(record, events);
    ++events.all[event].samples;
    if (event != 0) return Done{};
  }
  return collector.add(record, layout_of(events.all.front()));
}

Result<Done> parse_records(Bytes data, Events& events, SampleCollector& collector) {
  while (!data.empty()) {
    AF_TRY(const Bytes record, front_record(data));
    AF_TRY([[maybe_unused]] const Done added, add_record(record, events, collector));
    data = data.subspan(record.size());
  }
  return Done{};
}

// Where each feature's bytes are: a table behind the data, in the order of the bits.
Result<Bytes> feature(Bytes file, const Header& header, PerfFeature wanted) {
  const auto bit = static_cast<unsigned>(wanted);
  if ((header.features[bit / 64] >> (bit % 64) & 1) == 0) return Bytes{};
  const std::uint64_t before = header.features[0] & ((std::uint64_t{1} << bit) - 1);
  const std::uint64_t index = static_cast<std::uint64_t>(std::popcount(before));
  const std::uint64_t table = header.data.offset + header.data.size;
  AF_TRY(const Bytes row, bytes_of(file, {table + index * 16, 16}, "the table of features"));
  ByteCursor cursor(row);
  return bytes_of(file, take_part(cursor), "a feature");
}

// Rows of: a record header, i32 pid, 20 bytes of id and its length, the path.
std::unordered_map<std::string, std::string> parse_build_ids(Bytes table) {
  constexpr std::size_t kIdAt = 12;
  constexpr std::size_t kLengthAt = kIdAt + 20;
  constexpr std::size_t kPathAt = 36;
  constexpr std::uint16_t kHasLength = 1 << 15;
  std::unordered_map<std::string, std::string> ids;
  while (table.size() >= kPathAt) {
    perf_event_header header{};
    std::memcpy(&header, table.data(), sizeof(header));
    if (header.size < kPathAt || header.size > table.size()) break;
    const Bytes row = table.first(header.size);
    table = table.subspan(header.size);
    const std::size_t length =
        (header.misc & kHasLength) != 0 ? std::min<std::size_t>(row[kLengthAt], 20) : 20;
    const auto* path = reinterpret_cast<const char*>(row.data()) + kPathAt;
    ids[std::string(path, strnlen(path, row.size() - kPathAt))] =
        fmt::format("{:02x}", fmt::join(row.subspan(kIdAt, length), ""));
  }
  return ids;
}

// A number of strings, each with its length in front.
std::vector<std::string> parse_command_line(Bytes bytes) {
  constexpr std::uint32_t kMost = 10'000;
  std::vector<std::string> words;
  ByteCursor cursor(bytes);
  const auto count = cursor.take<std::uint32_t>();
  for (std::uint32_t i = 0; i < std::min(count, kMost); ++i) {
    const auto length = cursor.take<std::uint32_t>();
    if (!cursor.ok() || length > bytes.size() - cursor.offset()) break;
    const auto* text = reinterpret_cast<const char*>(bytes.data()) + cursor.offset();
    words.emplace_back(text, strnlen(text, length));
    cursor = ByteCursor(bytes, cursor.offset() + length);
  }
  return words;
}

}  // namespace

Result<Profile> parse_perf_data(Bytes file) {
  AF_TRY(const Header header, parse_header(file));
  AF_TRY(Events events, parse_events(file, header));
  AF_TRY(const Bytes data, bytes_of(file, header.data, "its data"));
  if (data.empty()) return damaged("it has no records; perf record may have been killed");
  AF_TRY(const Bytes build_ids, feature(file, header, PerfFeature::kBuildId));
  AF_TRY(const Bytes command, feature(file, header, PerfFeature::kCommandLine));

  ProfileBuilder builder;
  SampleCollector collector(builder, false);
  collector.set_build_ids(parse_build_ids(build_ids));
  AF_TRY(const Done parsed, parse_records(data, events, collector));
  AF_TRY(const Done resolved, collector.resolve());
  static_cast<void>(parsed);
  static_cast<void>(resolved);
  for (std::size_t i = 1; i < events.all.size(); ++i)
    if (events.all[i].samples != 0)
      builder.note(fmt::format("{} samples of {} are left out; the profile is of {}",
                               events.all[i].samples, name_of(events.all[i].attr),
                               name_of(events.all.front().attr)));
  Profile profile = builder.finish();
  profile.source = ProfileSource::kSamples;
  profile.tool = "perf record " + name_of(events.all.front().attr);
  profile.command = parse_command_line(command);
  return profile;
}

Result<Profile> read_perf_data(const std::string& path) {
  AF_TRY(const auto file, MappedFile::open(path));
  Result<Profile> profile = parse_perf_data(file->bytes());
  if (!profile) return profile.error().within(path);
  return profile;
}

}  // namespace asmforge
