#include "isa/x86_64.h"

#include <array>
#include <cstdint>

namespace asmforge::x86_64 {
namespace {

enum class Saved : std::uint8_t { kByCaller, kByCallee };
using enum Saved;

struct RegisterRow {
  int number;
  std::string_view name;
  Saved saved;
};

constexpr RegisterRow kRows[] = {
    {kRax, "rax", kByCaller},
    {kRcx, "rcx", kByCaller},
    {kRdx, "rdx", kByCaller},
    {kRbx, "rbx", kByCallee},
    {kRsp, "rsp", kByCallee},
    {kRbp, "rbp", kByCallee},
    {kRsi, "rsi", kByCaller},
    {kRdi, "rdi", kByCaller},
    {kR8, "r8", kByCaller},
    {kR9, "r9", kByCaller},
    {kR10, "r10", kByCaller},
    {kR11, "r11", kByCaller},
    {kR12, "r12", kByCallee},
    {kR13, "r13", kByCallee},
    {kR14, "r14", kByCallee},
    {kR15, "r15", kByCallee},
    {kRip, "rip", kByCallee},
    {kRflags, "rflags", kByCaller},
    {kDirectionFlag, "df", kByCallee},  // clear on entry and on return
    {kMxcsr, "mxcsr", kByCallee},       // the control bits; the status bits are scratch
    {kX87Control, "fpcw", kByCallee},
    {kX87Status, "fpsw", kByCaller},
    {kShadowStack, "ssp", kByCallee},
    {kFsBase, "fsbase", kByCallee},
    {kGsBase, "gsbase", kByCallee},
    {kControl, "cr", kByCallee},
    {kDebug, "dr", kByCallee},
    {kTileConfig, "tmmcfg", kByCaller},
    {kVector0 + 0, "xmm0", kByCaller},
    {kVector0 + 1, "xmm1", kByCaller},
    {kVector0 + 2, "xmm2", kByCaller},
    {kVector0 + 3, "xmm3", kByCaller},
    {kVector0 + 4, "xmm4", kByCaller},
    {kVector0 + 5, "xmm5", kByCaller},
    {kVector0 + 6, "xmm6", kByCaller},
    {kVector0 + 7, "xmm7", kByCaller},
    {kVector0 + 8, "xmm8", kByCaller},
    {kVector0 + 9, "xmm9", kByCaller},
    {kVector0 + 10, "xmm10", kByCaller},
    {kVector0 + 11, "xmm11", kByCaller},
    {kVector0 + 12, "xmm12", kByCaller},
    {kVector0 + 13, "xmm13", kByCaller},
    {kVector0 + 14, "xmm14", kByCaller},
    {kVector0 + 15, "xmm15", kByCaller},
    {kVector0 + 16, "xmm16", kByCaller},
    {kVector0 + 17, "xmm17", kByCaller},
    {kVector0 + 18, "xmm18", kByCaller},
    {kVector0 + 19, "xmm19", kByCaller},
    {kVector0 + 20, "xmm20", kByCaller},
    {kVector0 + 21, "xmm21", kByCaller},
    {kVector0 + 22, "xmm22", kByCaller},
    {kVector0 + 23, "xmm23", kByCaller},
    {kVector0 + 24, "xmm24", kByCaller},
    {kVector0 + 25, "xmm25", kByCaller},
    {kVector0 + 26, "xmm26", kByCaller},
    {kVector0 + 27, "xmm27", kByCaller},
    {kVector0 + 28, "xmm28", kByCaller},
    {kVector0 + 29, "xmm29", kByCaller},
    {kVector0 + 30, "xmm30", kByCaller},
    {kVector0 + 31, "xmm31", kByCaller},
    {kMask0 + 0, "k0", kByCaller},
    {kMask0 + 1, "k1", kByCaller},
    {kMask0 + 2, "k2", kByCaller},
    {kMask0 + 3, "k3", kByCaller},
    {kMask0 + 4, "k4", kByCaller},
    {kMask0 + 5, "k5", kByCaller},
    {kMask0 + 6, "k6", kByCaller},
    {kMask0 + 7, "k7", kByCaller},
    {kX87Stack0 + 0, "st0", kByCaller},
    {kX87Stack0 + 1, "st1", kByCaller},
    {kX87Stack0 + 2, "st2", kByCaller},
    {kX87Stack0 + 3, "st3", kByCaller},
    {kX87Stack0 + 4, "st4", kByCaller},
    {kX87Stack0 + 5, "st5", kByCaller},
    {kX87Stack0 + 6, "st6", kByCaller},
    {kX87Stack0 + 7, "st7", kByCaller},
    {kEs, "es", kByCallee},
    {kCs, "cs", kByCallee},
    {kSs, "ss", kByCallee},
    {kDs, "ds", kByCallee},
    {kFs, "fs", kByCallee},
    {kGs, "gs", kByCallee},
    {kExtended16 + 0, "r16", kByCaller},
    {kExtended16 + 1, "r17", kByCaller},
    {kExtended16 + 2, "r18", kByCaller},
    {kExtended16 + 3, "r19", kByCaller},
    {kExtended16 + 4, "r20", kByCaller},
    {kExtended16 + 5, "r21", kByCaller},
    {kExtended16 + 6, "r22", kByCaller},
    {kExtended16 + 7, "r23", kByCaller},
    {kExtended16 + 8, "r24", kByCaller},
    {kExtended16 + 9, "r25", kByCaller},
    {kExtended16 + 10, "r26", kByCaller},
    {kExtended16 + 11, "r27", kByCaller},
    {kExtended16 + 12, "r28", kByCaller},
    {kExtended16 + 13, "r29", kByCaller},
    {kExtended16 + 14, "r30", kByCaller},
    {kExtended16 + 15, "r31", kByCaller},
    {kTile0 + 0, "tmm0", kByCaller},
    {kTile0 + 1, "tmm1", kByCaller},
    {kTile0 + 2, "tmm2", kByCaller},
    {kTile0 + 3, "tmm3", kByCaller},
    {kTile0 + 4, "tmm4", kByCaller},
    {kTile0 + 5, "tmm5", kByCaller},
    {kTile0 + 6, "tmm6", kByCaller},
    {kTile0 + 7, "tmm7", kByCaller},
};

constexpr auto names_by_number() {
  std::array<std::string_view, kRegisterCount> names{};
  for (const RegisterRow& row : kRows) names[row.number] = row.name;
  return names;
}
constexpr auto kNames = names_by_number();

constexpr RegisterSet saved_by(Saved who) {
  RegisterSet set;
  for (const RegisterRow& row : kRows)
    if (row.saved == who) set.insert(static_cast<Register>(row.number));
  return set;
}

constexpr RegisterSet set_of(std::span<const Register> registers) {
  RegisterSet set;
  for (const Register r : registers) set.insert(r);
  return set;
}

constexpr Register kIntegerArguments[] = {kRdi, kRsi, kRdx, kRcx, kR8, kR9};
constexpr Register kArguments[] = {
    kRdi,         kRsi,         kRdx,         kRcx,         kR8,          kR9,
    kRax,         kR10,         kVector0,     kVector0 + 1, kVector0 + 2, kVector0 + 3,
    kVector0 + 4, kVector0 + 5, kVector0 + 6, kVector0 + 7,
};
constexpr Register kReturns[] = {kRax, kRdx, kVector0, kVector0 + 1, kX87Stack0, kX87Stack0 + 1};

}  // namespace

std::string_view register_name(Register r) {
  return r < kNames.size() ? kNames[r] : std::string_view();
}

std::optional<Register> register_from_name(std::string_view name) {
  // ymm7 and zmm7 are xmm7.
  const bool wide = name.starts_with("ymm") || name.starts_with("zmm");
  for (const RegisterRow& row : kRows)
    if (row.name == name ||
        (wide && row.name.starts_with('x') && row.name.substr(1) == name.substr(1)))
      return static_cast<Register>(row.number);
  return std::nullopt;
}

RegisterSet callee_saved() {
  static constexpr RegisterSet kSet = saved_by(kByCallee);
  return kSet;
}
RegisterSet call_clobbered() {
  static constexpr RegisterSet kSet = saved_by(kByCaller);
  return kSet;
}
RegisterSet argument_registers() {
  static constexpr RegisterSet kSet = set_of(kArguments);
  return kSet;
}
RegisterSet return_registers() {
  static constexpr RegisterSet kSet = set_of(kReturns);
  return kSet;
}
std::span<const Register> integer_arguments() { return kIntegerArguments; }

}  // namespace asmforge::x86_64
