#include "mc/aarch64_rules.h"

#include <algorithm>
#include <iterator>

namespace asmforge::aarch64 {
namespace {

using enum InsnClass;
using Op = IntegerOperation;

struct Row {
  std::string_view mnemonic;
  InsnClasses classes;
  Op operation = Op::kNone;
};

constexpr Row kRows[] = {
    // moves
    {"movz", kMove},
    {"movn", kMove},
    {"movk", kLogic},  // the other bits stay
    {"fmov", kMove},
    {"movi", kMove},
    {"mvni", kMove},
    {"smov", kExtend},
    {"movprfx", kMove},
    {"adr", kLea},
    {"adrp", kLea},
    // integer arithmetic
    {"add", kAddSubtract, Op::kAdd},
    {"adds", kAddSubtract, Op::kAdd},
    {"sub", kAddSubtract, Op::kSubtract},
    {"subs", kAddSubtract, Op::kSubtract},
    {"adc", kAddSubtract, Op::kAddWithCarry},
    {"adcs", kAddSubtract, Op::kAddWithCarry},
    {"sbc", kAddSubtract, Op::kSubtractWithBorrow},
    {"sbcs", kAddSubtract, Op::kSubtractWithBorrow},
    {"addg", kAddSubtract},
    {"subg", kAddSubtract},
    {"subp", kAddSubtract},
    {"subps", kAddSubtract},
    {"addpt", kAddSubtract},
    {"subpt", kAddSubtract},
    {"addvl", kAddSubtract},
    {"addpl", kAddSubtract},
    {"addsvl", kAddSubtract},
    {"addspl", kAddSubtract},
    {"neg", kAddSubtract},
    {"and", kLogic, Op::kAnd},
    {"ands", kLogic, Op::kAnd},
    {"orr", kLogic, Op::kOr},
    {"eor", kLogic, Op::kXor},
    {"bic", kLogic},
    {"bics", kLogic},
    {"orn", kLogic},
    {"eon", kLogic},
    {"not", kLogic},
    {"bsl", kLogic},
    {"bit", kLogic},
    {"bif", kLogic},
    {"eor3", kLogic},
    {"bcax", kLogic},
    {"rax1", kLogic},
    {"xar", kLogic},
    {"nbsl", kLogic},
    {"bfm", kShift},
    {"ubfm", kShift},
    {"sbfm", kShift},
    {"extr", kShift},
    {"lsl", kShift, Op::kShiftLeft},
    {"lsr", kShift, Op::kShiftRightLogical},
    {"asr", kShift, Op::kShiftRightArithmetic},
    {"ror", kShift, Op::kRotate},
    {"madd", kMultiply},
    {"msub", kMultiply},
    {"maddpt", kMultiply},
    {"msubpt", kMultiply},
    {"sdiv", kDivide},
    {"udiv", kDivide},
    {"sdivr", kDivide},
    {"udivr", kDivide},
    {"ccmp", kCompare},
    {"ccmn", kCompare},
    {"csel", kConditionalMove},
    {"csinc", kConditionalMove},
    {"csinv", kConditionalMove},
    {"csneg", kConditionalMove},
    // control
    {"b", kJump},
    {"b.", kJump | kConditional},
    {"bc.", kJump | kConditional},
    {"cbz", kJump | kConditional},
    {"cbnz", kJump | kConditional},
    {"tbz", kJump | kConditional},
    {"tbnz", kJump | kConditional},
    {"br", kJump | kIndirect},
    {"braa", kJump | kIndirect},
    {"brab", kJump | kIndirect},
    {"braaz", kJump | kIndirect},
    {"brabz", kJump | kIndirect},
    {"bl", kCall},
    {"blr", kCall | kIndirect},
    {"blraa", kCall | kIndirect},
    {"blrab", kCall | kIndirect},
    {"blraaz", kCall | kIndirect},
    {"blrabz", kCall | kIndirect},
    {"ret", kReturn},
    {"retaa", kReturn},
    {"retab", kReturn},
    {"retaasppc", kReturn},
    {"retabsppc", kReturn},
    {"retaasppcr", kReturn},
    {"retabsppcr", kReturn},
    {"eret", kReturn | kSystem},
    {"eretaa", kReturn | kSystem},
    {"eretab", kReturn | kSystem},
    {"drps", kReturn | kSystem},
    {"brk", kTrap},
    {"hlt", kTrap},
    {"udf", kTrap},
    // fences, system
    {"dmb", kFence},
    {"dsb", kFence},
    {"isb", kFence},
    {"sb", kFence},
    {"tsb", kFence},
    {"clrex", kAtomic},
    {"svc", kSystem},
    {"hvc", kSystem},
    {"smc", kSystem},
    {"dcps1", kSystem},
    {"dcps2", kSystem},
    {"dcps3", kSystem},
    {"mrs", kSystem},
    {"msr", kSystem},
    {"mrrs", kSystem},
    {"msrr", kSystem},
    {"sys", kSystem},
    {"sysl", kSystem},
    {"sysp", kSystem},
    {"wfet", kSystem},
    {"wfit", kSystem},
    {"smstart", kSystem},
    {"smstop", kSystem},
    {"tstart", kSystem},
    {"tcommit", kSystem},
    {"tcancel", kSystem},
    {"ttest", kSystem},
    {"trcit", kSystem},
    {"brb", kSystem},
    {"chkfeat", kSystem},
    // scalar and packed numbers
    {"fcsel", kConditionalMove},
    {"fcmp", kFloat | kCompare},
    {"fcmpe", kFloat | kCompare},
    {"fccmp", kFloat | kCompare},
    {"fccmpe", kFloat | kCompare},
    {"fjcvtzs", kConvert},
    {"scvtf", kConvert},
    {"ucvtf", kConvert},
    {"mul", kMultiply},
    {"mla", kMultiply},
    {"mls", kMultiply},
    {"mad", kMultiply},
    {"msb", kMultiply},
    {"sdot", kMultiply},
    {"udot", kMultiply},
    {"usdot", kMultiply},
    {"sudot", kMultiply},
    {"smmla", kMultiply},
    {"ummla", kMultiply},
    {"usmmla", kMultiply},
    {"sli", kShift},
    {"sri", kShift},
};

// Families of vector and floating-point instructions; the first row that fits wins.
constexpr Row kPrefixes[] = {
    {"fcvt", kConvert},
    {"bfcvt", kConvert},
    {"fmul", kFloat | kMultiply},
    {"fnmul", kFloat | kMultiply},
    {"fmadd", kFloat | kMultiply},
    {"fmsub", kFloat | kMultiply},
    {"fnmadd", kFloat | kMultiply},
    {"fnmsub", kFloat | kMultiply},
    {"fmla", kFloat | kMultiply},
    {"fmls", kFloat | kMultiply},
    {"fnmla", kFloat | kMultiply},
    {"fnmls", kFloat | kMultiply},
    {"fmad", kFloat | kMultiply},
    {"fmsb", kFloat | kMultiply},
    {"fnmad", kFloat | kMultiply},
    {"fnmsb", kFloat | kMultiply},
    {"fcmla", kFloat | kMultiply},
    {"fdot", kFloat | kMultiply},
    {"fmmla", kFloat | kMultiply},
    {"fmopa", kFloat | kMultiply},
    {"fmops", kFloat | kMultiply},
    {"fdiv", kFloat | kDivide},
    {"fadd", kFloat},
    {"fsub", kFloat},
    {"fsqrt", kFloat},
    {"fabs", kFloat},
    {"fabd", kFloat},
    {"fneg", kFloat},
    {"fmax", kFloat},
    {"fmin", kFloat},
    {"famax", kFloat},
    {"famin", kFloat},
    {"frint", kFloat},
    {"frecp", kFloat},
    {"frsqrt", kFloat},
    {"fscale", kFloat},
    {"fac", kFloat},
    {"fcm", kFloat},
    {"fcadd", kFloat},
    {"bfdot", kFloat | kMultiply},
    {"bfml", kFloat | kMultiply},
    {"bfmmla", kFloat | kMultiply},
    {"smull", kMultiply},
    {"umull", kMultiply},
    {"smulh", kMultiply},
    {"umulh", kMultiply},
    {"smadd", kMultiply},
    {"umadd", kMultiply},
    {"smsub", kMultiply},
    {"umsub", kMultiply},
    {"smlal", kMultiply},
    {"umlal", kMultiply},
    {"smlsl", kMultiply},
    {"umlsl", kMultiply},
    {"pmul", kMultiply},
    {"sqdmul", kMultiply},
    {"sqdml", kMultiply},
    {"sqrdml", kMultiply},
    {"sqrdmul", kMultiply},
    {"addp", kAddSubtract},
    {"addv", kAddSubtract},
    {"addhn", kAddSubtract},
    {"raddhn", kAddSubtract},
    {"subhn", kAddSubtract},
    {"rsubhn", kAddSubtract},
    {"saddl", kAddSubtract},
    {"uaddl", kAddSubtract},
    {"saddw", kAddSubtract},
    {"uaddw", kAddSubtract},
    {"ssubl", kAddSubtract},
    {"usubl", kAddSubtract},
    {"ssubw", kAddSubtract},
    {"usubw", kAddSubtract},
    {"sqadd", kAddSubtract},
    {"uqadd", kAddSubtract},
    {"sqsub", kAddSubtract},
    {"uqsub", kAddSubtract},
    {"suqadd", kAddSubtract},
    {"usqadd", kAddSubtract},
    {"shadd", kAddSubtract},
    {"uhadd", kAddSubtract},
    {"srhadd", kAddSubtract},
    {"urhadd", kAddSubtract},
    {"shsub", kAddSubtract},
    {"uhsub", kAddSubtract},
    {"shl", kShift},  // shll, shll2 too
    {"sshl", kShift},
    {"ushl", kShift},
    {"srshl", kShift},
    {"urshl", kShift},
    {"sqshl", kShift},
    {"uqshl", kShift},
    {"sqrshl", kShift},
    {"uqrshl", kShift},
    {"sshr", kShift},
    {"ushr", kShift},
    {"srshr", kShift},
    {"urshr", kShift},
    {"ssra", kShift},
    {"usra", kShift},
    {"srsra", kShift},
    {"ursra", kShift},
    {"shrn", kShift},
    {"rshrn", kShift},
    {"sqshr", kShift},
    {"uqshr", kShift},
    {"sqrshr", kShift},
    {"uqrshr", kShift},
    {"sxt", kExtend},
    {"uxt", kExtend},
    // memory copied and filled by three instructions: prologue, main, epilogue
    {"cpyfp", kString | kLoad | kStore},
    {"cpyfm", kString | kLoad | kStore},
    {"cpyfe", kString | kLoad | kStore},
    {"cpyp", kString | kLoad | kStore},
    {"cpym", kString | kLoad | kStore},
    {"cpye", kString | kLoad | kStore},
    {"setgp", kString | kStore},
    {"setgm", kString | kStore},
    {"setge", kString | kStore},
    {"setp", kString | kStore},
    {"setm", kString | kStore},
    {"sete", kString | kStore},
    {"gcs", kSystem},
};

// Instructions that address memory, by the begin of their mnemonic; the first row that fits wins.
struct MemoryRow {
  std::string_view prefix;
  InsnClasses classes;
  MemoryUse use;
  bool pair = false;
  bool tags = false;
};
constexpr MemoryRow kMemory[] = {
    {"prf", {}, MemoryUse::kNone},
    {"rprfm", {}, MemoryUse::kNone},
    // atomic read, change and write
    {"ldadd", kAtomic, MemoryUse::kReadWrite},
    {"ldclrp", kAtomic, MemoryUse::kReadWrite, true},
    {"ldclr", kAtomic, MemoryUse::kReadWrite},
    {"ldeor", kAtomic, MemoryUse::kReadWrite},
    {"ldsetp", kAtomic, MemoryUse::kReadWrite, true},
    {"ldset", kAtomic, MemoryUse::kReadWrite},
    {"ldsmax", kAtomic, MemoryUse::kReadWrite},
    {"ldsmin", kAtomic, MemoryUse::kReadWrite},
    {"ldumax", kAtomic, MemoryUse::kReadWrite},
    {"ldumin", kAtomic, MemoryUse::kReadWrite},
    {"swpp", kAtomic, MemoryUse::kReadWrite, true},
    {"swp", kAtomic, MemoryUse::kReadWrite},
    {"cas", kAtomic, MemoryUse::kReadWrite},
    {"rcw", kAtomic, MemoryUse::kReadWrite},
    // exclusive, acquire and release
    {"ldxp", kAtomic, MemoryUse::kRead, true},
    {"ldaxp", kAtomic, MemoryUse::kRead, true},
    {"ldx", kAtomic, MemoryUse::kRead},
    {"ldax", kAtomic, MemoryUse::kRead},
    {"stxp", kAtomic, MemoryUse::kWrite, true},
    {"stlxp", kAtomic, MemoryUse::kWrite, true},
    {"stx", kAtomic, MemoryUse::kWrite},
    {"stlx", kAtomic, MemoryUse::kWrite},
    {"ldar", kAtomic, MemoryUse::kRead},
    {"ldlar", kAtomic, MemoryUse::kRead},
    {"ldiapp", kAtomic, MemoryUse::kRead, true},
    {"ldap", kAtomic, MemoryUse::kRead},
    {"stilp", kAtomic, MemoryUse::kWrite, true},
    {"stl", kAtomic, MemoryUse::kWrite},
    {"ld64b", kAtomic, MemoryUse::kRead},
    {"st64b", kAtomic, MemoryUse::kWrite},
    // plain
    {"ldpsw", kExtend, MemoryUse::kRead, true},
    {"ldp", kMove, MemoryUse::kRead, true},
    {"ldnp", kMove, MemoryUse::kRead, true},
    {"stp", kMove, MemoryUse::kWrite, true},
    {"stnp", kMove, MemoryUse::kWrite, true},
    {"ldrb", kExtend, MemoryUse::kRead},
    {"ldrh", kExtend, MemoryUse::kRead},
    {"ldrs", kExtend, MemoryUse::kRead},
    {"ldurb", kExtend, MemoryUse::kRead},
    {"ldurh", kExtend, MemoryUse::kRead},
    {"ldurs", kExtend, MemoryUse::kRead},
    {"ldtrb", kExtend, MemoryUse::kRead},
    {"ldtrh", kExtend, MemoryUse::kRead},
    {"ldtrs", kExtend, MemoryUse::kRead},
    {"ldr", kMove, MemoryUse::kRead},  // and ldraa, ldrab
    {"ldur", kMove, MemoryUse::kRead},
    {"ldtr", kMove, MemoryUse::kRead},
    {"str", kMove, MemoryUse::kWrite},
    {"stur", kMove, MemoryUse::kWrite},
    {"sttr", kMove, MemoryUse::kWrite},
    // tags of memory
    {"ldg", {}, MemoryUse::kRead, false, true},
    {"stgp", {}, MemoryUse::kWrite, true},
    {"st2g", {}, MemoryUse::kWrite, false, true},
    {"stz", {}, MemoryUse::kWrite, false, true},
    {"stg", {}, MemoryUse::kWrite, false, true},
};

template <class AnyRow, std::size_t kCount>
const AnyRow* row_with_prefix(const AnyRow (&rows)[kCount], std::string_view AnyRow::* prefix,
                              std::string_view mnemonic) {
  for (const AnyRow& row : rows)
    if (mnemonic.starts_with(row.*prefix)) return &row;
  return nullptr;
}

// ldrb, stlrh, ldursw: what the end of the mnemonic says; 0 when it says nothing.
std::uint16_t bytes_of_suffix(std::string_view mnemonic) {
  // ldrab ends in the name of a key. Those with a digit move structures: their text says of what.
  if (mnemonic == "ldrab" || mnemonic.find_first_of("0123456789") != std::string_view::npos)
    return 0;
  if (mnemonic == "ldpsw") return 8;
  if (mnemonic.ends_with("sw")) return 4;
  if (mnemonic.ends_with('b')) return 1;
  if (mnemonic.ends_with('h')) return 2;
  return 0;
}

}  // namespace

MnemonicFacts facts_of_mnemonic(std::string_view mnemonic) {
  MnemonicFacts facts;
  if (const auto row = std::ranges::find(kRows, mnemonic, &Row::mnemonic); row != std::end(kRows)) {
    facts.classes = row->classes;
    facts.operation = row->operation;
    return facts;
  }
  // Memory first: ldsetp begins no family of numbers, but setp is one of fills.
  if (const MemoryRow* row = row_with_prefix(kMemory, &MemoryRow::prefix, mnemonic)) {
    facts.classes = row->classes;
    facts.memory = row->use;
    facts.pair = row->pair;
    facts.moves_tags = row->tags;
    facts.bytes = bytes_of_suffix(mnemonic);
    return facts;
  }
  if (const Row* row = row_with_prefix(kPrefixes, &Row::mnemonic, mnemonic))
    facts.classes = row->classes;
  return facts;
}

Condition condition_from_code(std::uint64_t code) {
  using enum Condition;
  static constexpr Condition kConditions[] = {
      kEqual,
      kNotEqual,
      kUnsignedGreaterEqual,
      kUnsignedLess,
      kNegative,
      kNotNegative,
      kOverflow,
      kNotOverflow,
      kUnsignedGreater,
      kUnsignedLessEqual,
      kSignedGreaterEqual,
      kSignedLess,
      kSignedGreater,
      kSignedLessEqual,
      kOther,
      kOther,
  };
  return code < std::size(kConditions) ? kConditions[code] : kOther;
}

bool always_holds(std::uint64_t code) { return code >= 14; }

}  // namespace asmforge::aarch64
