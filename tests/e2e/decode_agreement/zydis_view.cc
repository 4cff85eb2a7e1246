#include "zydis_view.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "isa/x86_64.h"
#include "prefixes.h"

namespace asmforge::agreement {
namespace {

// The full register of ours, or kNoRegister for those we do not number (gdtr, xcr0...).
Register full_register(ZydisRegister r) {
  const auto id = static_cast<Register>(ZydisRegisterGetId(r));
  switch (ZydisRegisterGetClass(r)) {
    case ZYDIS_REGCLASS_GPR8:
      // ah, ch, dh, bh have the numbers of spl to dil.
      if (r >= ZYDIS_REGISTER_AH && r <= ZYDIS_REGISTER_BH)
        return static_cast<Register>(r - ZYDIS_REGISTER_AH);
      if (r >= ZYDIS_REGISTER_SPL) return static_cast<Register>(r - ZYDIS_REGISTER_SPL + 4);
      return static_cast<Register>(r - ZYDIS_REGISTER_AL);
    case ZYDIS_REGCLASS_GPR16:
    case ZYDIS_REGCLASS_GPR32:
    case ZYDIS_REGCLASS_GPR64: return id;
    case ZYDIS_REGCLASS_X87:
    case ZYDIS_REGCLASS_MMX: return x86_64::kX87Stack0 + id;
    case ZYDIS_REGCLASS_XMM:
    case ZYDIS_REGCLASS_YMM:
    case ZYDIS_REGCLASS_ZMM: return x86_64::kVector0 + id;
    case ZYDIS_REGCLASS_MASK: return x86_64::kMask0 + id;
    case ZYDIS_REGCLASS_TMM: return x86_64::kTile0 + id;
    case ZYDIS_REGCLASS_SEGMENT: return x86_64::kEs + id;
    case ZYDIS_REGCLASS_CONTROL: return x86_64::kControl;
    case ZYDIS_REGCLASS_DEBUG: return x86_64::kDebug;
    case ZYDIS_REGCLASS_IP: return x86_64::kRip;
    case ZYDIS_REGCLASS_FLAGS: return x86_64::kRflags;
    default: break;
  }
  switch (r) {
    case ZYDIS_REGISTER_MXCSR: return x86_64::kMxcsr;
    case ZYDIS_REGISTER_X87CONTROL: return x86_64::kX87Control;
    case ZYDIS_REGISTER_X87STATUS:
    case ZYDIS_REGISTER_X87TAG: return x86_64::kX87Status;
    default: return kNoRegister;
  }
}

struct View {
  RegisterSet reads;
  RegisterSet writes;
  RegisterSet address;  // registers of the written memory operand
  bool loads = false;
  bool stores = false;
  unsigned memory_bytes = 0;  // of the memory operand that is accessed
  std::uint64_t target = kNoAddress;
  std::uint64_t memory_address = kNoAddress;
};

constexpr ZydisOperandActions kReads = ZYDIS_OPERAND_ACTION_READ | ZYDIS_OPERAND_ACTION_CONDREAD;
constexpr ZydisOperandActions kWrites = ZYDIS_OPERAND_ACTION_WRITE | ZYDIS_OPERAND_ACTION_CONDWRITE;
// What our one register for the flags holds. System flags (IF, IOPL, AC...) are in none.
constexpr ZydisAccessedFlagsMask kStatusFlags = ZYDIS_CPUFLAG_CF | ZYDIS_CPUFLAG_PF |
                                                ZYDIS_CPUFLAG_AF | ZYDIS_CPUFLAG_ZF |
                                                ZYDIS_CPUFLAG_SF | ZYDIS_CPUFLAG_OF;

void add_memory(const ZydisDecodedOperand& operand, View& view) {
  view.address.insert(full_register(operand.mem.base));
  view.address.insert(full_register(operand.mem.index));
  const bool access =
      operand.mem.type == ZYDIS_MEMOP_TYPE_MEM || operand.mem.type == ZYDIS_MEMOP_TYPE_VSIB;
  if (operand.mem.segment == ZYDIS_REGISTER_FS && access) view.address.insert(x86_64::kFs);
  if (operand.mem.segment == ZYDIS_REGISTER_GS && access) view.address.insert(x86_64::kGs);
  view.reads |= view.address;
  if (!access) return;
  view.loads |= (operand.actions & kReads) != 0;
  view.stores |= (operand.actions & kWrites) != 0;
  // The stack that push and call use is no operand that an address mode describes.
  const bool hidden_stack = operand.visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN &&
                            full_register(operand.mem.base) == x86_64::kRsp;
  if (!hidden_stack && view.memory_bytes == 0) view.memory_bytes = operand.size / 8;
}

void add_register(const ZydisDecodedOperand& operand, View& view) {
  const ZydisRegister reg = operand.reg.value;
  // The flags are in cpu_flags, with the direction flag apart.
  if (ZydisRegisterGetClass(reg) == ZYDIS_REGCLASS_FLAGS) return;
  // k0 in the place of a mask means that there is none.
  if (reg == ZYDIS_REGISTER_K0 && operand.encoding == ZYDIS_OPERAND_ENCODING_MASK) return;
  const Register full = full_register(reg);
  // Control flow is compared by class, not by a hidden rip.
  if (full == x86_64::kRip && operand.visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN) return;
  if ((operand.actions & kReads) != 0) view.reads.insert(full);
  if ((operand.actions & kWrites) != 0) view.writes.insert(full);
  // A destination that may keep its old value depends on it.
  if ((operand.actions & ZYDIS_OPERAND_ACTION_CONDWRITE) != 0) view.reads.insert(full);
}

// Zydis lists mxcsr for ldmxcsr and stmxcsr alone, but knows the exception class.
// Types 2 and 3 can raise SIMD floating-point exceptions (SDM volume 2, 2.4 and 2.7):
// those instructions obey the rounding mode and masks of mxcsr.
bool obeys_mxcsr(ZydisExceptionClass type) {
  switch (type) {
    case ZYDIS_EXCEPTION_CLASS_SSE2:
    case ZYDIS_EXCEPTION_CLASS_SSE3:
    case ZYDIS_EXCEPTION_CLASS_AVX2:
    case ZYDIS_EXCEPTION_CLASS_AVX3:
    case ZYDIS_EXCEPTION_CLASS_E2:
    case ZYDIS_EXCEPTION_CLASS_E3: return true;
    default: return false;
  }
}

View view_of(const ZydisDecodedInstruction& insn, std::span<const ZydisDecodedOperand> operands,
             std::uint64_t address) {
  View view;
  for (const ZydisDecodedOperand& operand : operands) {
    if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) add_memory(operand, view);
    if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) add_register(operand, view);
    if (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand.imm.is_relative != 0)
      ZydisCalcAbsoluteAddress(&insn, &operand, address, &view.target);
    const bool segment_base =
        operand.mem.segment == ZYDIS_REGISTER_FS || operand.mem.segment == ZYDIS_REGISTER_GS;
    if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY && !segment_base &&
        full_register(operand.mem.base) == x86_64::kRip)
      ZydisCalcAbsoluteAddress(&insn, &operand, address, &view.memory_address);
  }
  if (obeys_mxcsr(insn.meta.exception_class)) view.reads.insert(x86_64::kMxcsr);
  if (insn.cpu_flags != nullptr) {
    const ZydisAccessedFlags& flags = *insn.cpu_flags;
    const auto written = flags.modified | flags.set_0 | flags.set_1 | flags.undefined;
    if ((flags.tested & kStatusFlags) != 0) view.reads.insert(x86_64::kRflags);
    if ((flags.tested & ZYDIS_CPUFLAG_DF) != 0) view.reads.insert(x86_64::kDirectionFlag);
    if ((written & kStatusFlags) != 0) view.writes.insert(x86_64::kRflags);
    if ((written & ZYDIS_CPUFLAG_DF) != 0) view.writes.insert(x86_64::kDirectionFlag);
  }
  return view;
}

InsnClasses control_classes(const ZydisDecodedInstruction& insn) {
  switch (insn.meta.category) {
    case ZYDIS_CATEGORY_COND_BR: return InsnClass::kJump | InsnClass::kConditional;
    case ZYDIS_CATEGORY_UNCOND_BR: return InsnClass::kJump;
    case ZYDIS_CATEGORY_CALL: return InsnClass::kCall;
    case ZYDIS_CATEGORY_RET: return InsnClass::kReturn;
    default: return {};
  }
}

// The register by its part in the instruction, so that one row of the table is
// enough whatever register a compiler chose: "operand 1", "address", "rflags".
std::string role(const Insn& ours, RegisterSet address, Register r) {
  for (unsigned i = 0; i < ours.operand_count; ++i)
    if (ours.operands[i].reg == r) return "operand " + std::to_string(i + 1);
  if (address.contains(r)) return "address";
  return std::string(x86_64::register_name(r));
}

// "xmm0..xmm15" for long runs of registers, which only vzeroall and its like have.
void add_run(const std::string& sign, const std::vector<std::string>& run,
             const std::function<void(const std::string&)>& add) {
  constexpr std::size_t kLongRun = 8;
  if (run.size() >= kLongRun) return add(sign + run.front() + ".." + run.back());
  for (const std::string& name : run) add(sign + name);
}

void add_sets(const std::string& field, const Insn& insn, RegisterSet address, RegisterSet ours,
              RegisterSet theirs, std::vector<Difference>& out) {
  const auto add = [&](const std::string& detail) {
    const Difference difference{"zydis", field, "", detail};
    if (std::ranges::count(out, difference) == 0) out.push_back(difference);
  };
  if (insn.is(InsnClass::kNop)) {
    if (ours != theirs) add("-its operands");
    return;
  }
  for (const bool we : {true, false}) {
    std::vector<std::string> names;
    (we ? ours - theirs : theirs - ours).for_each([&](Register r) {
      names.push_back(role(insn, address, r));
    });
    add_run(we ? "+" : "-", names, add);
  }
}

// The written operands, destination first: "rax [] xmm1", without immediates.
std::string written_operands(const Insn& insn) {
  std::string out;
  for (unsigned i = 0; i < insn.operand_count; ++i) {
    const Operand& operand = insn.operands[i];
    if (operand.kind == OperandKind::kMemory) out += "[] ";
    if (operand.kind == OperandKind::kRegister) {
      out += x86_64::register_name(operand.reg);
      out += ' ';
    }
  }
  return out;
}

std::string written_operands(std::span<const ZydisDecodedOperand> operands) {
  std::string out;
  for (const ZydisDecodedOperand& operand : operands) {
    if (operand.visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN) continue;
    const bool no_mask = operand.type == ZYDIS_OPERAND_TYPE_REGISTER &&
                         operand.reg.value == ZYDIS_REGISTER_K0 &&
                         operand.encoding == ZYDIS_OPERAND_ENCODING_MASK;
    if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) out += "[] ";
    if (operand.type != ZYDIS_OPERAND_TYPE_REGISTER || no_mask) continue;
    out += x86_64::register_name(full_register(operand.reg.value));
    out += ' ';
  }
  return out;
}

struct Refusal {
  ZyanStatus status;
  const char* detail;
};
// Encodings that the manual calls invalid whatever the instruction is.
constexpr Refusal kRefusals[] = {
    {ZYDIS_STATUS_BAD_REGISTER, "+register that does not exist"},
    {ZYDIS_STATUS_ILLEGAL_LOCK, "+lock prefix that faults"},
    {ZYDIS_STATUS_MALFORMED_EVEX, "+reserved EVEX bits"},
    {ZYDIS_STATUS_INVALID_MASK, "+mask that is not allowed"},
};

void refused(ZyanStatus status, std::span<const std::uint8_t> bytes, std::vector<Difference>& out) {
  if (scan_prefixes(bytes).rex2) {
    out.push_back({"zydis", "decodes", "(any)", "+REX2 prefix"});
    return;
  }
  for (const Refusal& row : kRefusals) {
    if (row.status != status) continue;
    out.push_back({"zydis", "decodes", "(any)", row.detail});
    return;
  }
  constexpr std::uint8_t kEvex = 0x62;
  if (bytes.front() == kEvex)
    out.push_back({"zydis", "decodes", "(any)", "+EVEX encoding"});
  else if (scan_prefixes(bytes).mandatory)
    out.push_back({"zydis", "decodes", "(any)", "+66, f2 or f3 that selects no opcode"});
  else
    out.push_back({"zydis", "decodes", "", "+"});
}

}  // namespace

ZydisView::ZydisView() {
  ZydisDecoderInit(&decoder_, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
}

void ZydisView::compare(const Insn& ours, std::span<const std::uint8_t> bytes,
                        std::vector<Difference>& out) const {
  const auto add = [&out](const char* field, const std::string& detail) {
    out.push_back({"zydis", field, "", detail});
  };
  ZydisDecodedInstruction insn;
  std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
  const ZyanStatus status =
      ZydisDecoderDecodeFull(&decoder_, bytes.data(), bytes.size(), &insn, operands.data());
  if (!ZYAN_SUCCESS(status)) {
    refused(status, bytes, out);
    return;
  }
  if (insn.length != ours.size) {
    constexpr std::uint8_t kOperandSize = 0x66;
    const bool prefixed_branch =
        ours.target != kNoAddress && std::ranges::count(bytes.first(ours.size), kOperandSize) != 0;
    if (prefixed_branch) {
      out.push_back({"zydis", "size", "(any)", "operand-size prefix on a near branch"});
      return;
    }
    add("size", std::to_string(ours.size) + " for " + std::to_string(insn.length));
    return;
  }
  if (scan_prefixes(bytes).several_segments) {
    out.push_back({"zydis", "reads", "(any)", "several segment prefixes"});
    return;
  }
  const View theirs = view_of(insn, std::span(operands).first(insn.operand_count), ours.address);
  add_sets("reads", ours, theirs.address, ours.reads, theirs.reads, out);
  add_sets("writes", ours, theirs.address, ours.writes, theirs.writes, out);
  const std::string our_operands = written_operands(ours);
  const std::string their_operands =
      written_operands(std::span(operands).first(insn.operand_count));
  if (our_operands != their_operands)
    add("operands", our_operands.size() == their_operands.size() ? "order" : "number");
  const auto add_flag = [&](const char* field, const std::string& name, bool we, bool they) {
    if (we != they) add(field, (we ? "+" : "-") + name);
  };
  add_flag("memory", "load", ours.is(InsnClass::kLoad), theirs.loads);
  add_flag("memory", "store", ours.is(InsnClass::kStore), theirs.stores);
  const InsnClasses control = control_classes(insn);
  add_flag("control", "jump", ours.is(InsnClass::kJump), control.has(InsnClass::kJump));
  add_flag("control", "conditional", ours.is(InsnClass::kConditional),
           control.has(InsnClass::kConditional));
  add_flag("control", "call", ours.is(InsnClass::kCall), control.has(InsnClass::kCall));
  add_flag("control", "return", ours.is(InsnClass::kReturn), control.has(InsnClass::kReturn));
  const bool accesses =
      ours.classes.has_any(InsnClass::kLoad | InsnClass::kStore) && (theirs.loads || theirs.stores);
  if (ours.memory.present && accesses && ours.memory.bytes != theirs.memory_bytes)
    add("memory",
        std::to_string(ours.memory.bytes) + " bytes for " + std::to_string(theirs.memory_bytes));
  if (ours.target != theirs.target) add("target", "differs");
  const bool relative = ours.memory.base == x86_64::kRip && ours.memory.segment == kNoRegister;
  if ((relative ? ours.memory.address : kNoAddress) != theirs.memory_address)
    add("memory", "address");
}

}  // namespace asmforge::agreement
