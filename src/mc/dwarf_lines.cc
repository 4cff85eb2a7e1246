#include "mc/dwarf_lines.h"

#include <llvm/DebugInfo/DWARF/DWARFCompileUnit.h>
#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/MemoryBufferRef.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "mc/demangle.h"

namespace asmforge {
namespace {

// Tells LLVM, when it applies the relocations of the debug sections, where the
// code sections are.
class Layout final : public llvm::LoadedObjectInfoHelper<Layout> {
 public:
  explicit Layout(const std::vector<SectionPlace>& places) {
    for (const SectionPlace& place : places) address_of_.emplace(place.index, place.address);
  }
  std::uint64_t getSectionLoadAddress(const llvm::object::SectionRef& section) const override {
    const auto found = address_of_.find(static_cast<std::uint32_t>(section.getIndex()));
    return found == address_of_.end() ? 0 : found->second;
  }

 private:
  std::unordered_map<std::uint32_t, std::uint64_t> address_of_;
};

void ignore(llvm::Error error) { llvm::consumeError(std::move(error)); }

std::string known(const std::string& text) {
  return text == llvm::DILineInfo::BadString ? std::string() : text;
}

bool is_mangled(std::string_view name) { return name.starts_with("_Z") || name.starts_with("_R"); }

// "/projects/p/src/a.c" seen from "/projects/p" is "src/a.c".
void make_relative(SourceFrame& frame, std::string_view directory) {
  while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
  std::string_view file = frame.file;
  if (directory.empty() || !file.starts_with(directory)) return;
  file.remove_prefix(directory.size());
  if (!file.starts_with('/')) return;
  while (file.starts_with('/')) file.remove_prefix(1);
  if (file.empty()) return;
  frame.directory = directory;
  frame.file = std::string(file);
}

// Which unit describes the code at an address of a relocatable object. LLVM's own
// answer comes from .debug_aranges, to which it applies no relocations: gcc's and
// rustc's objects would have all their code at 0.
class UnitRanges {
 public:
  explicit UnitRanges(llvm::DWARFContext& context) {
    for (const std::unique_ptr<llvm::DWARFUnit>& unit : context.compile_units()) {
      auto ranges = unit->collectAddressRanges();
      if (!ranges) {
        llvm::consumeError(ranges.takeError());
        continue;
      }
      for (const llvm::DWARFAddressRange& range : *ranges) {
        rows_.push_back({range.LowPC, range.HighPC, unit.get()});
      }
    }
    std::ranges::sort(rows_, {}, &Row::begin);
  }
  [[nodiscard]] llvm::DWARFUnit* unit_at(std::uint64_t address) const {
    const auto next = std::ranges::upper_bound(rows_, address, {}, &Row::begin);
    if (next == rows_.begin() || address >= std::prev(next)->end) return nullptr;
    return std::prev(next)->unit;
  }

 private:
  struct Row {
    std::uint64_t begin;
    std::uint64_t end;
    llvm::DWARFUnit* unit;
  };
  std::vector<Row> rows_;
};

// What DWARFContext::getInliningInfoForAddress does, for a unit that is known:
// the position of the address itself comes from the line table, that of each outer
// frame from the call site of the frame inside it.
std::vector<SourceFrame> inline_stack(llvm::DWARFContext& context, llvm::DWARFUnit& unit,
                                      llvm::object::SectionedAddress place) {
  constexpr auto kPath = llvm::DILineInfoSpecifier::FileLineInfoKind::AbsoluteFilePath;
  const char* directory = unit.getCompilationDir();
  llvm::SmallVector<llvm::DWARFDie, 8> chain;
  unit.getInlinedChainForAddress(place.Address, chain);
  const llvm::DWARFDebugLine::LineTable* lines = context.getLineTableForUnit(&unit);

  llvm::DILineInfo position;
  const bool positioned =
      lines != nullptr && lines->getFileLineInfoForAddress(place, directory, kPath, position);
  if (chain.empty() && !positioned) return {};

  std::vector<SourceFrame> frames(std::max<std::size_t>(1, chain.size()));
  frames[0].file = known(position.FileName);
  frames[0].line = position.Line;
  frames[0].column = position.Column;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (const char* name = chain[i].getSubroutineName(llvm::DINameKind::LinkageName)) {
      frames[i].function = name;
    }
    if (i + 1 == chain.size()) break;
    SourceFrame& caller = frames[i + 1];
    std::uint32_t file = 0;
    std::uint32_t discriminator = 0;
    chain[i].getCallerFrame(file, caller.line, caller.column, discriminator);
    if (lines != nullptr) lines->getFileNameByIndex(file, directory, kPath, caller.file);
  }
  return frames;
}

}  // namespace

struct DwarfLines::State {
  std::unique_ptr<llvm::object::ObjectFile> object;
  std::unique_ptr<llvm::DWARFContext> context;
  std::optional<UnitRanges> relocatable_units;
  // Inlined functions repeat by the thousand.
  std::unordered_map<std::string, std::string> demangled;

  const std::string& demangle_once(const std::string& name) {
    const auto [entry, added] = demangled.try_emplace(name);
    if (added) entry->second = demangle(name);
    return entry->second;
  }
  llvm::DWARFUnit* unit_at(std::uint64_t address) {
    if (relocatable_units) return relocatable_units->unit_at(address);
    return context->getCompileUnitForCodeAddress(address);
  }
};

DwarfLines::DwarfLines(std::unique_ptr<State> state) : state_(std::move(state)) {}
DwarfLines::~DwarfLines() = default;
DwarfLines::DwarfLines(DwarfLines&&) noexcept = default;
DwarfLines& DwarfLines::operator=(DwarfLines&&) noexcept = default;

Result<DwarfLines> DwarfLines::open(std::span<const std::uint8_t> file,
                                    std::vector<SectionPlace> layout) {
  const llvm::MemoryBufferRef bytes(
      llvm::StringRef(reinterpret_cast<const char*>(file.data()), file.size()), "");
  auto object = llvm::object::ObjectFile::createELFObjectFile(bytes, /*InitContent=*/true);
  if (!object) {
    return Error{ErrorCode::kBadInput, llvm::toString(object.takeError()), ""};
  }
  auto state = std::make_unique<State>();
  state->object = std::move(*object);
  const Layout places(layout);
  state->context = llvm::DWARFContext::create(
      *state->object, llvm::DWARFContext::ProcessDebugRelocations::Process,
      layout.empty() ? nullptr : &places, /*DWPName=*/"", ignore, ignore);
  if (!layout.empty()) state->relocatable_units.emplace(*state->context);
  return DwarfLines(std::move(state));
}

DwarfLocation DwarfLines::locate(std::uint64_t address, std::uint32_t section) {
  DwarfLocation location;
  llvm::DWARFUnit* unit = state_->unit_at(address);
  if (unit == nullptr) return location;
  const llvm::object::SectionedAddress place{
      address, section == kNoSection ? llvm::object::SectionedAddress::UndefSection : section};
  location.source.frames = inline_stack(*state_->context, *unit, place);
  const char* directory = unit->getCompilationDir();
  for (SourceFrame& frame : location.source.frames) {
    location.short_name = !is_mangled(frame.function);
    frame.function = state_->demangle_once(frame.function);
    if (directory != nullptr) make_relative(frame, directory);
  }
  return location;
}

}  // namespace asmforge
