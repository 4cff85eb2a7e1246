#include "collect/readers/code_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "base/elf_file.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kEachByte = 0x0101010101010101;

// The high bit of every byte of `word` that is zero; above such a byte further
// bits may be set, so callers look again.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - kEachByte) & ~word & (kEachByte << 7);
}

// Places in eight bytes that may hold e8, e9 or 0f.
constexpr std::uint64_t opcode_places(std::uint64_t word) {
  return zero_bytes((word & (kEachByte * 0xfe)) ^ (kEachByte * 0xe8)) |
         zero_bytes(word ^ (kEachByte * 0x0f));
}

// The transfer whose opcode is at `offset`.
std::optional<Transfer> transfer_at(Bytes bytes, std::size_t offset, std::uint64_t section) {
  TransferKind kind = TransferKind::kCall;
  std::size_t field = offset + 1;
  if (bytes[offset] == 0xe9) {
    kind = TransferKind::kJump;
  } else if (bytes[offset] == 0x0f) {
    if (offset + 1 >= bytes.size() || (bytes[offset + 1] & 0xf0) != 0x80) return std::nullopt;
    kind = TransferKind::kConditionalJump;
    ++field;
  } else if (bytes[offset] != 0xe8) {
    return std::nullopt;
  }
  if (field + 4 > bytes.size()) return std::nullopt;
  const auto relative =
      static_cast<std::uint64_t>(std::int64_t{load<std::int32_t>(bytes.subspan(field))});
  return Transfer{section + offset, section + field + 4 + relative, kind};
}

// The transfer that the instruction at `offset` is.
std::optional<Transfer> aarch64_transfer_at(std::uint32_t word, std::uint64_t address) {
  const auto to = [&](unsigned bit, unsigned width) {
    const std::uint64_t field = (word >> bit) & ((std::uint64_t{1} << width) - 1);
    const std::uint64_t sign = std::uint64_t{1} << (width - 1);
    return address + (((field ^ sign) - sign) << 2);
  };
  if ((word & 0x7c000000) == 0x14000000)
    return Transfer{address, to(0, 26),
                    word >> 31 != 0 ? TransferKind::kCall : TransferKind::kJump};
  const bool compares = (word & 0x7e000000) == 0x34000000;
  const bool by_flags = (word & 0xff000000) == 0x54000000;
  if (compares || by_flags) return Transfer{address, to(5, 19), TransferKind::kConditionalJump};
  if ((word & 0x7e000000) == 0x36000000)
    return Transfer{address, to(5, 14), TransferKind::kConditionalJump};
  return std::nullopt;
}

template <class Visit>
void for_each_aarch64_transfer(const Section& section, Visit visit) {
  const ElfTable<std::uint32_t> words(section.bytes);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (const auto transfer = aarch64_transfer_at(words[i], section.address + 4 * i))
      visit(*transfer);
}

template <class Visit>
void for_each_x86_64_transfer(const Section& section, Visit visit) {
  const Bytes bytes = section.bytes;
  const auto look_at = [&](std::size_t offset) {
    if (const auto transfer = transfer_at(bytes, offset, section.address)) visit(*transfer);
  };
  std::size_t offset = 0;
  for (; offset + 8 <= bytes.size(); offset += 8) {
    std::uint64_t places = opcode_places(load<std::uint64_t>(bytes.subspan(offset)));
    for (; places != 0; places &= places - 1)
      look_at(offset + static_cast<std::size_t>(std::countr_zero(places)) / 8);
  }
  for (; offset < bytes.size(); ++offset) look_at(offset);
}

}  // namespace

CodeAddresses::CodeAddresses(const Binary& binary) {
  for (const Section& section : binary.sections) {
    if (!section.executable || section.bytes.empty()) continue;
    const std::uint64_t size = section.bytes.size();
    areas_.push_back(
        {{section.address, section.address + size}, std::vector<std::uint64_t>((size + 63) / 64)});
  }
}

bool CodeAddresses::find_area(std::uint64_t address) const {
  auto after = std::upper_bound(
      areas_.begin(), areas_.end(), address,
      [](std::uint64_t wanted, const Area& area) { return wanted < area.range.begin; });
  if (after == areas_.begin()) return false;
  --after;
  if (!after->range.contains(address)) return false;
  recent_ = after->range;
  recent_bits_ = after->bits.data();
  return true;
}

void CodeAddresses::insert(AddressRange range) {
  if (!find_area(range.begin)) return;
  auto* const bits = const_cast<std::uint64_t*>(recent_bits_);
  const std::uint64_t end = std::min(range.end, recent_.end) - recent_.begin;
  for (std::uint64_t bit = range.begin - recent_.begin; bit < end; ++bit)
    bits[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

Transfers scan_transfers(const Binary& binary, const CodeAddresses& entries,
                         const CodeAddresses& uncovered) {
  Transfers transfers{.called = CodeAddresses(binary), .jumps = {}, .elsewhere = {}};
  for (const Section& section : binary.sections) {
    if (!section.executable) continue;
    const auto look_at = [&](const Transfer& transfer) {
      if (entries.contains(transfer.to)) {
        // There may be millions of calls, and who calls does not matter.
        if (transfer.kind == TransferKind::kCall)
          transfers.called.insert({transfer.to, transfer.to + 1});
        else
          transfers.jumps.push_back(transfer);
      } else if (uncovered.contains(transfer.to)) {
        transfers.elsewhere.push_back(transfer);
      }
    };
    if (binary.isa == Isa::kAarch64)
      for_each_aarch64_transfer(section, look_at);
    else
      for_each_x86_64_transfer(section, look_at);
  }
  return transfers;
}

}  // namespace asmforge
