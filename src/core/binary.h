// An object file, opened: where its bytes, names and functions are.
//
// A relocatable object is laid out and linked in memory when it is opened (its
// sections get consecutive addresses, relocations are applied to a private copy,
// undefined symbols get addresses of their own in `imports`), so that everything
// behind the reader sees one kind of file: linked code at unique addresses.
//
// Immutable after it is opened; safe to read from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/function.h"
#include "core/isa.h"

namespace asmforge {

enum class FileKind : std::uint8_t {
  kExecutable,
  kPositionIndependent,
  kSharedObject,
  kRelocatable
};
std::string_view to_string(FileKind kind);

struct Section {
  std::string_view name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // bytes in memory
  std::uint64_t file_offset = 0;
  std::uint32_t index = 0;  // in the file's section table
  bool allocated = false;
  bool executable = false;
  bool writable = false;
  std::span<const std::uint8_t> bytes;  // what the file holds of it; empty for .bss
};

enum class SymbolKind : std::uint8_t {
  kFunction,
  kIndirectFunction,
  kObject,
  kThreadLocal,
  kOther
};

struct Symbol {
  std::string_view name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  SymbolKind kind = SymbolKind::kOther;
  bool global = false;
  bool dynamic = false;  // from .dynsym
};

// A place in the image that stands for a symbol of another file: a PLT stub, a
// GOT slot, or (in a relocatable) the address given to an undefined symbol.
struct Import {
  enum class Kind : std::uint8_t { kPltStub, kGotSlot, kUndefined };
  std::uint64_t address = 0;
  std::string_view name;  // without version
  Kind kind = Kind::kUndefined;
};

// How we know that a function starts here.
enum class FunctionOrigin : std::uint8_t {
  kSymbol,         // .symtab
  kDynamicSymbol,  // .dynsym
  kUnwindTable,    // an FDE of .eh_frame without a symbol
  kCallTarget,     // only that something calls it
  kEntryPoint,     // e_entry, .init, .fini, init arrays
  kPltStub,
};
std::string_view to_string(FunctionOrigin origin);

// One row per function; what stays in memory for all of a binary.
struct FunctionEntry {
  std::uint64_t address = 0;
  std::uint64_t size = 0;  // bytes of the part that holds the entry
  std::string_view name;   // empty when there is none
  FunctionOrigin origin = FunctionOrigin::kSymbol;
  bool size_known = true;  // false: up to the next known start
  // Index into Binary::cold_parts; of a function without any, where they would be.
  std::uint32_t first_cold_part = 0;
  std::uint32_t cold_part_count = 0;
  std::uint32_t alias_count = 0;  // further names for the same address
};

struct ColdPart {
  AddressRange range;
  std::string_view name;  // "f.cold" when there is a symbol
};

// One range of calls in a function and where an exception thrown there lands.
struct LandingPad {
  AddressRange calls;
  std::uint64_t address = 0;
};

// Where a reader keeps what the spans and views above point into.
struct BinaryStorage {
  virtual ~BinaryStorage() = default;
};

struct Binary {
  std::string path;      // as the user gave it
  std::string member;    // archive member, or empty
  std::string build_id;  // lower-case hexadecimal, or empty
  Isa isa = Isa::kX86_64;
  FileKind kind = FileKind::kExecutable;
  std::uint64_t entry_point = 0;
  bool has_symbol_table = false;
  bool has_debug_info = false;           // its own, or in a file found for it
  std::string debug_path;                // the separate debug file in use, or empty
  std::vector<Section> sections;         // ascending in address; allocated ones only
  std::vector<Symbol> symbols;           // ascending in address; defined ones in sections
  std::vector<Import> imports;           // ascending in address
  std::vector<FunctionEntry> functions;  // ascending in address
  std::vector<ColdPart> cold_parts;      // grouped by the function that owns them
  // What the file marks as data between instructions, ascending, apart from each other: literal
  // pools and tables in code sections. Of x86-64, where nothing marks them, always empty.
  std::vector<AddressRange> data_in_code;
  // Indices into cold_parts, ascending in address; set by index_cold_parts.
  std::vector<std::uint32_t> cold_parts_by_address;
  std::vector<std::string> notes;  // what the user should know: "no symbol table; ..."
  // The whole file, or the archive member's part of it, as it is on disk.
  std::span<const std::uint8_t> file_bytes;
  std::shared_ptr<BinaryStorage> storage;

  [[nodiscard]] const Section* section_at(std::uint64_t address) const;
  // The file's bytes from `address` on, at most `size`; shorter at the section's end.
  [[nodiscard]] std::span<const std::uint8_t> bytes_at(std::uint64_t address,
                                                       std::uint64_t size) const;
  // A little-endian integer of 1, 2, 4 or 8 bytes in the image as it is linked.
  [[nodiscard]] std::optional<std::uint64_t> read_unsigned(std::uint64_t address,
                                                           unsigned width) const;
  // The address stored in the 8 bytes there, with the dynamic loader's relative
  // relocations applied at load base 0.
  [[nodiscard]] std::optional<std::uint64_t> pointer_at(std::uint64_t address) const;
  [[nodiscard]] const Import* import_at(std::uint64_t address) const;
  // After functions and cold_parts are complete: lets function_containing find
  // cold parts.
  void index_cold_parts();
  // The function whose entry is exactly here.
  [[nodiscard]] const FunctionEntry* function_at(std::uint64_t address) const;
  // The function one of whose parts holds this address.
  [[nodiscard]] const FunctionEntry* function_containing(std::uint64_t address) const;
  // The best name for exactly this address: function, import or data symbol.
  [[nodiscard]] std::string_view name_at(std::uint64_t address) const;
  // The landing pads of the function part that starts at `part_begin`, from its LSDA.
  [[nodiscard]] std::vector<LandingPad> landing_pads(std::uint64_t part_begin) const;

  // Set by the reader; answer pointer_at and landing_pads for its format.
  std::optional<std::uint64_t> (*relative_pointer)(const Binary&, std::uint64_t) = nullptr;
  std::vector<LandingPad> (*read_landing_pads)(const Binary&, std::uint64_t) = nullptr;
};

}  // namespace asmforge
