#include "collect/readers/unwind_table.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "collect/readers/byte_cursor.h"
#include "collect/readers/encoded_pointer.h"

namespace asmforge {
namespace {

// How a call leaves the frame: the stack pointer's DWARF number, and how far above it the
// caller's frame ends.
struct FreshFrame {
  std::uint64_t stack_pointer;
  std::uint64_t offset;
};
constexpr FreshFrame fresh_frame(Isa isa) {
  return isa == Isa::kAarch64 ? FreshFrame{31, 0} : FreshFrame{7, 8};
}

// The rule for the canonical frame address at one place.
struct FrameRule {
  FreshFrame fresh;
  std::uint64_t base_register = fresh.stack_pointer;
  std::uint64_t offset = fresh.offset;
  bool expression = false;
  std::int64_t data_factor = -8;

  [[nodiscard]] bool is_fresh() const {
    return !expression && base_register == fresh.stack_pointer && offset == fresh.offset;
  }
};

// Carries out what comes before the next advance of the location, and returns by
// how many bytes that goes on; 0 at the end and at instructions that are not
// known: what was found until then holds at the beginning.
std::uint64_t run_until_advance(ByteCursor& cursor, std::uint64_t code_factor, FrameRule& rule) {
  while (!cursor.at_end()) {
    const auto opcode = cursor.take<std::uint8_t>();
    if ((opcode & 0xc0U) == 0x40) {  // advance_loc
      if (const std::uint64_t distance = (opcode & 0x3fU) * code_factor) return distance;
      continue;
    }
    if ((opcode & 0xc0U) == 0x80) {  // offset
      cursor.take_uleb();
      continue;
    }
    if ((opcode & 0xc0U) == 0xc0) continue;  // restore
    switch (opcode) {
      case 0x00:         // nop
      case 0x0a:         // remember_state
      case 0x0b:         // restore_state
      case 0x2d: break;  // GNU_window_save, AARCH64_negate_ra_state
      case 0x05:         // offset_extended
      case 0x09:         // register
      case 0x14:         // val_offset
      case 0x2f:         // GNU_negative_offset_extended
        cursor.take_uleb();
        cursor.take_uleb();
        break;
      case 0x11:  // offset_extended_sf
      case 0x15:  // val_offset_sf
        cursor.take_uleb();
        cursor.take_sleb();
        break;
      case 0x06:  // restore_extended
      case 0x07:  // undefined
      case 0x08:  // same_value
      case 0x2e:  // GNU_args_size
        cursor.take_uleb();
        break;
      case 0x0c:  // def_cfa
        rule.base_register = cursor.take_uleb();
        rule.offset = cursor.take_uleb();
        rule.expression = false;
        break;
      case 0x12:  // def_cfa_sf
        rule.base_register = cursor.take_uleb();
        rule.offset = static_cast<std::uint64_t>(cursor.take_sleb() * rule.data_factor);
        rule.expression = false;
        break;
      case 0x0d: rule.base_register = cursor.take_uleb(); break;  // def_cfa_register
      case 0x0e: rule.offset = cursor.take_uleb(); break;         // def_cfa_offset
      case 0x13:                                                  // def_cfa_offset_sf
        rule.offset = static_cast<std::uint64_t>(cursor.take_sleb() * rule.data_factor);
        break;
      case 0x0f:  // def_cfa_expression
        rule.expression = true;
        cursor.skip(cursor.take_uleb());
        break;
      case 0x10:  // expression
      case 0x16:  // val_expression
        cursor.take_uleb();
        cursor.skip(cursor.take_uleb());
        break;
      default: return 0;  // set_loc, advance_loc1/2/4, vendor extensions
    }
  }
  return 0;
}

// What the FDEs of one common information entry share.
struct CommonEntry {
  explicit CommonEntry(Isa isa) : rule{fresh_frame(isa)} {}
  FrameRule rule;
  std::uint64_t code_factor = 1;
  std::uint8_t pointer_encoding = 0;
  std::uint8_t landing_pad_encoding = kPointerOmitted;
  bool augmented = false;
  bool signal_frame = false;
};

// `body` begins at the CIE's id.
std::optional<CommonEntry> read_common_entry(Bytes body, Isa isa) {
  ByteCursor cursor(body, sizeof(std::uint32_t));
  const auto version = cursor.take<std::uint8_t>();
  if (version != 1 && version != 3 && version != 4) return std::nullopt;
  const std::string_view augmentation = cursor.take_string();
  if (version == 4) cursor.skip(2);  // address and segment selector size
  CommonEntry entry(isa);
  entry.code_factor = cursor.take_uleb();
  entry.rule.data_factor = cursor.take_sleb();
  // The return address column: one byte in version 1.
  if (version == 1)
    cursor.skip(1);
  else
    cursor.take_uleb();
  // Without 'z' we cannot know how long the augmentation is.
  if (!augmentation.empty() && augmentation.front() != 'z') return std::nullopt;
  if (!augmentation.empty()) {
    entry.augmented = true;
    const std::uint64_t length = cursor.take_uleb();
    const std::uint64_t data_begin = cursor.offset();
    for (const char letter : augmentation.substr(1)) {
      if (letter == 'R')
        entry.pointer_encoding = cursor.take<std::uint8_t>();
      else if (letter == 'L')
        entry.landing_pad_encoding = cursor.take<std::uint8_t>();
      else if (letter == 'P') {
        const auto encoding = cursor.take<std::uint8_t>();
        if (!take_encoded_value(cursor, encoding)) return std::nullopt;
      } else if (letter == 'S')
        entry.signal_frame = true;
      else if (letter != 'B')
        return std::nullopt;
    }
    cursor = ByteCursor(body, data_begin);
    cursor.skip(length);
  }
  if (!cursor.ok()) return std::nullopt;
  run_until_advance(cursor, entry.code_factor, entry.rule);
  return entry;
}

// `body` begins at the FDE's CIE pointer, which lies at `address`.
std::optional<UnwindEntry> read_description(const CommonEntry& common, Bytes body,
                                            std::uint64_t address) {
  ByteCursor cursor(body, sizeof(std::uint32_t));
  const std::optional<std::uint64_t> begin =
      take_encoded_pointer(cursor, common.pointer_encoding, address);
  // The length has the pointer's format but is relative to nothing.
  const std::optional<std::uint64_t> length = take_encoded_value(cursor, common.pointer_encoding);
  if (!begin || !length || *begin + *length < *begin) return std::nullopt;
  UnwindEntry entry{.begin = *begin, .end = *begin + *length};
  entry.signal_frame = common.signal_frame;
  if (common.augmented) {
    const std::uint64_t augmentation_size = cursor.take_uleb();
    const std::uint64_t behind = cursor.offset() + augmentation_size;
    if (common.landing_pad_encoding != kPointerOmitted && augmentation_size != 0)
      entry.landing_pads =
          take_encoded_pointer(cursor, common.landing_pad_encoding, address).value_or(0);
    if (behind < augmentation_size || behind > body.size()) return std::nullopt;
    cursor = ByteCursor(body, behind);
  }
  if (!cursor.ok()) return std::nullopt;
  FrameRule rule = common.rule;
  const std::uint64_t advance = run_until_advance(cursor, common.code_factor, rule);
  entry.frame_is_fresh = rule.is_fresh();
  if (advance == 1 && entry.frame_is_fresh) {
    run_until_advance(cursor, common.code_factor, rule);
    entry.stale_after_one_byte = !rule.is_fresh();
  }
  return entry;
}

// Finds each common entry once; neighbours nearly always share theirs.
class CommonEntries {
 public:
  CommonEntries(Bytes bytes, Isa isa) : bytes_(bytes), isa_(isa) {}

  const CommonEntry* at(std::uint64_t offset) {
    if (offset == last_offset_) return last_;
    auto found = by_offset_.find(offset);
    if (found == by_offset_.end()) found = by_offset_.emplace(offset, read(offset)).first;
    last_offset_ = offset;
    const std::optional<CommonEntry>& entry = found->second;
    last_ = entry ? &*entry : nullptr;
    return last_;
  }

 private:
  std::optional<CommonEntry> read(std::uint64_t offset) const {
    ByteCursor cursor(bytes_, offset);
    const auto length = cursor.take<std::uint32_t>();
    const Bytes body = cursor.take_bytes(length);
    if (!cursor.ok() || body.size() < 9 || load<std::uint32_t>(body) != 0) return std::nullopt;
    return read_common_entry(body, isa_);
  }

  Bytes bytes_;
  Isa isa_;
  std::unordered_map<std::uint64_t, std::optional<CommonEntry>> by_offset_;
  std::uint64_t last_offset_ = ~std::uint64_t{0};
  const CommonEntry* last_ = nullptr;
};

}  // namespace

UnwindTable read_unwind_table(const UnwindSections& sections) {
  const Bytes bytes = sections.table;
  const std::uint64_t address = sections.table_address;
  UnwindTable table;
  CommonEntries common_entries(bytes, sections.isa);
  ByteCursor cursor(bytes);
  // A sparse file can hold gigabytes of zeros, which are no table.
  constexpr int kMostZerosInARow = 1024;
  int zeros = 0;
  while (!cursor.at_end() && zeros < kMostZerosInARow) {
    const auto length = cursor.take<std::uint32_t>();
    // Zero ends the table of one linked file; concatenated tables go on. The
    // 64-bit format is for sections above 4 GB, which cannot be here.
    zeros = length == 0 ? zeros + 1 : 0;
    if (length == 0) continue;
    const std::uint64_t begin = cursor.offset();
    const Bytes body = cursor.take_bytes(length);
    if (!cursor.ok() || body.size() < sizeof(std::uint32_t)) {
      ++table.unreadable;
      break;
    }
    const auto distance = load<std::uint32_t>(body);
    if (distance == 0) continue;  // a CIE; read when somebody refers to it
    const CommonEntry* common = distance <= begin ? common_entries.at(begin - distance) : nullptr;
    const std::optional<UnwindEntry> entry =
        common == nullptr ? std::nullopt : read_description(*common, body, address + begin);
    if (!entry) {
      ++table.unreadable;
      continue;
    }
    // A linker leaves FDEs of discarded functions behind with address 0 or length 0.
    if (entry->begin != 0 && entry->end != entry->begin) table.entries.push_back(*entry);
  }
  const auto by_begin = [](const UnwindEntry& a, const UnwindEntry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  };
  if (!std::is_sorted(table.entries.begin(), table.entries.end(), by_begin))
    std::sort(table.entries.begin(), table.entries.end(), by_begin);
  return table;
}

const UnwindEntry* UnwindTable::containing(std::uint64_t address) const {
  auto after = std::upper_bound(
      entries.begin(), entries.end(), address,
      [](std::uint64_t wanted, const UnwindEntry& entry) { return wanted < entry.begin; });
  if (after == entries.begin()) return nullptr;
  --after;
  return address < after->end ? &*after : nullptr;
}

const UnwindEntry* UnwindTable::starting_at(std::uint64_t address) const {
  const UnwindEntry* entry = containing(address);
  return entry != nullptr && entry->begin == address ? entry : nullptr;
}

namespace {

// .eh_frame_hdr: version, three encodings, address of .eh_frame, count, then
// pairs of begin and FDE, both relative to the section, ascending in begin.
struct IndexHeader {
  std::uint8_t version;
  std::uint8_t table_pointer_encoding;
  std::uint8_t count_encoding;
  std::uint8_t pair_encoding;
  std::int32_t table_pointer;
  std::uint32_t count;
};
struct IndexPair {
  std::int32_t begin;
  std::int32_t description;
};
constexpr std::uint8_t kRelativeSigned32 = 0x1b;
constexpr std::uint8_t kUnsigned32 = 0x03;
constexpr std::uint8_t kSectionRelativeSigned32 = 0x3b;

std::uint64_t index_place(const UnwindSections& sections, std::int32_t relative) {
  return sections.index_address + static_cast<std::uint64_t>(std::int64_t{relative});
}

}  // namespace

bool has_usable_index(const UnwindSections& sections) {
  if (sections.index.size() < sizeof(IndexHeader)) return false;
  const auto header = load<IndexHeader>(sections.index);
  const std::uint64_t room = (sections.index.size() - sizeof(header)) / sizeof(IndexPair);
  return header.version == 1 && header.table_pointer_encoding == kRelativeSigned32 &&
         header.count_encoding == kUnsigned32 && header.pair_encoding == kSectionRelativeSigned32 &&
         header.count <= room;
}

std::optional<UnwindEntry> find_unwind_entry(const UnwindSections& sections,
                                             std::uint64_t address) {
  const auto count = load<IndexHeader>(sections.index).count;
  const ElfTable<IndexPair> pairs(sections.index.subspan(sizeof(IndexHeader)));
  std::size_t low = 0;
  std::size_t high = count;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (index_place(sections, pairs[middle].begin) <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return std::nullopt;
  const std::uint64_t offset =
      index_place(sections, pairs[low - 1].description) - sections.table_address;
  ByteCursor cursor(sections.table, offset);
  const auto length = cursor.take<std::uint32_t>();
  const std::uint64_t begin = cursor.offset();
  const Bytes body = cursor.take_bytes(length);
  if (!cursor.ok() || body.size() < sizeof(std::uint32_t)) return std::nullopt;
  const auto distance = load<std::uint32_t>(body);
  if (distance == 0 || distance > begin) return std::nullopt;
  CommonEntries common_entries(sections.table, sections.isa);
  const CommonEntry* common = common_entries.at(begin - distance);
  if (common == nullptr) return std::nullopt;
  const std::optional<UnwindEntry> entry =
      read_description(*common, body, sections.table_address + begin);
  if (!entry || address < entry->begin || address >= entry->end) return std::nullopt;
  return entry;
}

}  // namespace asmforge
