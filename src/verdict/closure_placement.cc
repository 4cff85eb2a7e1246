#include "verdict/closure_placement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "collect/open_bytes.h"
#include "collect/stream.h"
#include "isa/no_return.h"
#include "verdict/address_map.h"
#include "verdict/code_pieces.h"
#include "verdict/placement_data.h"

namespace asmforge {
namespace {

Result<Binary> open_loaded(const LoadedFile& file) {
  OpenOptions options;
  options.debug_root.clear();  // names alone are of use, and only those of the file
  AF_TRY(std::vector<Binary> binaries,
         open_bytes(file.file->path(), file.file->bytes(), options, "", file.file));
  return std::move(binaries.front());
}

// Compares two builds whose structure agrees; one use.
class PlacementComparer {
 public:
  PlacementComparer(const Binary& before, const Binary& after, const PlacedFile& placed_before,
                    const PlacedFile& placed_after)
      : before_(before),
        after_(after),
        placed_before_(placed_before),
        placed_after_(placed_after),
        decoder_(before.isa) {}

  // The first difference, or none.
  std::optional<std::string> run() {
    AddressMap sections;
    map_sections(placed_before_, placed_after_, sections);
    map_ = sections;
    if (!sections.seal()) return "sections overlap";
    code_before_ = cut_code(before_, decoder_);
    code_after_ = cut_code(after_, decoder_);
    if (!code_before_.problem.empty()) return code_before_.problem;
    if (!code_after_.problem.empty()) return code_after_.problem;
    const std::vector<AddressPair> roots =
        rooted_addresses(placed_before_, placed_after_, sections);
    pairs_ = pair_pieces(before_, code_before_, after_, code_after_, roots, decoder_);
    if (!pairs_.difference.empty()) return pairs_.difference;
    add_code();
    std::vector<AddressPair> anchors = roots;
    for (const PieceComparison& comparison : pairs_.comparisons)
      anchors.insert(anchors.end(), comparison.addresses.begin(), comparison.addresses.end());
    add_named_objects(anchors);
    if (auto difference = map_constants(placed_before_, placed_after_, std::move(anchors), map_))
      return difference;
    if (!seal_map()) return "parts overlap";
    if (map_.after(placed_before_.elf->header.e_entry) != placed_after_.elf->header.e_entry)
      return "another function is the entry point";
    if (auto difference = code_difference()) return difference;
    return data_difference(placed_before_, placed_after_, map_, references_, code_before_);
  }

  // "12 of 40 functions lie elsewhere, by 16, 32 and 48 bytes mod 64".
  [[nodiscard]] std::string description() const {
    std::size_t moved = 0;
    std::size_t pieces = 0;
    std::set<std::uint64_t> residues;
    std::vector<std::string> sections;
    for (const MovedPart& part : map_.parts()) {
      if (part.code) ++pieces;
      if (part.delta == 0) continue;
      if (part.code) {
        ++moved;
        residues.insert(part.delta % 64);
        continue;
      }
      const ElfSection* section = loaded_section_at(*placed_before_.elf, part.begin);
      if (section == nullptr) continue;
      const std::string name = printable(section->name);
      if (sections.empty() || sections.back() != name) sections.push_back(name);
    }
    std::string text = fmt::format("{} of {} pieces of code lie elsewhere", moved, pieces);
    if (moved != 0) {
      constexpr std::size_t kShown = 8;
      std::vector<std::uint64_t> shown(residues.begin(), residues.end());
      const bool cut = shown.size() > kShown;
      if (cut) shown.resize(kShown);
      text += fmt::format(", by {}{} bytes mod 64", fmt::join(shown, ", "), cut ? ", ..." : "");
    }
    if (!sections.empty())
      text += fmt::format(", and so {} {}", sections.size() == 1 ? "does" : "do",
                          sections.size() <= 3 ? fmt::format("{}", fmt::join(sections, ", "))
                                               : fmt::format("{} sections", sections.size()));
    return text;
  }
  [[nodiscard]] bool moved_anything() const { return map_.moved_anything(); }

 private:
  void add_code() {
    for (std::size_t i = 0; i < code_before_.pieces.size(); ++i) {
      const CodePiece& b = code_before_.pieces[i];
      const CodePiece& a = code_after_.pieces[pairs_.after_of[i]];
      map_.add({b.begin, b.end, a.begin - b.begin, true});
    }
  }

  // Constants that nothing refers to by a place of its own may still have a name.
  void add_named_objects(std::vector<AddressPair>& anchors) const {
    const auto objects = [](const Binary& binary) {
      std::map<std::string_view, std::vector<std::uint64_t>> found;
      for (const Symbol& symbol : binary.symbols) {
        auto& places = found[symbol.name];
        // .symtab and .dynsym may both have it.
        if (symbol.kind == SymbolKind::kObject &&
            (places.empty() || places.back() != symbol.address))
          places.push_back(symbol.address);
      }
      return found;
    };
    const auto before = objects(before_);
    const auto after = objects(after_);
    for (const auto& [name, places] : before) {
      const auto other = after.find(name);
      if (!name.empty() && other != after.end() && places.size() == 1 && other->second.size() == 1)
        anchors.push_back({0, places.front(), other->second.front()});
    }
  }

  bool seal_map() {
    if (!map_.seal()) return false;
    AddressMap with_landing_pads = map_;
    map_landing_pads(placed_before_, placed_after_, with_landing_pads);
    if (!with_landing_pads.seal()) return false;
    map_ = std::move(with_landing_pads);
    return true;
  }

  std::optional<std::string> code_difference() {
    const bool absolute = placed_before_.position_dependent();
    for (std::size_t i = 0; i < code_before_.pieces.size(); ++i) {
      const CodePiece& piece = code_before_.pieces[i];
      for (const AddressPair& pair : pairs_.comparisons[i].addresses) {
        const bool number = pair.perhaps && map_.at(pair.before) == nullptr;
        const bool same =
            number ? pair.before == pair.after : map_.after(pair.before) == pair.after;
        if (!same)
          return fmt::format("{} refers to something else at {:#x}", piece_name(piece), pair.from);
        if (!pair.perhaps || absolute) references_.push_back(pair);
      }
      if (pairs_.comparisons[i].goes_on && !next_follows(i))
        return fmt::format("{} goes on into what no longer follows it", piece_name(piece));
    }
    return std::nullopt;
  }

  // What lies behind the piece lies there in both builds, or is never reached.
  bool next_follows(std::size_t i) {
    const CodePiece& piece = code_before_.pieces[i];
    const bool last =
        i + 1 == code_before_.pieces.size() || code_before_.pieces[i + 1].section != piece.section;
    if (last) return true;
    const CodePiece& next = code_before_.pieces[i + 1];
    const CodePiece& after = code_after_.pieces[pairs_.after_of[i]];
    const CodePiece& next_after = code_after_.pieces[pairs_.after_of[i + 1]];
    if (next.begin - piece.begin == next_after.begin - after.begin) return true;
    return never_returns(pairs_.comparisons[i].last_call) || ends_cold(piece);
  }

  bool never_returns(std::uint64_t callee) {
    if (callee == kNoAddress) return false;
    if (const Import* import = before_.import_at(callee)) return is_no_return_name(import->name);
    const FunctionEntry* entry = before_.function_at(callee);
    return entry != nullptr && is_no_return_name(entry->name);
  }

  // The graph finds no way out of the piece's end.
  bool ends_cold(const CodePiece& piece) {
    const FunctionEntry* entry = before_.function_containing(piece.begin);
    if (entry == nullptr) return false;
    if (!analyser_) analyser_.emplace(before_);
    const FunctionView view =
        analyser_->analyse(static_cast<std::uint32_t>(entry - before_.functions.data()));
    if (view.cfg.unresolved_jumps != 0) return false;  // its blocks are not all known
    for (const Block& block : view.cfg.blocks) {
      const Insn& end = view.function.insns[block.last];
      if (end.address < piece.begin || end.end() > piece.end) continue;
      if (block.exit == BlockExit::kFallsOff && block.reachable) return false;
    }
    return true;
  }

  const Binary& before_;
  const Binary& after_;
  const PlacedFile& placed_before_;
  const PlacedFile& placed_after_;
  Decoder decoder_;
  CodePieces code_before_;
  CodePieces code_after_;
  PiecePairs pairs_;
  AddressMap map_;
  std::vector<AddressPair> references_;
  std::optional<FunctionAnalyser> analyser_;
};

}  // namespace

Result<ClosureAnswer> compare_placement(const LoadedFile& before, const LoadedFile& after,
                                        const std::string& loaded) {
  PlacedFile placed_before;
  PlacedFile placed_after;
  if (auto structure = structure_difference(before.elf, after.elf, placed_before, placed_after))
    return ClosureAnswer{Closure::kDiffers, *std::move(structure)};
  AF_TRY(const Binary binary_before, open_loaded(before));
  AF_TRY(const Binary binary_after, open_loaded(after));
  PlacementComparer comparer(binary_before, binary_after, placed_before, placed_after);
  if (auto difference = comparer.run())
    return ClosureAnswer{Closure::kDiffers, *std::move(difference)};
  // When everything lies where it did, what differs is no placement.
  if (!comparer.moved_anything()) return ClosureAnswer{Closure::kDiffers, loaded};
  return ClosureAnswer{Closure::kPlacement, comparer.description()};
}

}  // namespace asmforge
