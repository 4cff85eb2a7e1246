// LLVM's AArch64 disassembler, made to say what core/insn.h promises.
//
// LLVM has one opcode for what the assembler writes in several ways; here an instruction is what
// is written:
//     subs xzr, x0, #8          cmp  x0, #8
//     orr  x0, xzr, x1          mov  x0, x1
//     ubfm w0, w1, #3, #31      lsr  w0, w1, #3
//     csinc w0, wzr, wzr, ne    cset w0, eq
#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstPrinter.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <bit>
#include <span>
#include <vector>

#include "core/error.h"
#include "isa/aarch64.h"
#include "mc/aarch64_facts.h"
#include "mc/insn_decoder.h"
#include "mc/printed_text.h"

extern "C" {
void LLVMInitializeAArch64TargetInfo();
void LLVMInitializeAArch64TargetMC();
void LLVMInitializeAArch64Disassembler();
}

namespace asmforge {
namespace {

using aarch64::MemoryPlan;
using aarch64::OpcodeFacts;
using aarch64::OperandPlan;
using aarch64::RegisterPart;
using aarch64::Shape;
using enum InsnClass;

constexpr char kTriple[] = "aarch64-unknown-linux-gnu";
constexpr std::size_t kInsnBytes = 4;

const llvm::Target& aarch64_target() {
  static const llvm::Target* const kTarget = [] {
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64Disassembler();
    std::string error;
    return llvm::TargetRegistry::lookupTarget(kTriple, error);
  }();
  AF_CHECK(kTarget != nullptr);
  return *kTarget;
}

// LLVM's AArch64AddressingModes.h is not installed: what its operands of shifts hold.
struct Shift {
  enum Kind : std::uint8_t { kLeft, kRightLogical, kRightArithmetic, kRotate };
  Kind kind;
  unsigned amount;

  explicit Shift(std::int64_t operand)
      : kind(static_cast<Kind>((operand >> 6) & 3)), amount(operand & 63) {}
};

// uxtb, uxth, uxtw, uxtx, sxtb, sxth, sxtw, sxtx, in this order.
struct Extension {
  std::uint16_t bits;
  bool sign;
  unsigned amount;

  explicit Extension(std::int64_t operand)
      : bits(static_cast<std::uint16_t>(8 << ((operand >> 3) & 3))),
        sign(((operand >> 5) & 1) != 0),
        amount(operand & 7) {}
};

// Arm Architecture Reference Manual, DecodeBitMasks: a run of ones, rotated, repeated.
std::uint64_t logical_immediate(std::uint64_t field, unsigned bits) {
  const unsigned n = (field >> 12) & 1;
  const unsigned rotate = (field >> 6) & 63;
  const unsigned ones = field & 63;
  const unsigned length = std::bit_width((n << 6) | (~ones & 63));
  if (length < 2) return 0;
  const unsigned size = 1U << (length - 1);
  const unsigned right = rotate & (size - 1);
  const unsigned last = ones & (size - 1);
  std::uint64_t pattern = last == 63 ? ~std::uint64_t{0} : (std::uint64_t{1} << (last + 1)) - 1;
  const std::uint64_t whole = size == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << size) - 1;
  if (right != 0) pattern = ((pattern >> right) | (pattern << (size - right))) & whole;
  for (unsigned filled = size; filled < 64; filled *= 2) pattern |= pattern << filled;
  return bits == 32 ? pattern & 0xffffffff : pattern;
}

// Numbers of 32 bits as x86's are kept: with their sign.
std::int64_t as_signed(std::uint64_t value, unsigned bits) {
  return bits == 32 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(value))
                    : static_cast<std::int64_t>(value);
}

Condition inverse_of(std::int64_t code) {
  return aarch64::condition_from_code(static_cast<std::uint64_t>(code) ^ 1);
}

class Aarch64Decoder : public InsnDecoder {
 public:
  Aarch64Decoder();
  std::size_t decode(std::span<const std::uint8_t> bytes, std::uint64_t address) override;
  [[nodiscard]] std::size_t skip_after_failure() const override { return skip_; }
  void convert(std::uint64_t address, Insn& out) override;
  std::string text(std::uint64_t address, Syntax syntax) override;
  [[nodiscard]] std::string_view mnemonic_of(std::string_view text) const override {
    return text.substr(0, text.find(' '));
  }

 private:
  const OpcodeFacts& facts();
  std::string print(llvm::MCInstPrinter& printer, const llvm::MCInst& inst, std::uint64_t address);

  // What the MCInst's operands are.
  [[nodiscard]] const RegisterPart& part(unsigned index) const {
    return tables_->part(inst_.getOperand(index).getReg());
  }
  [[nodiscard]] bool is_zero(unsigned index) const { return part(index).zero; }
  [[nodiscard]] bool same_register(unsigned a, unsigned b) const {
    return inst_.getOperand(a).getReg() == inst_.getOperand(b).getReg();
  }
  [[nodiscard]] std::int64_t number(unsigned index) const {
    return inst_.getOperand(index).getImm();
  }

  // Append operands to the instruction.
  static Operand* append(Insn& out, OperandKind kind);
  Operand* add_register(Insn& out, unsigned index, bool read, bool written) const;
  void add_result(Insn& out, unsigned index) const { add_register(out, index, false, true); }
  Operand* add_source(Insn& out, unsigned index) const {
    return add_register(out, index, true, false);
  }
  static void add_immediate(Insn& out, std::int64_t value);
  static void set_immediate(Insn& out, std::int64_t value);

  void convert_plain(const OpcodeFacts& known, Insn& out) const;
  void convert_memory(const MemoryPlan& plan, Insn& out) const;
  void convert_add_immediate(const OpcodeFacts& known, Insn& out) const;
  void convert_add_shifted(const OpcodeFacts& known, Insn& out) const;
  void convert_add_extended(const OpcodeFacts& known, Insn& out) const;
  void make_address(Insn& out, unsigned amount) const;
  void convert_logic(const OpcodeFacts& known, Insn& out) const;
  void convert_move_wide(const OpcodeFacts& known, Insn& out) const;
  void convert_bitfield(const OpcodeFacts& known, Insn& out) const;
  void convert_select(const OpcodeFacts& known, Insn& out) const;
  void convert_place(const OpcodeFacts& known, Insn& out) const;
  void convert_hint(Insn& out) const;
  void convert_system_register(const OpcodeFacts& known, Insn& out) const;

  llvm::Triple triple_{kTriple};
  std::unique_ptr<llvm::MCRegisterInfo> registers_;
  std::unique_ptr<llvm::MCAsmInfo> assembler_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
  std::unique_ptr<llvm::MCInstrInfo> instructions_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCDisassembler> disassembler_;
  std::unique_ptr<llvm::MCInstPrinter> printer_;
  std::unique_ptr<llvm::MCInstPrinter> plain_printer_;  // without other names
  std::unique_ptr<aarch64::OpcodeTables> tables_;
  std::vector<std::uint16_t> fact_number_;  // by opcode; 0: not seen yet
  std::vector<OpcodeFacts> facts_;
  llvm::MCInst inst_;
  std::size_t skip_ = 1;
};

Aarch64Decoder::Aarch64Decoder() {
  const llvm::Target& target = aarch64_target();
  const llvm::MCTargetOptions options;
  registers_.reset(target.createMCRegInfo(kTriple));
  assembler_.reset(target.createMCAsmInfo(*registers_, kTriple, options));
  // Every extension, as llvm-objdump does when nobody says which.
  subtarget_.reset(target.createMCSubtargetInfo(kTriple, "", "+all"));
  instructions_.reset(target.createMCInstrInfo());
  context_ = std::make_unique<llvm::MCContext>(triple_, assembler_.get(), registers_.get(),
                                               subtarget_.get());
  disassembler_.reset(target.createMCDisassembler(*subtarget_, *context_));
  for (auto* printer : {&printer_, &plain_printer_}) {
    printer->reset(
        target.createMCInstPrinter(triple_, 0, *assembler_, *instructions_, *registers_));
    (*printer)->setPrintImmHex(true);
    (*printer)->setPrintBranchImmAsAddress(true);
  }
  AF_CHECK(plain_printer_->applyTargetSpecificCLOption("no-aliases"));
  tables_ = std::make_unique<aarch64::OpcodeTables>(*instructions_, *registers_);
  fact_number_.resize(instructions_->getNumOpcodes());
  facts_.emplace_back();
  // Room for all operands of any instruction, so that such places lie inside.
  constexpr int kMostOperands = 16;
  for (int i = 0; i < kMostOperands; ++i) inst_.addOperand(llvm::MCOperand());
}

std::size_t Aarch64Decoder::decode(std::span<const std::uint8_t> bytes, std::uint64_t address) {
  skip_ = std::max<std::size_t>(std::min(bytes.size(), kInsnBytes), 1);
  if (bytes.size() < kInsnBytes) return 0;
  // LLVM 19 inserts the implicit operands (za) of whatever opcode is there when a word is no
  // instruction, at places that need not be there: the one before must not stay.
  inst_.clear();
  inst_.setOpcode(0);
  std::uint64_t size = 0;
  const auto status = disassembler_->getInstruction(
      inst_, size, llvm::ArrayRef<std::uint8_t>(bytes.data(), kInsnBytes), address, llvm::nulls());
  // What the architecture calls unpredictable is decoded all the same.
  return status == llvm::MCDisassembler::Fail ? 0 : kInsnBytes;
}

std::string Aarch64Decoder::print(llvm::MCInstPrinter& printer, const llvm::MCInst& inst,
                                  std::uint64_t address) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  printer.printInst(&inst, address, "", *subtarget_, stream);
  // ldaddal w0, wzr, [x1] // acquire semantics dropped since destination is zero
  if (const std::size_t comment = text.find("//"); comment != std::string::npos)
    text.resize(comment);
  return one_space_between_words(text);
}

std::string Aarch64Decoder::text(std::uint64_t address, Syntax /*syntax*/) {
  return print(*printer_, inst_, address);
}

const OpcodeFacts& Aarch64Decoder::facts() {
  std::uint16_t& number = fact_number_[inst_.getOpcode()];
  if (number == 0) {
    const char* const written = plain_printer_->getMnemonic(&inst_).first;
    std::string_view mnemonic = written == nullptr ? "" : written;
    mnemonic = mnemonic.substr(0, mnemonic.find_first_of(" \t"));
    number = static_cast<std::uint16_t>(facts_.size());
    facts_.push_back(tables_->build(inst_, mnemonic, [this](const llvm::MCInst& inst) {
      return print(*plain_printer_, inst, 0);
    }));
  }
  return facts_[number];
}

Operand* Aarch64Decoder::append(Insn& out, OperandKind kind) {
  if (out.operand_count == out.operands.size()) return nullptr;
  Operand& operand = out.operands[out.operand_count++];
  operand.kind = kind;
  return &operand;
}

Operand* Aarch64Decoder::add_register(Insn& out, unsigned index, bool read, bool written) const {
  const RegisterPart& named = part(index);
  if (read) out.reads |= named.set;
  if (written) out.writes |= named.set;
  Operand* const operand = append(out, OperandKind::kRegister);
  if (operand == nullptr) return nullptr;
  operand->reg = named.full;
  operand->bits = named.bits;  // of each, when there are several
  operand->read = read;
  operand->written = written;
  return operand;
}

void Aarch64Decoder::set_immediate(Insn& out, std::int64_t value) {
  out.has_immediate = true;
  out.immediate = value;
}

void Aarch64Decoder::add_immediate(Insn& out, std::int64_t value) {
  append(out, OperandKind::kImmediate);
  set_immediate(out, value);
}

void Aarch64Decoder::convert_plain(const OpcodeFacts& known, Insn& out) const {
  for (const OperandPlan& plan : std::span(known.operands).first(known.operand_count)) {
    switch (plan.kind) {
      case OperandKind::kNone: break;
      case OperandKind::kRegister: add_register(out, plan.index, plan.read, plan.written); break;
      case OperandKind::kImmediate: add_immediate(out, number(plan.index)); break;
      case OperandKind::kTarget:
        append(out, plan.kind);
        out.target = out.address + static_cast<std::uint64_t>(number(plan.index)) * kInsnBytes;
        break;
      case OperandKind::kMemory:
        if (Operand* const operand = append(out, plan.kind)) {
          operand->bits = static_cast<std::uint16_t>(8 * known.memory.bytes);
          operand->read = plan.read;
          operand->written = plan.written;
          operand->sign_extended = known.sign_extends;
        }
        break;
    }
  }
  // ldr x0, [x1], #8: the number was scaled with the width.
  const MemoryPlan& memory = known.memory;
  if (memory.update == BaseUpdate::kAfter && !memory.step_is_bytes && out.has_immediate)
    out.immediate *= memory.unit;
  if (memory.present) convert_memory(memory, out);
}

void Aarch64Decoder::convert_memory(const MemoryPlan& plan, Insn& out) const {
  MemoryOperand& memory = out.memory;
  const RegisterPart& base = part(plan.base);
  out.reads |= base.set;
  memory.present = true;
  memory.bytes = plan.bytes;
  memory.base = base.full;
  if (plan.index != MemoryPlan::kNoOperand) {
    const RegisterPart& index = part(plan.index);
    out.reads |= index.set;
    memory.index = index.full;
    memory.scale = plan.fixed_scale;
    // A prefetch scales by eight bytes, whatever it fetches.
    const std::uint16_t bytes = plan.bytes == 0 ? 8 : plan.bytes;
    if (plan.scales != MemoryPlan::kNoOperand && number(plan.scales) != 0)
      memory.scale = static_cast<std::uint8_t>(bytes);
  }
  if (plan.displacement != MemoryPlan::kNoOperand) {
    const std::int64_t units = number(plan.displacement);
    // In lengths of vectors, which are the machine's: no address that can be described.
    if (plan.unit == 0 && units != 0) {
      memory = {};
      return;
    }
    memory.displacement = units * plan.unit;
  }
  memory.base_update = plan.update;
  if (plan.update == BaseUpdate::kNone) return;
  out.writes |= base.set;
  if (!plan.step_is_bytes) return;
  // ld1 { v0.s }[1], [x0], #4: the lane is no amount.
  out.has_immediate = is_zero(plan.step);
  out.immediate = out.has_immediate ? plan.bytes : 0;
  if (!out.has_immediate) out.reads |= part(plan.step).set;
}

// add, sub, cmp, cmn, and mov from and to the stack pointer.
void Aarch64Decoder::convert_add_immediate(const OpcodeFacts& known, Insn& out) const {
  const std::int64_t amount = number(2) << number(3);
  if (known.sets_flags && is_zero(0)) {
    out.classes = kCompare;
    // cmn x0, #1 sets the flags of cmp x0, #-1, but for the carry when it is cmn x0, #0.
    const bool compares = known.subtracts || amount != 0;
    out.operation = compares ? IntegerOperation::kCompare : IntegerOperation::kNone;
    add_source(out, 1);
    add_immediate(out, known.subtracts ? amount : -amount);
    return;
  }
  add_result(out, 0);
  add_source(out, 1);
  const bool moves = !known.sets_flags && !known.subtracts && amount == 0 &&
                     (part(0).full == aarch64::kSp || part(1).full == aarch64::kSp);
  if (moves) {
    out.classes = kMove;
    out.operation = IntegerOperation::kNone;
    return;
  }
  add_immediate(out, amount);
}

// add x0, x1, x2, lsl #3: an address, as lea makes it.
void Aarch64Decoder::make_address(Insn& out, unsigned amount) const {
  out.classes |= kLea;
  out.operation = IntegerOperation::kNone;
  out.memory.present = true;
  out.memory.base = part(1).full;
  out.memory.index = part(2).full;
  out.memory.scale = static_cast<std::uint8_t>(1U << amount);
}

void Aarch64Decoder::convert_add_shifted(const OpcodeFacts& known, Insn& out) const {
  const Shift shift(number(3));
  if (shift.amount != 0) out.operation = IntegerOperation::kNone;
  if (known.sets_flags && is_zero(0)) {
    out.classes = kCompare;
    const bool compares = known.subtracts && shift.amount == 0;
    out.operation = compares ? IntegerOperation::kCompare : IntegerOperation::kNone;
    add_source(out, 1);
    add_source(out, 2);
  } else if (known.subtracts && is_zero(1)) {
    if (shift.amount == 0) out.operation = IntegerOperation::kNegate;
    add_result(out, 0);
    add_source(out, 2);
  } else {
    add_result(out, 0);
    add_source(out, 1);
    add_source(out, 2);
    if (known.subtracts && shift.amount == 0 && same_register(1, 2)) out.classes |= kZeroIdiom;
    const bool address = !known.subtracts && !known.sets_flags && shift.kind == Shift::kLeft &&
                         shift.amount >= 1 && shift.amount <= 7 && !is_zero(1) && !is_zero(2);
    if (address) make_address(out, shift.amount);
  }
  if (shift.amount != 0) set_immediate(out, shift.amount);
}

void Aarch64Decoder::convert_add_extended(const OpcodeFacts& known, Insn& out) const {
  const Extension extension(number(3));
  const bool compares = known.sets_flags && is_zero(0);
  if (!compares) add_result(out, 0);
  add_source(out, 1);
  Operand* const last = add_source(out, 2);
  last->bits = std::min(last->bits, extension.bits);
  last->sign_extended = extension.sign && extension.bits < 64;
  if (extension.amount != 0) set_immediate(out, extension.amount);
  const bool whole = extension.bits >= 32 && extension.amount == 0;
  if (compares) {
    out.classes = kCompare;
    out.operation = known.subtracts && whole ? IntegerOperation::kCompare : IntegerOperation::kNone;
    return;
  }
  // add sp, sp, x0
  if (extension.bits == 64 && extension.amount == 0) return;
  out.operation = IntegerOperation::kNone;
  if (extension.bits < 32)
    out.classes |= kExtend;
  else if (!known.subtracts && !known.sets_flags && !is_zero(2))
    make_address(out, extension.amount);
  if (extension.bits < 32) set_immediate(out, extension.amount);
}

// and, orr, eor, bic, ...: tst, mov and mvn when a register is the zero.
void Aarch64Decoder::convert_logic(const OpcodeFacts& known, Insn& out) const {
  const bool immediate = known.shape == Shape::kLogicImmediate;
  const std::uint16_t bits = part(1).bits;
  const std::int64_t value =
      immediate ? as_signed(logical_immediate(static_cast<std::uint64_t>(number(2)), bits), bits)
                : 0;
  const Shift shift(immediate ? 0 : number(3));
  if (shift.amount != 0) out.operation = IntegerOperation::kNone;
  const auto add_second = [&] {
    if (immediate)
      add_immediate(out, value);
    else
      add_source(out, 2);
  };
  const bool is_or = known.operation == IntegerOperation::kOr;
  if (known.sets_flags && known.operation == IntegerOperation::kAnd && is_zero(0)) {
    out.classes = kCompare;
    if (shift.amount == 0) out.operation = IntegerOperation::kTest;
    add_source(out, 1);
    add_second();
  } else if (is_or && is_zero(1) && shift.amount == 0) {
    out.classes = kMove;
    out.operation = IntegerOperation::kNone;
    add_result(out, 0);
    if (!immediate && is_zero(2))
      add_immediate(out, 0);
    else
      add_second();
  } else if (known.mnemonic == "orn" && is_zero(1)) {
    if (shift.amount == 0) out.operation = IntegerOperation::kNot;
    add_result(out, 0);
    add_second();
  } else {
    add_result(out, 0);
    add_source(out, 1);
    add_second();
    const bool nothing_left = known.operation == IntegerOperation::kXor && !immediate &&
                              shift.amount == 0 && same_register(1, 2);
    if (nothing_left) out.classes |= kZeroIdiom;
  }
  if (shift.amount != 0) set_immediate(out, shift.amount);
}

void Aarch64Decoder::convert_move_wide(const OpcodeFacts& known, Insn& out) const {
  // movk keeps the other bits, so it has its register as a source too.
  const bool keeps = known.mnemonic == "movk";
  const unsigned value = keeps ? 2 : 1;
  const std::uint64_t shifted = static_cast<std::uint64_t>(number(value)) << number(value + 1);
  add_register(out, 0, keeps, true);
  add_immediate(out, as_signed(known.mnemonic == "movn" ? ~shifted : shifted, part(0).bits));
}

// lsl, lsr, asr, sxtw, uxtb and their like; ubfx, sbfiz, bfi otherwise.
void Aarch64Decoder::convert_bitfield(const OpcodeFacts& known, Insn& out) const {
  const bool inserts = known.mnemonic == "bfm";
  const unsigned source = inserts ? 2 : 1;
  const auto rotate = static_cast<unsigned>(number(source + 1));
  const auto last = static_cast<unsigned>(number(source + 2));
  const unsigned bits = part(0).bits;
  const bool is_signed = known.mnemonic == "sbfm";
  add_register(out, 0, inserts, true);
  Operand* const from = add_source(out, source);
  if (!inserts && rotate == 0 && (last == 7 || last == 15 || last == 31) && last + 1 < bits) {
    out.classes = kExtend;
    from->bits = static_cast<std::uint16_t>(last + 1);
    from->sign_extended = is_signed;
    return;
  }
  if (!inserts && last == bits - 1) {
    out.operation =
        is_signed ? IntegerOperation::kShiftRightArithmetic : IntegerOperation::kShiftRightLogical;
    add_immediate(out, rotate);
    return;
  }
  if (!inserts && !is_signed && last + 1 == rotate) {
    out.operation = IntegerOperation::kShiftLeft;
    add_immediate(out, bits - rotate);
    return;
  }
  // The lowest bit and the number of bits, as they are written.
  const bool from_above = last < rotate;
  add_immediate(out, from_above ? bits - rotate : rotate);
  add_immediate(out, from_above ? last + 1 : last - rotate + 1);
}

// csel; cset, csetm, cinc, cinv, cneg where the sources are one register.
void Aarch64Decoder::convert_select(const OpcodeFacts& known, Insn& out) const {
  const std::int64_t code = number(3);
  out.condition = aarch64::condition_from_code(static_cast<std::uint64_t>(code));
  add_result(out, 0);
  const bool one_source = same_register(1, 2) && known.mnemonic != "csel" &&
                          !aarch64::always_holds(static_cast<std::uint64_t>(code));
  if (!one_source) {
    add_source(out, 1);
    add_source(out, 2);
    return;
  }
  out.condition = inverse_of(code);
  if (is_zero(1) && known.mnemonic != "csneg")
    out.classes = kSetCondition;
  else
    add_source(out, 1);
}

// What lies at a distance from the instruction: adr, adrp, ldr x0, label.
void Aarch64Decoder::convert_place(const OpcodeFacts& known, Insn& out) const {
  MemoryOperand& memory = out.memory;
  const auto distance = static_cast<std::uint64_t>(number(1));
  memory.present = true;
  memory.base = aarch64::kPc;
  memory.bytes = known.memory.bytes;
  out.reads.insert(aarch64::kPc);
  if (known.shape == Shape::kLiteral)
    memory.address = out.address + distance * kInsnBytes;
  else if (known.mnemonic == "adrp")
    memory.address = (out.address & ~std::uint64_t{0xfff}) + (distance << 12);
  else
    memory.address = out.address + distance;
  memory.displacement = static_cast<std::int64_t>(memory.address - out.address);
  convert_plain(known, out);
}

void Aarch64Decoder::convert_hint(Insn& out) const {
  // Arm Architecture Reference Manual, "Hints"; what is not given out yet does nothing.
  enum : std::uint8_t {
    kWaitForEvent = 2,
    kWaitForInterrupt,
    kErrorBarrier = 16,
    kProfileBarrier,
    kTraceBarrier,
    kSpeculationBarrier = 20,
    kBranchTarget = 32,
    kBranchTargetLast = 38
  };
  const std::int64_t hint = number(0);
  if (hint == kWaitForEvent || hint == kWaitForInterrupt)
    out.classes = kSystem;
  else if ((hint >= kErrorBarrier && hint <= kTraceBarrier) || hint == kSpeculationBarrier)
    out.classes = kFence;
  else if (hint >= kBranchTarget && hint <= kBranchTargetLast && hint % 2 == 0)
    out.classes = kEndBranch;
  else
    out.classes = kNop;
}

void Aarch64Decoder::convert_system_register(const OpcodeFacts& known, Insn& out) const {
  // op0, op1, CRn, CRm and op2 in one number, which is a name and no immediate.
  struct Known {
    std::int64_t number;
    Register reg;
  };
  static constexpr Known kKnown[] = {{0xda10, aarch64::kNzcv},
                                     {0xda20, aarch64::kFpcr},
                                     {0xda21, aarch64::kFpsr},
                                     {0xda22, aarch64::kFp8Mode},
                                     {0xde82, aarch64::kThreadPointer}};
  constexpr std::int64_t kRandom = 0xd920;
  constexpr std::int64_t kRandomReseeded = 0xd921;
  const bool reads = known.shape == Shape::kReadSystem;
  const std::int64_t which = number(reads ? 1 : 0);
  add_register(out, reads ? 0 : 1, !reads, reads);
  for (const Known& row : kKnown) {
    if (row.number != which) continue;
    (reads ? out.reads : out.writes).insert(row.reg);
    // mrs x0, tpidr_el0 reads what stays the same in a thread.
    if (reads && row.reg == aarch64::kThreadPointer) out.classes = kMove;
  }
  if (reads && (which == kRandom || which == kRandomReseeded)) out.writes.insert(aarch64::kNzcv);
}

void Aarch64Decoder::convert(std::uint64_t address, Insn& out) {
  const OpcodeFacts& known = facts();
  out = Insn();
  out.address = address;
  out.opcode = static_cast<std::uint16_t>(inst_.getOpcode());
  out.size = kInsnBytes;
  out.classes = known.classes;
  out.operation = known.operation;
  out.reads = known.implicit_reads;
  out.writes = known.implicit_writes;
  switch (known.shape) {
    case Shape::kAddImmediate: convert_add_immediate(known, out); return;
    case Shape::kAddShifted: convert_add_shifted(known, out); return;
    case Shape::kAddExtended: convert_add_extended(known, out); return;
    case Shape::kLogicImmediate:
    case Shape::kLogicShifted: convert_logic(known, out); return;
    case Shape::kMoveWide: convert_move_wide(known, out); return;
    case Shape::kBitfield: convert_bitfield(known, out); return;
    case Shape::kSelect: convert_select(known, out); return;
    case Shape::kAddress:
    case Shape::kLiteral: convert_place(known, out); return;
    case Shape::kHint: convert_hint(out); return;
    case Shape::kReadSystem:
    case Shape::kWriteSystem: convert_system_register(known, out); return;
    case Shape::kReturn:
      // ret, and ret x1
      out.reads |= part(0).set;
      if (part(0).full != aarch64::kLinkRegister) add_source(out, 0);
      return;
    default: break;
  }
  convert_plain(known, out);
  if (known.condition != MemoryPlan::kNoOperand)
    out.condition =
        aarch64::condition_from_code(static_cast<std::uint64_t>(number(known.condition)));
  else if (known.classes.has(kConditional))
    out.condition = Condition::kOther;
  // ror w0, w1, #3
  if (known.shape == Shape::kExtract && same_register(1, 2)) {
    out.operation = IntegerOperation::kRotate;
    out.operands[2] = out.operands[3];
    out.operands[3] = {};
    --out.operand_count;
  }
  // mul: nothing is added.
  if (known.shape == Shape::kMultiply && is_zero(3)) {
    out.operands[3] = {};
    --out.operand_count;
  }
  // mov v0.16b, v1.16b
  if (known.mnemonic == "orr" && known.shape == Shape::kPlain && out.operand_count == 3 &&
      out.operands[2].kind == OperandKind::kRegister && same_register(1, 2)) {
    out.classes = InsnClasses(kMove) | InsnClasses(kVector);
    out.operands[2] = {};
    --out.operand_count;
  }
}

}  // namespace

std::unique_ptr<InsnDecoder> make_aarch64_decoder() { return std::make_unique<Aarch64Decoder>(); }

}  // namespace asmforge
