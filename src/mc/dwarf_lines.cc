#include "mc/dwarf_lines.h"

#include <llvm/DebugInfo/DWARF/DWARFCompileUnit.h>
#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/MemoryBufferRef.h>

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

// "/home/me/p/src/a.c" seen from "/home/me/p" is "src/a.c".
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

}  // namespace

struct DwarfLines::State {
  std::unique_ptr<llvm::object::ObjectFile> object;
  std::unique_ptr<llvm::DWARFContext> context;
  // Inlined functions repeat by the thousand.
  std::unordered_map<std::string, std::string> demangled;

  const std::string& demangle_once(const std::string& name) {
    const auto [entry, added] = demangled.try_emplace(name);
    if (added) entry->second = demangle(name);
    return entry->second;
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
  return DwarfLines(std::move(state));
}

DwarfLocation DwarfLines::locate(std::uint64_t address, std::uint32_t section) {
  using Kind = llvm::DILineInfoSpecifier;
  constexpr auto kLinkageName = llvm::DINameKind::LinkageName;
  llvm::DWARFContext& context = *state_->context;
  const llvm::object::SectionedAddress place{
      address, section == kNoSection ? llvm::object::SectionedAddress::UndefSection : section};
  const llvm::DIInliningInfo stack = context.getInliningInfoForAddress(
      place, Kind(Kind::FileLineInfoKind::AbsoluteFilePath, kLinkageName));
  DwarfLocation location;
  if (stack.getNumberOfFrames() == 0) return location;
  std::string_view directory;
  if (llvm::DWARFCompileUnit* unit = context.getCompileUnitForCodeAddress(address)) {
    if (const char* name = unit->getCompilationDir()) directory = name;
  }
  location.source.frames.reserve(stack.getNumberOfFrames());
  for (std::uint32_t i = 0; i < stack.getNumberOfFrames(); ++i) {
    const llvm::DILineInfo& info = stack.getFrame(i);
    SourceFrame frame;
    const std::string name = known(info.FunctionName);
    location.short_name = !is_mangled(name);
    frame.function = state_->demangle_once(name);
    frame.file = known(info.FileName);
    frame.line = info.Line;
    frame.column = info.Column;
    make_relative(frame, directory);
    location.source.frames.push_back(std::move(frame));
  }
  return location;
}

}  // namespace asmforge
