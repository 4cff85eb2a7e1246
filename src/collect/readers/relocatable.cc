#include "collect/readers/relocatable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "collect/readers/elf_symbols.h"
#include "collect/readers/relocation_formulas.h"

namespace asmforge {
namespace {

// Low enough that 32-bit relocations hold, and not 0, so that a null pointer in
// data does not look like the address of the first function.
constexpr std::uint64_t kBaseAddress = 0x400000;
constexpr std::uint64_t kAddressLimit = 0x7fff0000;
constexpr std::uint64_t kLargestAlignment = 1 << 16;
// Of an undefined symbol: far enough apart that no two are taken for one.
constexpr std::uint64_t kUndefinedSpacing = 16;
constexpr std::uint64_t kSlotBytes = 8;

bool reads_slot(Formula formula) {
  switch (formula) {
    case Formula::kSlotRelative:
    case Formula::kSlotOffset:
    case Formula::kSlotPages:
    case Formula::kSlot:
    case Formula::kSlotFromPage: return true;
    default: return false;
  }
}

Error malformed(std::string what) {
  return {ErrorCode::kBadInput, std::move(what),
          "the file is truncated or corrupt; build or copy it again"};
}

// Where the linker puts a section and its symbols.
struct PlacedSection {
  std::uint64_t address = 0;       // 0: it has none
  std::uint64_t image_offset = 0;  // when it is copied
  std::uint64_t thread_offset = 0;
  bool copied = false;  // it has relocations, so its bytes are ours
};

class Linker {
 public:
  Linker(const ElfFile& file, Binary& binary, std::vector<std::uint8_t>& image)
      : file_(file), binary_(binary), image_(image), placed_(file.sections.size()) {}

  Result<Done> run() {
    find_relocated_sections();
    AF_TRY([[maybe_unused]] const Done placed, place_sections());
    AF_TRY([[maybe_unused]] const Done addressed, address_symbols());
    AF_TRY([[maybe_unused]] const Done slots, place_slots());
    copy_sections();
    publish_sections();
    for (const ElfSection& section : file_.sections) relocate(section);
    publish_imports();
    publish_notes();
    return Done{};
  }

 private:
  // The section that a relocation table is for, when it is part of the image.
  [[nodiscard]] const ElfSection* target_of(const ElfSection& table) const {
    const std::uint32_t target = table.header.sh_info;
    if (table.header.sh_type != SHT_RELA || target >= file_.sections.size()) return nullptr;
    const ElfSection& section = file_.sections[target];
    return section.occupies_memory() && !section.bytes.empty() ? &section : nullptr;
  }

  void find_relocated_sections() {
    for (const ElfSection& table : file_.sections)
      if (target_of(table) != nullptr) placed_[table.header.sh_info].copied = true;
  }

  // Takes `size` bytes of address space behind what was taken before.
  Result<std::uint64_t> take_addresses(std::uint64_t size, std::uint64_t alignment) {
    const std::uint64_t begin = (next_address_ + alignment - 1) / alignment * alignment;
    if (size > kAddressLimit || begin + size > kAddressLimit)
      return malformed("its sections need more than the 2 GB that 32-bit relocations reach");
    next_address_ = begin + size;
    return begin;
  }

  Result<Done> place_sections() {
    for (std::size_t i = 1; i < file_.sections.size(); ++i) {
      const ElfSection& section = file_.sections[i];
      if (!section.has_flag(SHF_ALLOC)) continue;
      const std::uint64_t alignment = std::max<std::uint64_t>(section.header.sh_addralign, 1);
      if (!std::has_single_bit(alignment) || alignment > kLargestAlignment)
        return malformed(fmt::format("section {} has the alignment {}", i, alignment));
      if (section.has_flag(SHF_TLS)) {
        thread_bytes_ = (thread_bytes_ + alignment - 1) / alignment * alignment;
        placed_[i].thread_offset = thread_bytes_;
        if (section.header.sh_size > kAddressLimit - thread_bytes_)
          return malformed("its thread-local data exceeds 2 GB");
        thread_bytes_ += section.header.sh_size;
        thread_alignment_ = std::max(thread_alignment_, alignment);
        if (!section.occupies_memory()) continue;
      }
      AF_TRY(placed_[i].address, take_addresses(section.header.sh_size, alignment));
    }
    // The thread pointer is behind the block, aligned as the block is.
    thread_bytes_ = (thread_bytes_ + thread_alignment_ - 1) / thread_alignment_ * thread_alignment_;
    return Done{};
  }

  Result<Done> address_symbols() {
    const ElfSection* table = file_.first_of_type(SHT_SYMTAB);
    if (table == nullptr) return Done{};
    symbols_ = ElfSymbols(file_, *table);
    addresses_.resize(symbols_.size());
    slots_.resize(symbols_.size());
    std::uint64_t undefined = 0;
    for (std::size_t i = 1; i < symbols_.size(); ++i) {
      const Elf64_Sym symbol = symbols_.entry(i);
      const std::uint32_t section = symbols_.section_of(i, symbol);
      if (section == SHN_UNDEF) {
        ++undefined;
      } else if (section == SHN_COMMON) {
        const std::uint64_t alignment =
            std::bit_ceil(std::clamp<std::uint64_t>(symbol.st_value, 1, kLargestAlignment));
        AF_TRY(addresses_[i], take_addresses(symbol.st_size, alignment));
        publish_symbol(i, symbol, addresses_[i]);
      } else if (section == SHN_ABS) {
        addresses_[i] = symbol.st_value;
      } else if (section < placed_.size()) {
        const bool thread_local_ = ELF64_ST_TYPE(symbol.st_info) == STT_TLS;
        const PlacedSection& place = placed_[section];
        addresses_[i] = (thread_local_ ? place.thread_offset : place.address) + symbol.st_value;
        const bool inside = symbol.st_value <= file_.sections[section].header.sh_size;
        if (place.address != 0 && !thread_local_ && inside)
          publish_symbol(i, symbol, addresses_[i]);
      }
    }
    return address_undefined(undefined);
  }

  Result<Done> address_undefined(std::uint64_t count) {
    if (count == 0) return Done{};
    AF_TRY(undefined_begin_, take_addresses(count * kUndefinedSpacing, kUndefinedSpacing));
    std::uint64_t next = undefined_begin_;
    for (std::size_t i = 1; i < symbols_.size(); ++i) {
      if (symbols_.section_of(i, symbols_.entry(i)) != SHN_UNDEF) continue;
      addresses_[i] = next;
      binary_.imports.push_back({next, symbols_.name(i), Import::Kind::kUndefined});
      next += kUndefinedSpacing;
    }
    undefined_size_ = next - undefined_begin_;
    return Done{};
  }

  // One slot for each symbol that is read through the global offset table.
  Result<Done> place_slots() {
    for (const ElfSection& section : file_.sections) {
      if (target_of(section) == nullptr) continue;
      const auto table = file_.table<Elf64_Rela>(&section);
      for (std::size_t i = 0; i < table.size(); ++i) {
        const Elf64_Rela entry = table[i];
        const RelocationType* type = relocation_type(binary_.isa, ELF64_R_TYPE(entry.r_info));
        const std::uint64_t symbol = ELF64_R_SYM(entry.r_info);
        if (type == nullptr || !reads_slot(type->formula) || symbol >= slots_.size()) continue;
        if (slots_[symbol] != 0) continue;
        slots_[symbol] = ++slot_count_;  // from 1; made an address below
      }
    }
    // Without slots the table still has an address, for GOTPC32.
    AF_TRY(table_address_, take_addresses(slot_count_ * kSlotBytes, kSlotBytes));
    for (std::uint64_t& slot : slots_)
      if (slot != 0) slot = table_address_ + (slot - 1) * kSlotBytes;
    return Done{};
  }

  void copy_sections() {
    std::uint64_t size = slot_count_ * kSlotBytes;
    for (std::size_t i = 0; i < placed_.size(); ++i) {
      if (!placed_[i].copied) continue;
      placed_[i].image_offset = size;
      size += file_.sections[i].bytes.size();
    }
    image_.resize(size);
    for (std::size_t i = 0; i < placed_.size(); ++i)
      if (placed_[i].copied)
        std::copy(file_.sections[i].bytes.begin(), file_.sections[i].bytes.end(),
                  image_.begin() + static_cast<std::ptrdiff_t>(placed_[i].image_offset));
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (slots_[i] != 0)
        std::memcpy(image_.data() + (slots_[i] - table_address_), &addresses_[i], kSlotBytes);
  }

  void publish_symbol(std::size_t index, const Elf64_Sym& symbol, std::uint64_t address) {
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (type == STT_SECTION || type == STT_FILE) return;
    binary_.symbols.push_back({.name = symbols_.name(index),
                               .address = address,
                               .size = symbol.st_size,
                               .kind = symbol_kind(symbol),
                               .global = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL});
  }

  void publish_sections() {
    const Bytes image(image_);
    for (std::size_t i = 1; i < placed_.size(); ++i) {
      const ElfSection& section = file_.sections[i];
      if (!section.occupies_memory()) continue;
      binary_.sections.push_back(
          {.name = section.name,
           .address = placed_[i].address,
           .size = section.header.sh_size,
           .file_offset = section.header.sh_offset,
           .index = static_cast<std::uint32_t>(i),
           .allocated = true,
           .executable = section.has_flag(SHF_EXECINSTR),
           .writable = section.has_flag(SHF_WRITE),
           .bytes = placed_[i].copied ? image.subspan(placed_[i].image_offset, section.bytes.size())
                                      : section.bytes});
    }
    publish_synthetic("*UND*", undefined_begin_, undefined_size_, {});
    publish_synthetic("*GOT*", table_address_, slot_count_ * kSlotBytes,
                      image.first(slot_count_ * kSlotBytes));
    std::sort(binary_.sections.begin(), binary_.sections.end(),
              [](const Section& a, const Section& b) { return a.address < b.address; });
  }

  void publish_synthetic(std::string_view name, std::uint64_t address, std::uint64_t size,
                         Bytes bytes) {
    if (size == 0) return;
    binary_.sections.push_back({.name = name,
                                .address = address,
                                .size = size,
                                .index = kNoIndex,
                                .allocated = true,
                                .bytes = bytes});
  }

  void relocate(const ElfSection& section) {
    if (section.header.sh_type == SHT_REL && section.header.sh_info < placed_.size() &&
        file_.sections[section.header.sh_info].occupies_memory())
      unknown_ += section.bytes.size() / sizeof(Elf64_Rel);
    if (target_of(section) == nullptr) return;
    const PlacedSection& place = placed_[section.header.sh_info];
    const std::uint64_t size = file_.sections[section.header.sh_info].bytes.size();
    const auto table = file_.table<Elf64_Rela>(&section);
    for (std::size_t i = 0; i < table.size(); ++i) {
      const Elf64_Rela entry = table[i];
      const RelocationType* type = relocation_type(binary_.isa, ELF64_R_TYPE(entry.r_info));
      const std::uint64_t symbol = ELF64_R_SYM(entry.r_info);
      if (type == nullptr) {
        ++unknown_;
        continue;
      }
      if (symbol >= std::max<std::size_t>(addresses_.size(), 1) || entry.r_offset > size ||
          type->bytes > size - entry.r_offset) {
        ++outside_;
        continue;
      }
      const std::uint64_t value = value_of(*type, entry, symbol, place.address + entry.r_offset);
      store_relocated(*type, value, image_.data() + place.image_offset + entry.r_offset);
    }
  }

  [[nodiscard]] std::uint64_t value_of(const RelocationType& type, const Elf64_Rela& entry,
                                       std::uint64_t symbol, std::uint64_t place) const {
    const auto addend = static_cast<std::uint64_t>(entry.r_addend);
    const std::uint64_t address = symbol == 0 ? 0 : addresses_[symbol];
    const std::uint64_t slot = symbol < slots_.size() ? slots_[symbol] : 0;
    switch (type.formula) {
      case Formula::kNothing: return 0;
      case Formula::kAbsolute: return address + addend;
      case Formula::kRelative: return address + addend - place;
      case Formula::kSlotRelative: return slot + addend - place;
      case Formula::kSlotOffset: return slot - table_address_ + addend;
      case Formula::kTableRelative: return table_address_ + addend - place;
      case Formula::kFromTable: return address + addend - table_address_;
      case Formula::kThreadOffset: return address + addend - thread_pointer();
      case Formula::kBlockOffset: return address + addend;
      case Formula::kSize: return symbols_.entry(symbol).st_size + addend;
      case Formula::kPages: return page(address + addend) - page(place);
      case Formula::kSlotPages: return page(slot + addend) - page(place);
      case Formula::kSlot: return slot + addend;
      case Formula::kSlotFromPage: return slot + addend - page(table_address_);
    }
    return 0;
  }

  static std::uint64_t page(std::uint64_t address) { return address & ~std::uint64_t{0xfff}; }

  // Where it is, from the begin of the thread-local block: behind it on x86-64, two words in
  // front of it, as it is aligned, on AArch64.
  [[nodiscard]] std::uint64_t thread_pointer() const {
    constexpr std::uint64_t kControlBlockBytes = 16;
    if (binary_.isa == Isa::kAarch64)
      return std::uint64_t{0} - std::max(kControlBlockBytes, thread_alignment_);
    return thread_bytes_;
  }

  void publish_imports() {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (slots_[i] != 0)
        binary_.imports.push_back({slots_[i], symbols_.name(i), Import::Kind::kGotSlot});
    std::sort(binary_.imports.begin(), binary_.imports.end(),
              [](const Import& a, const Import& b) { return a.address < b.address; });
  }

  void publish_notes() {
    if (unknown_ != 0)
      binary_.notes.push_back(fmt::format(
          "{} relocations of types that are not known here were not applied", unknown_));
    if (outside_ != 0)
      binary_.notes.push_back(
          fmt::format("{} relocations that point outside their section or symbol table were not "
                      "applied",
                      outside_));
  }

  const ElfFile& file_;
  Binary& binary_;
  std::vector<std::uint8_t>& image_;
  std::vector<PlacedSection> placed_;  // by section index
  ElfSymbols symbols_;
  std::vector<std::uint64_t> addresses_;  // by symbol index
  std::vector<std::uint64_t> slots_;      // by symbol index; 0: none
  std::uint64_t next_address_ = kBaseAddress;
  std::uint64_t thread_bytes_ = 0;
  std::uint64_t thread_alignment_ = 1;
  std::uint64_t undefined_begin_ = 0;
  std::uint64_t undefined_size_ = 0;
  std::uint64_t table_address_ = 0;
  std::uint64_t slot_count_ = 0;
  std::uint64_t unknown_ = 0;
  std::uint64_t outside_ = 0;
};

}  // namespace

Result<Done> link_relocatable(const ElfFile& file, Binary& binary,
                              std::vector<std::uint8_t>& image) {
  return Linker(file, binary, image).run();
}

}  // namespace asmforge
