// Everything that is loaded besides code, compared under a map of addresses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verdict/address_map.h"
#include "verdict/code_pieces.h"
#include "verdict/loaded_file.h"
#include "verdict/unwind_records.h"

namespace asmforge {

// A build's allocated sections by name, and its unwind records.
struct PlacedFile {
  const ElfFile* elf = nullptr;
  std::vector<const ElfSection*> sections;  // ascending in name
  std::vector<UnwindRecord> unwind;

  [[nodiscard]] bool position_dependent() const { return elf->header.e_type == ET_EXEC; }
  [[nodiscard]] const ElfSection* named(std::string_view name) const;
};

// What must agree before a map can be made: sections, segments. Fills both when it
// is none.
std::optional<std::string> structure_difference(const ElfFile& before, const ElfFile& after,
                                                PlacedFile& placed_before,
                                                PlacedFile& placed_after);

// Constant data, which a linker puts together from pieces and merges: strings,
// literals, jump tables.
bool holds_constants(const ElfSection& section);

// Adds the sections that move as a whole: all but code, constants and landing pads.
void map_sections(const PlacedFile& before, const PlacedFile& after, AddressMap& map);

// Pairs of code addresses that the files hold in the same places: entry point,
// pointers that the loader relocates, arrays of functions. `map` holds sections.
std::vector<AddressPair> rooted_addresses(const PlacedFile& before, const PlacedFile& after,
                                          const AddressMap& map);

// Adds the constants, piece by piece where something refers to them. A clause when
// two references disagree.
std::optional<std::string> map_constants(const PlacedFile& before, const PlacedFile& after,
                                         std::vector<AddressPair> references, AddressMap& map);

// Adds the landing-pad tables, each of which moves with its function. `map` holds
// all code.
void map_landing_pads(const PlacedFile& before, const PlacedFile& after, AddressMap& map);

// The first difference in data, relocations, dynamic section and unwind tables.
// `references`: what the code refers to, for the jump tables in constant data.
std::optional<std::string> data_difference(const PlacedFile& before, const PlacedFile& after,
                                           const AddressMap& map,
                                           const std::vector<AddressPair>& references,
                                           const CodePieces& code_before);

}  // namespace asmforge
