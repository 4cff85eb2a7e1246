#include "mc/x86_registers.h"

#include <llvm/MC/MCRegisterInfo.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "isa/x86_64.h"

namespace asmforge::x86_64 {
namespace {

struct NamedPart {
  std::string_view name;
  Register full;
  std::uint16_t bits;
  bool high_byte = false;
};

constexpr NamedPart kNamed[] = {
    {"RAX", kRax, 64},
    {"EAX", kRax, 32},
    {"AX", kRax, 16},
    {"AL", kRax, 8},
    {"AH", kRax, 8, true},
    {"RCX", kRcx, 64},
    {"ECX", kRcx, 32},
    {"CX", kRcx, 16},
    {"CL", kRcx, 8},
    {"CH", kRcx, 8, true},
    {"RDX", kRdx, 64},
    {"EDX", kRdx, 32},
    {"DX", kRdx, 16},
    {"DL", kRdx, 8},
    {"DH", kRdx, 8, true},
    {"RBX", kRbx, 64},
    {"EBX", kRbx, 32},
    {"BX", kRbx, 16},
    {"BL", kRbx, 8},
    {"BH", kRbx, 8, true},
    {"RSP", kRsp, 64},
    {"ESP", kRsp, 32},
    {"SP", kRsp, 16},
    {"SPL", kRsp, 8},
    {"RBP", kRbp, 64},
    {"EBP", kRbp, 32},
    {"BP", kRbp, 16},
    {"BPL", kRbp, 8},
    {"RSI", kRsi, 64},
    {"ESI", kRsi, 32},
    {"SI", kRsi, 16},
    {"SIL", kRsi, 8},
    {"RDI", kRdi, 64},
    {"EDI", kRdi, 32},
    {"DI", kRdi, 16},
    {"DIL", kRdi, 8},
    {"RIP", kRip, 64},
    {"EIP", kRip, 32},
    {"EFLAGS", kRflags, 64},
    {"DF", kDirectionFlag, 1},
    {"MXCSR", kMxcsr, 32},
    {"FPCW", kX87Control, 16},
    {"FPSW", kX87Status, 16},
    {"SSP", kShadowStack, 64},
    {"FS_BASE", kFsBase, 64},
    {"GS_BASE", kGsBase, 64},
    {"TMMCFG", kTileConfig, 512},
    {"ES", kEs, 16},
    {"CS", kCs, 16},
    {"SS", kSs, 16},
    {"DS", kDs, 16},
    {"FS", kFs, 16},
    {"GS", kGs, 16},
};

// "XMM17" is number 17 of a family.
struct Family {
  std::string_view prefix;
  std::string_view suffix;
  Register first;
  std::uint8_t from;  // the first and last number that the family has
  std::uint8_t to;
  std::uint8_t step;  // 0: all members are one register of ours
  std::uint16_t bits;
};

constexpr Family kFamilies[] = {
    {"XMM", "", kVector0, 0, 31, 1, 128},   {"YMM", "", kVector0, 0, 31, 1, 256},
    {"ZMM", "", kVector0, 0, 31, 1, 512},   {"K", "", kMask0, 0, 7, 1, 64},
    {"ST", "", kX87Stack0, 0, 7, 1, 80},    {"MM", "", kX87Stack0, 0, 7, 1, 64},
    {"TMM", "", kTile0, 0, 7, 1, 8192},     {"CR", "", kControl, 0, 15, 0, 64},
    {"DR", "", kDebug, 0, 15, 0, 64},       {"R", "", kR8, 8, 15, 1, 64},
    {"R", "D", kR8, 8, 15, 1, 32},          {"R", "W", kR8, 8, 15, 1, 16},
    {"R", "B", kR8, 8, 15, 1, 8},           {"R", "", kExtended16, 16, 31, 1, 64},
    {"R", "D", kExtended16, 16, 31, 1, 32}, {"R", "W", kExtended16, 16, 31, 1, 16},
    {"R", "B", kExtended16, 16, 31, 1, 8},
};

std::optional<RegisterPart> member(const Family& family, std::string_view name) {
  if (!name.starts_with(family.prefix) || !name.ends_with(family.suffix)) return std::nullopt;
  const char* const begin = name.data() + family.prefix.size();
  const char* const end = name.data() + name.size() - family.suffix.size();
  if (begin >= end) return std::nullopt;
  unsigned number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stop != end || number < family.from || number > family.to)
    return std::nullopt;
  const auto full = static_cast<Register>(family.first + (number - family.from) * family.step);
  return RegisterPart{RegisterSet::of(full), full, family.bits, false};
}

RegisterPart part_of_name(std::string_view name) {
  for (const NamedPart& row : kNamed)
    if (row.name == name) return {RegisterSet::of(row.full), row.full, row.bits, row.high_byte};
  for (const Family& family : kFamilies)
    if (const auto part = member(family, name)) return *part;
  // K0_K1: the pair that vp2intersect writes.
  const std::size_t joint = name.find('_');
  if (joint == std::string_view::npos || name.front() != 'K') return {};
  RegisterPart pair = part_of_name(name.substr(0, joint));
  pair.set |= part_of_name(name.substr(joint + 1)).set;
  return pair;
}

}  // namespace

std::vector<RegisterPart> register_parts(const llvm::MCRegisterInfo& registers) {
  std::vector<RegisterPart> parts(registers.getNumRegs());
  for (unsigned r = 1; r < parts.size(); ++r) parts[r] = part_of_name(registers.getName(r));
  return parts;
}

}  // namespace asmforge::x86_64
