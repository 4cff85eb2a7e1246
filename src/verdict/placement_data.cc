#include "verdict/placement_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"

namespace asmforge {
namespace {

constexpr std::uint32_t kPackedRelocations = 19;  // SHT_RELR
constexpr std::int64_t kDynamicRelr = 36;         // DT_RELR

// Entries of the dynamic section that hold addresses.
constexpr std::array<std::int64_t, 22> kAddressTags = {
    DT_PLTGOT,    DT_HASH,         DT_STRTAB, DT_SYMTAB,     DT_RELA,        DT_INIT,
    DT_FINI,      DT_REL,          DT_JMPREL, DT_INIT_ARRAY, DT_FINI_ARRAY,  DT_PREINIT_ARRAY,
    DT_GNU_HASH,  DT_VERSYM,       DT_VERDEF, DT_VERNEED,    DT_TLSDESC_PLT, DT_TLSDESC_GOT,
    kDynamicRelr, DT_SYMTAB_SHNDX, DT_CONFIG, DT_DEPAUDIT};

bool is_array_of_functions(const ElfSection& section) {
  const std::uint32_t type = section.header.sh_type;
  return type == SHT_INIT_ARRAY || type == SHT_FINI_ARRAY || type == SHT_PREINIT_ARRAY;
}

// Every word is an address, an offset that no address can be taken for, or 0.
bool is_all_pointers(const ElfSection& section) {
  return is_array_of_functions(section) || section.name == ".got" || section.name == ".got.plt";
}

std::uint64_t word_at(const ElfSection& section, std::uint64_t offset) {
  return load<std::uint64_t>(section.bytes.subspan(offset));
}

struct Relocation {
  std::uint64_t offset = 0;
  std::uint64_t info = 0;
  std::uint64_t addend = 0;
  friend auto operator<=>(const Relocation&, const Relocation&) = default;
};

std::vector<Relocation> relocations_of(const ElfFile& elf, const ElfSection& section) {
  std::vector<Relocation> found;
  const auto table = elf.table<Elf64_Rela>(&section);
  found.reserve(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Elf64_Rela entry = table[i];
    found.push_back({entry.r_offset, entry.r_info, static_cast<std::uint64_t>(entry.r_addend)});
  }
  return found;
}

bool addend_is_address(std::uint64_t info) {
  const auto type = ELF64_R_TYPE(info);
  return type == R_X86_64_RELATIVE || type == R_X86_64_IRELATIVE;
}

// Addresses of the words that packed relative relocations fill.
std::vector<std::uint64_t> packed_words(const ElfSection& section) {
  std::vector<std::uint64_t> words;
  std::uint64_t next = 0;
  for (std::uint64_t at = 0; at + 8 <= section.bytes.size(); at += 8) {
    const std::uint64_t entry = word_at(section, at);
    if ((entry & 1U) == 0) {
      words.push_back(entry);
      next = entry + 8;
      continue;
    }
    for (unsigned bit = 1; bit < 64; ++bit) {
      if ((entry >> bit & 1U) != 0) words.push_back(next + std::uint64_t{8} * (bit - 1));
    }
    next += std::uint64_t{63} * 8;
  }
  return words;
}

class DataComparer {
 public:
  DataComparer(const PlacedFile& before, const PlacedFile& after, const AddressMap& map,
               const std::vector<AddressPair>& references, const CodePieces& code)
      : before_(before), after_(after), map_(map), references_(references), code_(code) {
    std::ranges::sort(references_, {}, &AddressPair::before);
    for (const ElfSection* section : before.sections) {
      if (section->header.sh_type == SHT_RELA) {
        for (const Relocation& relocation : relocations_of(*before.elf, *section))
          relocated_.push_back({relocation.offset, relocation.info, 0});
      } else if (section->header.sh_type == kPackedRelocations) {
        for (const std::uint64_t word : packed_words(*section))
          relocated_.push_back({word, kPacked, 0});
      }
    }
    std::ranges::sort(relocated_);
  }

  std::optional<std::string> run() {
    for (const ElfSection* section : before_.sections) {
      if (section->has_flag(SHF_EXECINSTR) || section->header.sh_type == SHT_NOBITS) continue;
      if (auto difference = compare(*section, *after_.named(section->name))) return difference;
    }
    return unwind_difference();
  }

 private:
  static constexpr std::uint64_t kPacked = ~std::uint64_t{0};

  [[nodiscard]] bool maps(std::uint64_t before, std::uint64_t after) const {
    return map_.after(before) == after;
  }
  // A word that is an address when it lies in the image, and a number otherwise.
  [[nodiscard]] bool same_pointer(std::uint64_t before, std::uint64_t after) const {
    return map_.at(before) != nullptr ? maps(before, after) : before == after;
  }

  std::optional<std::string> compare(const ElfSection& b, const ElfSection& a) {
    switch (b.header.sh_type) {
      case SHT_DYNAMIC: return dynamic_difference(b, a);
      case SHT_DYNSYM: return symbol_difference(b, a);
      case SHT_RELA: return relocation_difference(b, a);
      case kPackedRelocations: return packed_difference(b, a);
      default: break;
    }
    if (b.name == ".eh_frame" || b.name == ".eh_frame_hdr") return std::nullopt;
    if (b.name == ".gcc_except_table") return landing_pad_difference(b, a);
    return content_difference(b, a);
  }

  static std::string differs_at(const ElfSection& section, std::uint64_t offset) {
    return fmt::format("{} differs at {:#x}", printable(section.name),
                       section.header.sh_addr + offset);
  }

  std::optional<std::string> dynamic_difference(const ElfSection& b, const ElfSection& a) {
    const ElfTable<Elf64_Dyn> entries_before(b.bytes);
    const ElfTable<Elf64_Dyn> entries_after(a.bytes);
    for (std::size_t i = 0; i < entries_before.size(); ++i) {
      const Elf64_Dyn before = entries_before[i];
      const Elf64_Dyn after = entries_after[i];
      const bool address = std::ranges::find(kAddressTags, before.d_tag) != kAddressTags.end();
      const bool same =
          before.d_tag == after.d_tag && (address ? maps(before.d_un.d_ptr, after.d_un.d_ptr)
                                                  : before.d_un.d_val == after.d_un.d_val);
      if (!same) return differs_at(b, i * sizeof(Elf64_Dyn));
    }
    return std::nullopt;
  }

  [[nodiscard]] bool same_section_index(std::uint16_t before, std::uint16_t after) const {
    if (before == SHN_UNDEF || before >= SHN_LORESERVE) return before == after;
    if (before >= before_.elf->sections.size() || after >= after_.elf->sections.size())
      return false;
    return before_.elf->sections[before].name == after_.elf->sections[after].name;
  }

  std::optional<std::string> symbol_difference(const ElfSection& b, const ElfSection& a) {
    const auto table_before = before_.elf->table<Elf64_Sym>(&b);
    const auto table_after = after_.elf->table<Elf64_Sym>(&a);
    for (std::size_t i = 0; i < table_before.size(); ++i) {
      const Elf64_Sym before = table_before[i];
      const Elf64_Sym after = table_after[i];
      const bool number = before.st_shndx == SHN_ABS || ELF64_ST_TYPE(before.st_info) == STT_TLS;
      const bool same = before.st_name == after.st_name && before.st_info == after.st_info &&
                        before.st_other == after.st_other && before.st_size == after.st_size &&
                        same_section_index(before.st_shndx, after.st_shndx) &&
                        (number || before.st_value == 0 ? before.st_value == after.st_value
                                                        : maps(before.st_value, after.st_value));
      if (!same) return differs_at(b, i * sizeof(Elf64_Sym));
    }
    return std::nullopt;
  }

  // The loader applies a table's entries in any order, except that the stubs of
  // .rela.plt name theirs by number.
  std::optional<std::string> relocation_difference(const ElfSection& b, const ElfSection& a) {
    std::vector<Relocation> before = relocations_of(*before_.elf, b);
    std::vector<Relocation> after = relocations_of(*after_.elf, a);
    for (Relocation& relocation : before) {
      const auto place = map_.after(relocation.offset);
      if (!place) return differs_at(b, 0);
      relocation.offset = *place;
      if (!addend_is_address(relocation.info)) continue;
      const auto addend = map_.after(relocation.addend);
      if (!addend) return differs_at(b, 0);
      relocation.addend = *addend;
    }
    if (b.name != ".rela.plt") {
      std::ranges::sort(before);
      std::ranges::sort(after);
    }
    const auto [x, y] = std::ranges::mismatch(before, after);
    if (x == before.end() && y == after.end()) return std::nullopt;
    if (y == after.end()) return fmt::format("{} differs", printable(b.name));
    return fmt::format("the loader stores something else at {:#x} after", y->offset);
  }

  std::optional<std::string> packed_difference(const ElfSection& b, const ElfSection& a) {
    std::vector<std::uint64_t> before = packed_words(b);
    std::vector<std::uint64_t> after = packed_words(a);
    for (std::uint64_t& word : before) {
      const auto place = map_.after(word);
      if (!place) return differs_at(b, 0);
      word = *place;
    }
    std::ranges::sort(before);
    std::ranges::sort(after);
    if (before != after) return fmt::format("{} differs", printable(b.name));
    return std::nullopt;
  }

  // A part of a section that moved as a whole, as offsets into both.
  struct Span {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    std::uint64_t size = 0;
  };
  [[nodiscard]] std::vector<Span> spans_of(const ElfSection& b, const ElfSection& a) const {
    std::vector<Span> spans;
    const std::uint64_t begin = b.header.sh_addr;
    auto it = std::ranges::lower_bound(map_.parts(), begin, {}, &MovedPart::begin);
    for (; it != map_.parts().end() && it->begin - begin < b.bytes.size(); ++it)
      spans.push_back(
          {it->begin - begin, it->begin + it->delta - a.header.sh_addr, it->end - it->begin});
    return spans;
  }

  // What no span covers, without the zeros around it: nothing refers to it.
  [[nodiscard]] static std::vector<std::string> loose_bytes(const ElfSection& section,
                                                            std::vector<Span> spans,
                                                            std::uint64_t Span::* where) {
    std::ranges::sort(spans, {}, where);
    std::vector<std::string> loose;
    std::uint64_t at = 0;
    const auto add = [&](std::uint64_t end) {
      const std::string run(reinterpret_cast<const char*>(section.bytes.data()) + at, end - at);
      const std::size_t first = run.find_first_not_of('\0');
      if (first == std::string::npos) return;
      loose.push_back(run.substr(first, run.find_last_not_of('\0') - first + 1));
    };
    for (const Span& span : spans) {
      add(span.*where);
      at = span.*where + span.size;
    }
    add(section.bytes.size());
    std::ranges::sort(loose);
    return loose;
  }

  // `checked[i]`: byte i belongs to a field that was compared as an address.
  std::optional<std::string> content_difference(const ElfSection& b, const ElfSection& a) {
    std::vector<bool> checked(b.bytes.size(), false);
    const std::vector<Span> spans = spans_of(b, a);
    if (loose_bytes(b, spans, &Span::before) != loose_bytes(a, spans, &Span::after))
      return fmt::format("{} differs in what nothing refers to", printable(b.name));
    if (auto difference = relocated_difference(b, a, checked)) return difference;
    if (is_all_pointers(b)) {
      for (std::uint64_t at = 0; at + 8 <= b.bytes.size(); at += 8) {
        if (checked[at]) continue;
        if (!same_pointer(word_at(b, at), word_at(a, at))) return differs_at(b, at);
        std::fill_n(checked.begin() + static_cast<std::ptrdiff_t>(at), 8, true);
      }
    }
    if (holds_constants(b)) {
      if (auto difference = table_difference(b, a, checked)) return difference;
    }
    ignore_build_id(b, checked);
    for (const Span& span : spans) {
      for (std::uint64_t i = 0; i < span.size; ++i) {
        if (!checked[span.before + i] && b.bytes[span.before + i] != a.bytes[span.after + i])
          return differs_at(b, span.before + i);
      }
    }
    if (before_.position_dependent() && b.header.sh_type == SHT_PROGBITS)
      return doubtful_word(b, checked);
    return std::nullopt;
  }

  // The bytes at an address of `section`, at least `size`; empty when there are not.
  static Bytes bytes_from(const ElfSection& section, std::uint64_t address, std::uint64_t size) {
    const std::uint64_t at = address - section.header.sh_addr;
    if (address < section.header.sh_addr || at > section.bytes.size() ||
        section.bytes.size() - at < size)
      return {};
    return section.bytes.subspan(at);
  }

  std::optional<std::string> relocated_difference(const ElfSection& b, const ElfSection& a,
                                                  std::vector<bool>& checked) {
    const std::uint64_t begin = b.header.sh_addr;
    auto it = std::ranges::lower_bound(relocated_, begin, {}, &Relocation::offset);
    for (; it != relocated_.end() && it->offset - begin < b.bytes.size(); ++it) {
      const std::uint64_t at = it->offset - begin;
      const Bytes word_before = bytes_from(b, it->offset, 8);
      const Bytes word_after = bytes_from(a, map_.after(it->offset).value_or(0), 8);
      if (word_before.empty() || word_after.empty()) return differs_at(b, at);
      const auto before = load<std::uint64_t>(word_before);
      const auto after = load<std::uint64_t>(word_after);
      // What the file holds where the loader stores a value whole is not used; a
      // lazily bound slot's and a packed one's is.
      const bool used = it->info == kPacked || ELF64_R_TYPE(it->info) == R_X86_64_JUMP_SLOT;
      if (!same_pointer(before, after) && (used || before != after)) return differs_at(b, at);
      std::fill_n(checked.begin() + static_cast<std::ptrdiff_t>(at), 8, true);
    }
    return std::nullopt;
  }

  // Tables of places in code: 4 bytes relative to the table's start, or, in
  // position-dependent programs, 8 bytes.
  std::optional<std::string> table_difference(const ElfSection& b, const ElfSection& a,
                                              std::vector<bool>& checked) {
    const std::uint64_t end = b.header.sh_addr + b.bytes.size();
    auto it = std::ranges::lower_bound(references_, b.header.sh_addr, {}, &AddressPair::before);
    while (it != references_.end() && it->before < end) {
      const auto next = std::find_if(it, references_.end(), [&](const AddressPair& reference) {
        return reference.before != it->before;
      });
      const std::uint64_t stop = next != references_.end() ? std::min(next->before, end) : end;
      for (; it != next; ++it) {
        const unsigned widths[] = {4, 8};
        for (const unsigned width : widths) {
          if (width == 8 && !before_.position_dependent()) continue;
          if (auto difference = one_table(b, a, *it, stop, width, checked)) return difference;
        }
        if (auto difference = table_of_data(b, a, *it, stop, checked)) return difference;
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> one_table(const ElfSection& b, const ElfSection& a,
                                       const AddressPair& table, std::uint64_t stop, unsigned width,
                                       std::vector<bool>& checked) {
    const std::uint32_t user = code_.containing(table.from);
    for (std::uint64_t i = 0; table.before + i + width <= stop; i += width) {
      const Bytes entry_before = bytes_from(b, table.before + i, width);
      const Bytes entry_after = bytes_from(a, table.after + i, width);
      if (entry_before.empty() || entry_after.empty()) return std::nullopt;
      const auto target = [&](Bytes entry, std::uint64_t base) -> std::uint64_t {
        if (width == 8) return load<std::uint64_t>(entry);
        return base + static_cast<std::uint64_t>(std::int64_t{load<std::int32_t>(entry)});
      };
      const std::uint64_t before = target(entry_before, table.before);
      const std::uint64_t after = target(entry_after, table.after);
      const std::uint32_t piece = code_.containing(before);
      if (piece == kNoIndex) return std::nullopt;
      const std::uint64_t at = table.before + i - b.header.sh_addr;
      const bool leads_there = maps(before, after);
      if (piece == user && !leads_there) return differs_at(b, at);
      // Another function's code: a cold part when the entry follows it, else chance.
      const bool equal = std::ranges::equal(entry_before.first(width), entry_after.first(width));
      if (piece != user && (equal || !leads_there)) return std::nullopt;
      std::fill_n(checked.begin() + static_cast<std::ptrdiff_t>(at), width, true);
    }
    return std::nullopt;
  }

  // A table of strings as clang makes it for position-independent code: distances from
  // the table's start. It is one when some entry changed exactly as what it leads to
  // moved; then all before that must have.
  std::optional<std::string> table_of_data(const ElfSection& b, const ElfSection& a,
                                           const AddressPair& table, std::uint64_t stop,
                                           std::vector<bool>& checked) {
    constexpr std::uint64_t kWidth = 4;
    std::uint64_t end = 0;
    std::uint64_t first_wrong = stop;
    for (std::uint64_t i = 0; table.before + i + kWidth <= stop; i += kWidth) {
      const Bytes entry_before = bytes_from(b, table.before + i, kWidth);
      const Bytes entry_after = bytes_from(a, table.after + i, kWidth);
      if (entry_before.empty() || entry_after.empty()) break;
      const auto target = [](Bytes entry, std::uint64_t base) {
        return base + static_cast<std::uint64_t>(std::int64_t{load<std::int32_t>(entry)});
      };
      const std::uint64_t before = target(entry_before, table.before);
      const MovedPart* part = map_.at(before);
      if (part == nullptr || part->code) break;
      const bool leads_there = maps(before, target(entry_after, table.after));
      if (!leads_there) first_wrong = std::min(first_wrong, i);
      const bool equal = std::ranges::equal(entry_before.first(kWidth), entry_after.first(kWidth));
      if (leads_there && !equal) end = i + kWidth;
    }
    const std::uint64_t at = table.before - b.header.sh_addr;
    if (first_wrong < end) return differs_at(b, at + first_wrong);
    std::fill_n(checked.begin() + static_cast<std::ptrdiff_t>(at), end, true);
    return std::nullopt;
  }

  void ignore_build_id(const ElfSection& b, std::vector<bool>& checked) const {
    if (b.header.sh_type != SHT_NOTE) return;
    for (const FileRange& range : build_id_ranges(*before_.elf)) {
      for (std::uint64_t offset = range.begin; offset < range.end; ++offset) {
        if (offset >= b.header.sh_offset && offset - b.header.sh_offset < checked.size())
          checked[offset - b.header.sh_offset] = true;
      }
    }
  }

  // A number that could be the address of something that lies elsewhere now.
  std::optional<std::string> doubtful_word(const ElfSection& b, const std::vector<bool>& checked) {
    for (std::uint64_t at = 0; at + 4 <= b.bytes.size(); at += 4) {
      if (checked[at]) continue;
      const auto value = load<std::uint32_t>(b.bytes.subspan(at));
      const MovedPart* part = map_.at(value);
      if (part != nullptr && part->delta != 0)
        return fmt::format(
            "{} holds {:#x} at {:#x}, which may be the address of something that moved",
            printable(b.name), value, b.header.sh_addr + at);
    }
    return std::nullopt;
  }

  std::optional<std::string> landing_pad_difference(const ElfSection& b, const ElfSection& a) {
    // What no table covers, in either build, must be padding.
    std::vector<bool> covered_before(b.bytes.size(), false);
    std::vector<bool> covered_after(a.bytes.size(), false);
    for (const MovedPart& part : map_.parts()) {
      const std::uint64_t begin = part.begin - b.header.sh_addr;
      const std::uint64_t size = part.end - part.begin;
      if (part.begin < b.header.sh_addr || begin >= b.bytes.size()) continue;
      const std::uint64_t begin_after = part.begin + part.delta - a.header.sh_addr;
      if (size > b.bytes.size() - begin || begin_after > a.bytes.size() ||
          size > a.bytes.size() - begin_after)
        return differs_at(b, begin);
      std::fill_n(covered_before.begin() + static_cast<std::ptrdiff_t>(begin), size, true);
      std::fill_n(covered_after.begin() + static_cast<std::ptrdiff_t>(begin_after), size, true);
      if (auto difference = one_landing_pad_table(b, begin, a, begin_after, size))
        return difference;
    }
    for (std::size_t i = 0; i < b.bytes.size(); ++i)
      if (!covered_before[i] && b.bytes[i] != 0) return differs_at(b, i);
    for (std::size_t i = 0; i < a.bytes.size(); ++i)
      if (!covered_after[i] && a.bytes[i] != 0) return differs_at(a, i);
    return std::nullopt;
  }

  // Distances within the function are equal; pointers to types follow what they
  // point to. They stand aligned to 4 bytes.
  std::optional<std::string> one_landing_pad_table(const ElfSection& b, std::uint64_t begin_before,
                                                   const ElfSection& a, std::uint64_t begin_after,
                                                   std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::uint64_t at_before = begin_before + i;
      const std::uint64_t at_after = begin_after + i;
      const std::uint64_t address_before = b.header.sh_addr + at_before;
      const std::uint64_t address_after = a.header.sh_addr + at_after;
      if (address_before % 4 == 0 && i + 4 <= size) {
        const auto before = load<std::int32_t>(b.bytes.subspan(at_before));
        const auto after = load<std::int32_t>(a.bytes.subspan(at_after));
        const auto wide = [](std::int32_t value) {
          return static_cast<std::uint64_t>(std::int64_t{value});
        };
        const bool moved = before != after && before != 0 && after != 0;
        if (moved && maps(address_before + wide(before), address_after + wide(after))) {
          i += 3;
          continue;
        }
      }
      if (b.bytes[at_before] != a.bytes[at_after]) return differs_at(b, at_before);
    }
    return std::nullopt;
  }

  std::optional<std::string> unwind_difference() {
    const auto& after = after_.unwind;
    if (before_.unwind.size() != after.size()) return ".eh_frame differs in its number of records";
    for (const UnwindRecord& b : before_.unwind) {
      const auto differs = [&] {
        return fmt::format("the unwind record of {:#x} differs", b.begin);
      };
      const auto begin = map_.after(b.begin);
      if (!begin) return differs();
      const auto [first, last] = std::ranges::equal_range(after, *begin, {}, &UnwindRecord::begin);
      if (last - first != 1) return differs();
      const UnwindRecord& a = *first;
      const auto same_optional = [&](std::uint64_t x, std::uint64_t y) {
        return x == 0 ? y == 0 : maps(x, y);
      };
      if (b.code_size != a.code_size || !same_optional(b.landing_pads, a.landing_pads) ||
          !same_optional(b.personality, a.personality) || !std::ranges::equal(b.rest, a.rest) ||
          !std::ranges::equal(b.common, a.common) ||
          !std::ranges::equal(b.common_rest, a.common_rest))
        return differs();
    }
    return std::nullopt;
  }

  const PlacedFile& before_;
  const PlacedFile& after_;
  const AddressMap& map_;
  std::vector<AddressPair> references_;  // ascending in before
  const CodePieces& code_;
  std::vector<Relocation> relocated_;  // before; ascending in offset; addend unused
};

}  // namespace

std::vector<AddressPair> rooted_addresses(const PlacedFile& before, const PlacedFile& after,
                                          const AddressMap& map) {
  std::vector<AddressPair> found;
  found.push_back({0, before.elf->header.e_entry, after.elf->header.e_entry});
  std::vector<Relocation> stored_after;
  for (const ElfSection* section : after.sections) {
    if (section->header.sh_type != SHT_RELA) continue;
    const auto some = relocations_of(*after.elf, *section);
    stored_after.insert(stored_after.end(), some.begin(), some.end());
  }
  std::ranges::sort(stored_after);
  for (const ElfSection* section : before.sections) {
    if (section->header.sh_type == SHT_RELA) {
      for (const Relocation& b : relocations_of(*before.elf, *section)) {
        const auto place = map.after(b.offset);
        if (!place || !addend_is_address(b.info)) continue;
        const auto a = std::ranges::lower_bound(stored_after, *place, {}, &Relocation::offset);
        if (a != stored_after.end() && a->offset == *place && a->info == b.info)
          found.push_back({0, b.addend, a->addend});
      }
    } else if (is_all_pointers(*section)) {
      const ElfSection* other = after.named(section->name);
      for (std::uint64_t at = 0; at + 8 <= section->bytes.size(); at += 8)
        found.push_back({0, word_at(*section, at), word_at(*other, at)});
    } else if (section->header.sh_type == SHT_DYNAMIC) {
      const ElfTable<Elf64_Dyn> b(section->bytes);
      const ElfTable<Elf64_Dyn> a(after.named(section->name)->bytes);
      for (std::size_t i = 0; i < b.size(); ++i) {
        if (b[i].d_tag == DT_INIT || b[i].d_tag == DT_FINI)
          found.push_back({0, b[i].d_un.d_ptr, a[i].d_un.d_ptr});
      }
    }
  }
  return found;
}

std::optional<std::string> data_difference(const PlacedFile& before, const PlacedFile& after,
                                           const AddressMap& map,
                                           const std::vector<AddressPair>& references,
                                           const CodePieces& code_before) {
  return DataComparer(before, after, map, references, code_before).run();
}

}  // namespace asmforge
