// What two builds have before any address is compared: their sections and segments.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "verdict/placement_data.h"

namespace asmforge {
namespace {

// lld fills the end of the relro segment's page with it; its size is placement.
constexpr std::string_view kRelroPadding = ".relro_padding";
constexpr std::string_view kLandingPads = ".gcc_except_table";

std::vector<const ElfSection*> sections_by_name(const ElfFile& elf) {
  std::vector<const ElfSection*> sections;
  for (const ElfSection& section : elf.sections) {
    if (section.has_flag(SHF_ALLOC) && section.header.sh_type != SHT_NULL &&
        section.header.sh_size != 0 && section.name != kRelroPadding)
      sections.push_back(&section);
  }
  std::ranges::sort(sections, {}, [](const ElfSection* s) { return s->name; });
  return sections;
}

bool may_change_size(const ElfSection& section) {
  return section.has_flag(SHF_EXECINSTR) || section.name == kLandingPads ||
         holds_constants(section);
}

std::optional<std::string> section_difference(const ElfSection& b, const ElfSection& a) {
  const std::string name = printable(b.name);
  if (b.header.sh_type != a.header.sh_type || b.header.sh_flags != a.header.sh_flags)
    return fmt::format("{} is of another kind", name);
  if (b.header.sh_size != a.header.sh_size && !may_change_size(b))
    return fmt::format("{} has {} bytes before and {} after", name, b.header.sh_size,
                       a.header.sh_size);
  return std::nullopt;
}

std::vector<std::string_view> names_inside(const PlacedFile& file, const Elf64_Phdr& segment) {
  std::vector<std::string_view> names;
  for (const ElfSection* section : file.sections) {
    const bool inside = section->header.sh_addr >= segment.p_vaddr &&
                        section->header.sh_addr - segment.p_vaddr < segment.p_memsz;
    if (inside && section->has_flag(SHF_TLS) == (segment.p_type == PT_TLS))
      names.push_back(section->name);
  }
  return names;
}

std::optional<std::string> segment_difference(const PlacedFile& before, const PlacedFile& after) {
  const auto& b = before.elf->segments;
  const auto& a = after.elf->segments;
  if (b.size() != a.size()) return "the number of segments differs";
  for (std::size_t i = 0; i < b.size(); ++i) {
    const bool stack = b[i].p_type == PT_GNU_STACK;
    if (b[i].p_type != a[i].p_type || b[i].p_flags != a[i].p_flags ||
        b[i].p_align != a[i].p_align || (stack && b[i].p_memsz != a[i].p_memsz))
      return fmt::format("segment {} is of another kind", i);
    if (names_inside(before, b[i]) != names_inside(after, a[i]))
      return fmt::format("segment {} holds other sections", i);
  }
  return std::nullopt;
}

// Text up to its NUL in constant data; empty when there is none.
std::string_view string_at(const PlacedFile& file, std::uint64_t address) {
  const ElfSection* section = loaded_section_at(*file.elf, address);
  if (section == nullptr || !holds_constants(*section)) return {};
  const Bytes rest = section->bytes.subspan(address - section->header.sh_addr);
  const auto end = std::ranges::find(rest, 0);
  if (end == rest.end()) return {};
  return {reinterpret_cast<const char*>(rest.data()), static_cast<std::size_t>(end - rest.begin())};
}

// Strings that only a table of distances leads to. What is found here by looking alike
// is compared like all else.
std::vector<AddressPair> entries_of_string_tables(const PlacedFile& before, const PlacedFile& after,
                                                  const std::vector<AddressPair>& references) {
  std::vector<AddressPair> found;
  for (const AddressPair& table : references) {
    const ElfSection* b = loaded_section_at(*before.elf, table.before);
    const ElfSection* a = loaded_section_at(*after.elf, table.after);
    if (b == nullptr || a == nullptr || !holds_constants(*b) || !holds_constants(*a)) continue;
    const auto next = std::ranges::upper_bound(references, table.before, {}, &AddressPair::before);
    const std::uint64_t section_end = b->header.sh_addr + b->header.sh_size;
    const std::uint64_t end =
        next != references.end() ? std::min(next->before, section_end) : section_end;
    for (std::uint64_t at = 0; table.before + at + 4 <= end; at += 4) {
      const auto target = [at](const ElfSection& section, std::uint64_t start) -> std::uint64_t {
        const std::uint64_t offset = start + at - section.header.sh_addr;
        if (offset > section.bytes.size() || section.bytes.size() - offset < 4) return 0;
        const auto distance = load<std::int32_t>(section.bytes.subspan(offset));
        return start + static_cast<std::uint64_t>(std::int64_t{distance});
      };
      const std::uint64_t string_before = target(*b, table.before);
      const std::uint64_t string_after = target(*a, table.after);
      const std::string_view text = string_at(before, string_before);
      if (text.empty() || text != string_at(after, string_after)) break;
      found.push_back({table.from, string_before, string_after, false});
    }
  }
  return found;
}

// Cuts the section where something refers to it, at most up to where the next thing
// begins in either build.
std::optional<std::string> map_section_by_references(const ElfSection& b, const ElfSection& a,
                                                     const std::vector<AddressPair>& references,
                                                     AddressMap& map) {
  const std::uint64_t begin = b.header.sh_addr;
  const std::uint64_t end = begin + b.header.sh_size;
  const std::uint64_t begin_after = a.header.sh_addr;
  const std::uint64_t end_after = begin_after + a.header.sh_size;
  std::vector<MovedPart> parts;
  std::vector<std::uint64_t> starts_after;
  for (auto it = std::ranges::lower_bound(references, begin, {}, &AddressPair::before);
       it != references.end() && it->before < end; ++it) {
    if (!parts.empty() && parts.back().begin == it->before) {
      if (parts.back().begin + parts.back().delta == it->after) continue;
      return fmt::format("what is at {:#x} in {} has two counterparts after", it->before,
                         printable(b.name));
    }
    if (it->after < begin_after || it->after >= end_after)
      return fmt::format("what is at {:#x} in {} has no counterpart after", it->before,
                         printable(b.name));
    parts.push_back({it->before, 0, it->after - it->before, false});
    starts_after.push_back(it->after);
  }
  const bool together =
      std::ranges::adjacent_find(parts, [](const MovedPart& x, const MovedPart& y) {
        return x.delta != y.delta;
      }) == parts.end();
  const std::uint64_t delta = begin_after - begin;
  if (together && b.header.sh_size == a.header.sh_size &&
      (parts.empty() || parts.front().delta == delta)) {
    map.add({begin, end, delta, false});
    return std::nullopt;
  }
  std::ranges::sort(starts_after);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    MovedPart& part = parts[i];
    const std::uint64_t next = i + 1 < parts.size() ? parts[i + 1].begin : end;
    const std::uint64_t start = part.begin + part.delta;
    const auto after = std::ranges::upper_bound(starts_after, start);
    const std::uint64_t next_after = after != starts_after.end() ? *after : end_after;
    part.end = part.begin + std::min(next - part.begin, next_after - start);
    map.add(part);
  }
  return std::nullopt;
}

}  // namespace

bool holds_constants(const ElfSection& section) {
  constexpr std::string_view kUnwind = ".eh_frame";
  return section.header.sh_type == SHT_PROGBITS && !section.has_flag(SHF_WRITE) &&
         !section.has_flag(SHF_EXECINSTR) && !section.name.starts_with(kUnwind) &&
         section.name != kLandingPads && section.name != ".interp" &&
         !section.name.starts_with(".got");
}

const ElfSection* PlacedFile::named(std::string_view name) const {
  const auto found =
      std::ranges::lower_bound(sections, name, {}, [](const ElfSection* s) { return s->name; });
  return found != sections.end() && (*found)->name == name ? *found : nullptr;
}

std::optional<std::string> structure_difference(const ElfFile& before, const ElfFile& after,
                                                PlacedFile& placed_before,
                                                PlacedFile& placed_after) {
  if (before.header.e_type != after.header.e_type ||
      before.header.e_flags != after.header.e_flags ||
      !std::ranges::equal(before.header.e_ident, after.header.e_ident))
    return "the ELF headers differ";
  placed_before = {&before, sections_by_name(before), {}};
  placed_after = {&after, sections_by_name(after), {}};
  const auto& b = placed_before.sections;
  const auto& a = placed_after.sections;
  for (std::size_t i = 0; i < std::max(b.size(), a.size()); ++i) {
    if (i < b.size() && i < a.size() && b[i]->name == a[i]->name) {
      if (i != 0 && b[i]->name == b[i - 1]->name)
        return fmt::format("several sections are called {}", printable(b[i]->name));
      if (auto difference = section_difference(*b[i], *a[i])) return difference;
      continue;
    }
    const bool before_has = i < b.size() && (i >= a.size() || b[i]->name < a[i]->name);
    return fmt::format("only one has the section {}",
                       printable(before_has ? b[i]->name : a[i]->name));
  }
  // Without section headers there is nothing to hold on to.
  if (b.empty()) return "the section headers were removed";
  if (auto difference = segment_difference(placed_before, placed_after)) return difference;
  for (PlacedFile* file : {&placed_before, &placed_after}) {
    const ElfSection* table = file->named(".eh_frame");
    if (table == nullptr) continue;
    auto records = read_unwind_records(table->bytes, table->header.sh_addr);
    if (!records) return ".eh_frame holds records of a kind that is not read";
    file->unwind = *std::move(records);
    const ElfSection* index = file->named(".eh_frame_hdr");
    if (index != nullptr &&
        !index_agrees(index->bytes, index->header.sh_addr, table->header.sh_addr, file->unwind))
      return ".eh_frame_hdr does not agree with .eh_frame";
    // Nothing runs in an empty function.
    std::erase_if(file->unwind, [](const UnwindRecord& record) { return record.code_size == 0; });
  }
  return std::nullopt;
}

void map_sections(const PlacedFile& before, const PlacedFile& after, AddressMap& map) {
  for (const ElfSection* b : before.sections) {
    const ElfSection* a = after.named(b->name);
    if (may_change_size(*b) || !b->occupies_memory()) continue;
    map.add({b->header.sh_addr, b->header.sh_addr + b->header.sh_size,
             a->header.sh_addr - b->header.sh_addr, false});
  }
  // The ELF header and the program headers, when they are loaded: __ehdr_start.
  const auto headers = [](const ElfFile& elf) -> const Elf64_Phdr* {
    const auto first = std::ranges::find_if(elf.segments, [](const Elf64_Phdr& segment) {
      return segment.p_type == PT_LOAD && segment.p_offset == 0;
    });
    return first == elf.segments.end() ? nullptr : &*first;
  };
  const Elf64_Phdr* b = headers(*before.elf);
  const Elf64_Phdr* a = headers(*after.elf);
  if (b == nullptr || a == nullptr) return;
  map.add({b->p_vaddr, b->p_vaddr + sizeof(Elf64_Ehdr), a->p_vaddr - b->p_vaddr, false});
}

std::optional<std::string> map_constants(const PlacedFile& before, const PlacedFile& after,
                                         std::vector<AddressPair> references, AddressMap& map) {
  const auto sort = [&references] {
    std::ranges::sort(references, {},
                      [](const AddressPair& pair) { return std::pair(pair.before, pair.after); });
  };
  sort();
  const std::vector<AddressPair> entries = entries_of_string_tables(before, after, references);
  references.insert(references.end(), entries.begin(), entries.end());
  sort();
  for (const ElfSection* b : before.sections) {
    if (!holds_constants(*b)) continue;
    const ElfSection* a = after.named(b->name);
    if (auto difference = map_section_by_references(*b, *a, references, map)) return difference;
  }
  return std::nullopt;
}

void map_landing_pads(const PlacedFile& before, const PlacedFile& after, AddressMap& map) {
  const ElfSection* b = before.named(kLandingPads);
  const ElfSection* a = after.named(kLandingPads);
  if (b == nullptr || a == nullptr) return;
  struct Table {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
  };
  std::vector<Table> tables;
  for (const UnwindRecord& record : before.unwind) {
    if (record.landing_pads == 0) continue;
    const auto begin = map.after(record.begin);
    if (!begin) continue;
    const auto partner = std::ranges::lower_bound(after.unwind, *begin, {}, &UnwindRecord::begin);
    if (partner == after.unwind.end() || partner->begin != *begin) continue;
    tables.push_back({record.landing_pads, partner->landing_pads});
  }
  // Each reaches to the next one in both builds; what is longer in one is padding.
  std::vector<std::uint64_t> starts_after;
  starts_after.reserve(tables.size());
  for (const Table& table : tables) starts_after.push_back(table.after);
  std::ranges::sort(starts_after);
  std::ranges::sort(tables, {}, &Table::before);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (i != 0 && tables[i].before == tables[i - 1].before) continue;  // shared by cold parts
    std::uint64_t end = b->header.sh_addr + b->header.sh_size;
    for (std::size_t next = i + 1; next < tables.size(); ++next) {
      if (tables[next].before == tables[i].before) continue;
      end = tables[next].before;
      break;
    }
    const auto next_after = std::ranges::upper_bound(starts_after, tables[i].after);
    const std::uint64_t end_after =
        next_after != starts_after.end() ? *next_after : a->header.sh_addr + a->header.sh_size;
    if (end <= tables[i].before || end_after <= tables[i].after) continue;
    const std::uint64_t size = std::min(end - tables[i].before, end_after - tables[i].after);
    map.add({tables[i].before, tables[i].before + size, tables[i].after - tables[i].before, false});
  }
}

}  // namespace asmforge
