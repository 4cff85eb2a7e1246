#include "core/binary.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace asmforge {
namespace {

// The last element whose address is at most `address`, or end.
template <class Range>
auto last_at_or_below(const Range& range, std::uint64_t address) {
  auto after = std::upper_bound(
      range.begin(), range.end(), address,
      [](std::uint64_t wanted, const auto& element) { return wanted < element.address; });
  return after == range.begin() ? range.end() : std::prev(after);
}

}  // namespace

std::string_view to_string(FileKind kind) {
  switch (kind) {
    case FileKind::kExecutable: return "executable";
    case FileKind::kPositionIndependent: return "position-independent executable";
    case FileKind::kSharedObject: return "shared object";
    case FileKind::kRelocatable: return "relocatable object";
  }
  return "unknown";
}

std::string_view to_string(FunctionOrigin origin) {
  switch (origin) {
    case FunctionOrigin::kSymbol: return "symbol";
    case FunctionOrigin::kDynamicSymbol: return "dynamic symbol";
    case FunctionOrigin::kUnwindTable: return "unwind table";
    case FunctionOrigin::kCallTarget: return "call target";
    case FunctionOrigin::kEntryPoint: return "entry point";
    case FunctionOrigin::kPltStub: return "plt stub";
  }
  return "unknown";
}

const Section* Binary::section_at(std::uint64_t address) const {
  auto found = last_at_or_below(sections, address);
  // An empty section may share its address with the one that holds the bytes.
  while (found != sections.end()) {
    if (address - found->address < found->size) return &*found;
    if (found == sections.begin() || found->size != 0) break;
    --found;
  }
  return nullptr;
}

std::span<const std::uint8_t> Binary::bytes_at(std::uint64_t address, std::uint64_t size) const {
  const Section* section = section_at(address);
  if (section == nullptr) return {};
  const std::uint64_t offset = address - section->address;
  if (offset >= section->bytes.size()) return {};
  return section->bytes.subspan(offset,
                                std::min<std::uint64_t>(size, section->bytes.size() - offset));
}

std::optional<std::uint64_t> Binary::read_unsigned(std::uint64_t address, unsigned width) const {
  const std::span<const std::uint8_t> bytes = bytes_at(address, width);
  if (bytes.size() < width) return std::nullopt;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

std::optional<std::uint64_t> Binary::pointer_at(std::uint64_t address) const {
  if (relative_pointer != nullptr) {
    if (std::optional<std::uint64_t> value = relative_pointer(*this, address)) return value;
  }
  return read_unsigned(address, 8);
}

const Import* Binary::import_at(std::uint64_t address) const {
  auto found = last_at_or_below(imports, address);
  return found != imports.end() && found->address == address ? &*found : nullptr;
}

const FunctionEntry* Binary::function_at(std::uint64_t address) const {
  auto found = last_at_or_below(functions, address);
  return found != functions.end() && found->address == address ? &*found : nullptr;
}

void Binary::index_cold_parts() {
  cold_parts_by_address.resize(cold_parts.size());
  std::iota(cold_parts_by_address.begin(), cold_parts_by_address.end(), 0U);
  std::sort(cold_parts_by_address.begin(), cold_parts_by_address.end(),
            [&](std::uint32_t a, std::uint32_t b) {
              return cold_parts[a].range.begin < cold_parts[b].range.begin;
            });
}

const FunctionEntry* Binary::function_containing(std::uint64_t address) const {
  auto found = last_at_or_below(functions, address);
  if (found != functions.end() &&
      address - found->address < std::max<std::uint64_t>(found->size, 1))
    return &*found;

  const auto after = std::upper_bound(cold_parts_by_address.begin(), cold_parts_by_address.end(),
                                      address, [&](std::uint64_t wanted, std::uint32_t part) {
                                        return wanted < cold_parts[part].range.begin;
                                      });
  if (after == cold_parts_by_address.begin()) return nullptr;
  const std::uint32_t part = *std::prev(after);
  if (!cold_parts[part].range.contains(address)) return nullptr;
  // Parts are in the order of their owners, and a function without any has the
  // first index of the next that has some.
  const auto behind = std::partition_point(
      functions.begin(), functions.end(),
      [&](const FunctionEntry& function) { return function.first_cold_part <= part; });
  return behind == functions.begin() ? nullptr : &*std::prev(behind);
}

std::string_view Binary::name_at(std::uint64_t address) const {
  if (const FunctionEntry* function = function_at(address);
      function != nullptr && !function->name.empty())
    return function->name;
  if (const Import* import = import_at(address)) return import->name;
  auto found = last_at_or_below(symbols, address);
  if (found != symbols.end() && found->address == address) return found->name;
  return {};
}

std::vector<LandingPad> Binary::landing_pads(std::uint64_t part_begin) const {
  return read_landing_pads == nullptr ? std::vector<LandingPad>{}
                                      : read_landing_pads(*this, part_begin);
}

}  // namespace asmforge
