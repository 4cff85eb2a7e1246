#include "isa/x86_64.h"

#include <array>
#include <cstdint>

namespace asmforge::x86_64 {
namespace {

enum class Saved : std::uint8_t { kByCaller, kByCallee };
using enum Saved;

struct RegisterRow {
  std::string_view name;
  int number;
  Saved saved;
};

constexpr RegisterRow kRows[] = {
    {"rax", kRax, kByCaller},
    {"rcx", kRcx, kByCaller},
    {"rdx", kRdx, kByCaller},
    {"rbx", kRbx, kByCallee},
    {"rsp", kRsp, kByCallee},
    {"rbp", kRbp, kByCallee},
    {"rsi", kRsi, kByCaller},
    {"rdi", kRdi, kByCaller},
    {"r8", kR8, kByCaller},
    {"r9", kR9, kByCaller},
    {"r10", kR10, kByCaller},
    {"r11", kR11, kByCaller},
    {"r12", kR12, kByCallee},
    {"r13", kR13, kByCallee},
    {"r14", kR14, kByCallee},
    {"r15", kR15, kByCallee},
    {"rip", kRip, kByCallee},
    {"rflags", kRflags, kByCaller},
    {"df", kDirectionFlag, kByCallee},  // clear on entry and on return
    {"mxcsr", kMxcsr, kByCallee},       // the control bits; the status bits are scratch
    {"fpcw", kX87Control, kByCallee},
    {"fpsw", kX87Status, kByCaller},
    {"ssp", kShadowStack, kByCallee},
    {"fsbase", kFsBase, kByCallee},
    {"gsbase", kGsBase, kByCallee},
    {"cr", kControl, kByCallee},
    {"dr", kDebug, kByCallee},
    {"tmmcfg", kTileConfig, kByCaller},
    {"xmm0", kVector0 + 0, kByCaller},
    {"xmm1", kVector0 + 1, kByCaller},
    {"xmm2", kVector0 + 2, kByCaller},
    {"xmm3", kVector0 + 3, kByCaller},
    {"xmm4", kVector0 + 4, kByCaller},
    {"xmm5", kVector0 + 5, kByCaller},
    {"xmm6", kVector0 + 6, kByCaller},
    {"xmm7", kVector0 + 7, kByCaller},
    {"xmm8", kVector0 + 8, kByCaller},
    {"xmm9", kVector0 + 9, kByCaller},
    {"xmm10", kVector0 + 10, kByCaller},
    {"xmm11", kVector0 + 11, kByCaller},
    {"xmm12", kVector0 + 12, kByCaller},
    {"xmm13", kVector0 + 13, kByCaller},
    {"xmm14", kVector0 + 14, kByCaller},
    {"xmm15", kVector0 + 15, kByCaller},
    {"xmm16", kVector0 + 16, kByCaller},
    {"xmm17", kVector0 + 17, kByCaller},
    {"xmm18", kVector0 + 18, kByCaller},
    {"xmm19", kVector0 + 19, kByCaller},
    {"xmm20", kVector0 + 20, kByCaller},
    {"xmm21", kVector0 + 21, kByCaller},
    {"xmm22", kVector0 + 22, kByCaller},
    {"xmm23", kVector0 + 23, kByCaller},
    {"xmm24", kVector0 + 24, kByCaller},
    {"xmm25", kVector0 + 25, kByCaller},
    {"xmm26", kVector0 + 26, kByCaller},
    {"xmm27", kVector0 + 27, kByCaller},
    {"xmm28", kVector0 + 28, kByCaller},
    {"xmm29", kVector0 + 29, kByCaller},
    {"xmm30", kVector0 + 30, kByCaller},
    {"xmm31", kVector0 + 31, kByCaller},
    {"k0", kMask0 + 0, kByCaller},
    {"k1", kMask0 + 1, kByCaller},
    {"k2", kMask0 + 2, kByCaller},
    {"k3", kMask0 + 3, kByCaller},
    {"k4", kMask0 + 4, kByCaller},
    {"k5", kMask0 + 5, kByCaller},
    {"k6", kMask0 + 6, kByCaller},
    {"k7", kMask0 + 7, kByCaller},
    {"st0", kX87Stack0 + 0, kByCaller},
    {"st1", kX87Stack0 + 1, kByCaller},
    {"st2", kX87Stack0 + 2, kByCaller},
    {"st3", kX87Stack0 + 3, kByCaller},
    {"st4", kX87Stack0 + 4, kByCaller},
    {"st5", kX87Stack0 + 5, kByCaller},
    {"st6", kX87Stack0 + 6, kByCaller},
    {"st7", kX87Stack0 + 7, kByCaller},
    {"es", kEs, kByCallee},
    {"cs", kCs, kByCallee},
    {"ss", kSs, kByCallee},
    {"ds", kDs, kByCallee},
    {"fs", kFs, kByCallee},
    {"gs", kGs, kByCallee},
    {"r16", kExtended16 + 0, kByCaller},
    {"r17", kExtended16 + 1, kByCaller},
    {"r18", kExtended16 + 2, kByCaller},
    {"r19", kExtended16 + 3, kByCaller},
    {"r20", kExtended16 + 4, kByCaller},
    {"r21", kExtended16 + 5, kByCaller},
    {"r22", kExtended16 + 6, kByCaller},
    {"r23", kExtended16 + 7, kByCaller},
    {"r24", kExtended16 + 8, kByCaller},
    {"r25", kExtended16 + 9, kByCaller},
    {"r26", kExtended16 + 10, kByCaller},
    {"r27", kExtended16 + 11, kByCaller},
    {"r28", kExtended16 + 12, kByCaller},
    {"r29", kExtended16 + 13, kByCaller},
    {"r30", kExtended16 + 14, kByCaller},
    {"r31", kExtended16 + 15, kByCaller},
    {"tmm0", kTile0 + 0, kByCaller},
    {"tmm1", kTile0 + 1, kByCaller},
    {"tmm2", kTile0 + 2, kByCaller},
    {"tmm3", kTile0 + 3, kByCaller},
    {"tmm4", kTile0 + 4, kByCaller},
    {"tmm5", kTile0 + 5, kByCaller},
    {"tmm6", kTile0 + 6, kByCaller},
    {"tmm7", kTile0 + 7, kByCaller},
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
constexpr Register kVectorArguments[] = {kVector0,     kVector0 + 1, kVector0 + 2, kVector0 + 3,
                                         kVector0 + 4, kVector0 + 5, kVector0 + 6, kVector0 + 7};
constexpr Register kReturns[] = {kRax, kRdx, kVector0, kVector0 + 1, kX87Stack0, kX87Stack0 + 1};
constexpr Register kRareResults[] = {kRdx, kVector0, kVector0 + 1};
constexpr Register kChangedByCalling[] = {kRsp, kShadowStack, kRip};

constexpr RegisterSet all_that(bool (*belongs)(Register)) {
  RegisterSet set;
  for (Register r = 0; r < kRegisterCount; ++r)
    if (belongs(r)) set.insert(r);
  return set;
}

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

const IsaFacts& facts() {
  static constexpr IsaFacts kFacts = {
      .stack_pointer = kStackPointer,
      .frame_pointer = kFramePointer,
      .program_counter = kRip,
      .status_flags = kStatusFlags,
      .register_count = kRegisterCount,
      .general = all_that(is_general),
      .vectors = all_that(is_vector),
      .predicates = all_that(is_mask),
      .callee_saved = saved_by(kByCallee),
      .call_clobbered = saved_by(kByCaller),
      .changed_by_calling = set_of(kChangedByCalling),
      .argument_registers = set_of(kArguments),
      .return_registers = set_of(kReturns),
      .integer_arguments = kIntegerArguments,
      .vector_arguments = kVectorArguments,
      .results = RegisterSet::of(kRax),
      .rare_results = set_of(kRareResults),
      .register_name = &register_name,
  };
  return kFacts;
}

}  // namespace asmforge::x86_64
