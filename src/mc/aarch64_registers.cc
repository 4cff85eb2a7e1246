#include "mc/aarch64_registers.h"

#include <llvm/MC/MCRegisterInfo.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "isa/aarch64.h"

namespace asmforge::aarch64 {
namespace {

struct NamedPart {
  std::string_view name;
  Register full;
  std::uint16_t bits;
};

constexpr NamedPart kNamed[] = {
    {"FP", kX29, 64},           {"LR", kX30, 64},        {"SP", kSp, 64},
    {"WSP", kSp, 32},           {"NZCV", kNzcv, 4},      {"FPCR", kFpcr, 64},
    {"FPSR", kFpsr, 64},        {"FFR", kFirstFault, 0}, {"VG", kVectorLength, 64},
    {"ZT0", kLookupTable, 512}, {"FPMR", kFp8Mode, 64},
};

// "Q17" is number 17 of a family.
struct Family {
  std::string_view prefix;
  Register first;
  std::uint8_t from;  // the first and last number that the family has
  std::uint8_t to;
  std::uint16_t bits;
};

constexpr Family kFamilies[] = {
    {"X", kX0, 0, 30, 64},        {"W", kX0, 0, 30, 32},      {"B", kVector0, 0, 31, 8},
    {"H", kVector0, 0, 31, 16},   {"S", kVector0, 0, 31, 32}, {"D", kVector0, 0, 31, 64},
    {"Q", kVector0, 0, 31, 128},  {"Z", kVector0, 0, 31, 0},  {"PN", kPredicate0, 0, 15, 0},
    {"P", kPredicate0, 0, 15, 0},
};

std::optional<RegisterPart> one(std::string_view name) {
  if (name == "XZR" || name == "WZR")
    return RegisterPart{
        {}, kNoRegister, static_cast<std::uint16_t>(name == "XZR" ? 64 : 32), 1, true};
  for (const NamedPart& row : kNamed)
    if (row.name == name) return RegisterPart{RegisterSet::of(row.full), row.full, row.bits, 1};
  // ZA, and its tiles ZAB0, ZAH1, ZAQ15.
  if (name.starts_with("ZA")) return RegisterPart{RegisterSet::of(kMatrix), kMatrix, 0, 1};
  for (const Family& family : kFamilies) {
    if (!name.starts_with(family.prefix)) continue;
    unsigned number = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + family.prefix.size(), end, number);
    if (error != std::errc() || stop != end || number < family.from || number > family.to) continue;
    const auto full = static_cast<Register>(family.first + number);
    return RegisterPart{RegisterSet::of(full), full, family.bits, 1};
  }
  return std::nullopt;
}

// Q0_Q1_Q2, X4_X5, LR_XZR.
RegisterPart part_of_name(std::string_view name) {
  RegisterPart whole;
  while (!name.empty()) {
    const std::size_t joint = std::min(name.find('_'), name.size());
    const std::optional<RegisterPart> part = one(name.substr(0, joint));
    if (!part) return {};
    if (whole.count == 0)
      whole = *part;
    else
      ++whole.count;
    whole.set |= part->set;
    name.remove_prefix(std::min(joint + 1, name.size()));
  }
  return whole;
}

}  // namespace

std::vector<RegisterPart> register_parts(const llvm::MCRegisterInfo& registers) {
  std::vector<RegisterPart> parts(registers.getNumRegs());
  for (unsigned r = 1; r < parts.size(); ++r) parts[r] = part_of_name(registers.getName(r));
  return parts;
}

}  // namespace asmforge::aarch64
