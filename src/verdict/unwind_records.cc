#include "verdict/unwind_records.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "collect/readers/byte_cursor.h"

namespace asmforge {
namespace {

constexpr std::uint8_t kPcRelative = 0x10;
constexpr std::uint8_t kUnsigned4 = 0x03;
constexpr std::uint8_t kSigned4 = 0x0b;
constexpr std::uint8_t kIndirect = 0x80;
constexpr std::uint8_t kDataRelative = 0x30;
constexpr std::uint8_t kOmitted = 0xff;

struct Common {
  std::uint8_t code_encoding = 0;
  std::uint8_t landing_pad_encoding = kOmitted;
  bool augmented = false;
  std::uint64_t personality = 0;
  Bytes bytes;
  Bytes rest;
};

bool is_readable(std::uint8_t encoding) {
  const std::uint8_t plain = encoding & 0x7fU;
  return plain == kUnsigned4 || plain == kSigned4 || plain == (kPcRelative | kUnsigned4) ||
         plain == (kPcRelative | kSigned4);
}

// The pointer at the cursor; a stored 0 is none, wherever it stands.
std::uint64_t take_pointer(ByteCursor& cursor, std::uint64_t table_address, std::uint8_t encoding) {
  const std::uint64_t place = table_address + cursor.offset();
  const auto stored = cursor.take<std::uint32_t>();
  if (stored == 0) return 0;
  const bool is_signed = (encoding & 0x0fU) == kSigned4;
  const std::uint64_t value =
      is_signed ? static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(stored)})
                : stored;
  return (encoding & 0x70U) == kPcRelative ? value + place : value;
}

class RecordReader {
 public:
  RecordReader(Bytes table, std::uint64_t address) : table_(table), address_(address) {}

  std::optional<std::vector<UnwindRecord>> run() {
    std::uint64_t at = 0;
    while (at + 4 <= table_.size()) {
      const auto length = load<std::uint32_t>(table_.subspan(at));
      if (length == 0) break;
      if (length > table_.size() - at - 4 || length < 4) return std::nullopt;
      const std::uint64_t end = at + 4 + length;
      const auto id = load<std::uint32_t>(table_.subspan(at + 4));
      if (id != 0 && !read_record(at, end, at + 4 - id)) return std::nullopt;
      at = end;
    }
    // Terminators of several objects may follow one another.
    const auto rest = table_.subspan(std::min<std::uint64_t>(at, table_.size()));
    if (!std::ranges::all_of(rest, [](std::uint8_t byte) { return byte == 0; }))
      return std::nullopt;
    std::ranges::sort(records_, {}, [](const UnwindRecord& record) {
      return std::tuple(record.begin, record.code_size, record.address);
    });
    return std::move(records_);
  }

 private:
  const Common* common_at(std::uint64_t at) {
    const auto known = commons_.find(at);
    if (known != commons_.end()) return &known->second;
    if (at >= table_.size() || table_.size() - at < 8) return nullptr;
    const auto length = load<std::uint32_t>(table_.subspan(at));
    if (length > table_.size() - at - 4) return nullptr;
    const std::uint64_t end = at + 4 + length;
    ByteCursor cursor(table_.first(end), at + 8);
    const auto version = cursor.take<std::uint8_t>();
    const std::string_view augmentation = cursor.take_string();
    cursor.take_uleb();
    cursor.take_sleb();
    cursor.take_uleb();
    if (version != 1 && version != 3) return nullptr;
    Common common;
    common.bytes = table_.subspan(at, end - at);
    for (const char letter : augmentation) {
      if (letter == 'z') {
        common.augmented = true;
        cursor.take_uleb();
      } else if (letter == 'R') {
        common.code_encoding = cursor.take<std::uint8_t>();
      } else if (letter == 'L') {
        common.landing_pad_encoding = cursor.take<std::uint8_t>();
      } else if (letter == 'P') {
        const auto encoding = cursor.take<std::uint8_t>();
        if (!cursor.ok() || !is_readable(encoding)) return nullptr;
        common.bytes = table_.subspan(at, cursor.offset() - at);
        common.personality =
            take_pointer(cursor, address_, encoding & static_cast<std::uint8_t>(~kIndirect));
        if (!cursor.ok()) return nullptr;
        common.rest = table_.subspan(cursor.offset(), end - cursor.offset());
      } else if (letter != 'S' && letter != 'B') {
        return nullptr;
      }
    }
    if (!cursor.ok() || !is_readable(common.code_encoding)) return nullptr;
    return &commons_.emplace(at, common).first->second;
  }

  bool read_record(std::uint64_t at, std::uint64_t end, std::uint64_t common_offset) {
    const Common* common = common_at(common_offset);
    if (common == nullptr) return false;
    UnwindRecord record;
    record.address = address_ + at;
    record.common = common->bytes;
    record.common_rest = common->rest;
    record.personality = common->personality;
    ByteCursor cursor(table_.first(end), at + 8);
    record.begin = take_pointer(cursor, address_, common->code_encoding);
    record.code_size = cursor.take<std::uint32_t>();
    if (common->augmented && common->landing_pad_encoding != kOmitted) {
      // The augmentation is the pointer alone.
      if (!is_readable(common->landing_pad_encoding) || cursor.take_uleb() != 4) return false;
      record.landing_pads = take_pointer(cursor, address_, common->landing_pad_encoding);
    }
    if (!cursor.ok()) return false;
    record.rest = table_.subspan(cursor.offset(), end - cursor.offset());
    records_.push_back(record);
    return true;
  }

  Bytes table_;
  std::uint64_t address_;
  std::map<std::uint64_t, Common> commons_;
  std::vector<UnwindRecord> records_;
};

}  // namespace

std::optional<std::vector<UnwindRecord>> read_unwind_records(Bytes table, std::uint64_t address) {
  return RecordReader(table, address).run();
}

bool index_agrees(Bytes index, std::uint64_t index_address, std::uint64_t table_address,
                  const std::vector<UnwindRecord>& records) {
  ByteCursor cursor(index);
  const auto version = cursor.take<std::uint8_t>();
  const auto table_encoding = cursor.take<std::uint8_t>();
  const auto count_encoding = cursor.take<std::uint8_t>();
  const auto entry_encoding = cursor.take<std::uint8_t>();
  if (version != 1 || table_encoding != (kPcRelative | kSigned4) || count_encoding != kUnsigned4 ||
      entry_encoding != (kDataRelative | kSigned4))
    return false;
  if (take_pointer(cursor, index_address, table_encoding) != table_address) return false;
  const auto count = cursor.take<std::uint32_t>();
  const auto entry = [&] {
    return index_address + static_cast<std::uint64_t>(std::int64_t{cursor.take<std::int32_t>()});
  };
  std::uint32_t entries = 0;
  for (std::size_t i = 0; i < records.size(); ++entries) {
    if (entry() != records[i].begin) return false;
    const std::uint64_t named = entry();
    bool known = false;
    // An empty function and what lies behind it begin at one place; lld lists one.
    for (const std::uint64_t begin = records[i].begin;
         i < records.size() && records[i].begin == begin; ++i)
      known = known || records[i].address == named;
    if (!known) return false;
  }
  if (entries != count) return false;
  // Room that lld made for entries which it then left out.
  const Bytes rest = cursor.take_bytes(index.size() - std::min(index.size(), cursor.offset()));
  return cursor.ok() && std::ranges::all_of(rest, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace asmforge
