// Vector and mask instructions by the beginning of their mnemonic, because element
// types multiply them: addps, addpd, addss, addsd, addph, addsh, and each with a v.
#include <span>

#include "mc/x86_rules_internal.h"

namespace asmforge::x86_64 {
namespace {

using enum InsnClass;

enum Trait : std::uint8_t { kPlain, kZeroWhenSame, kScalar };

struct PrefixRow {
  std::string_view prefix;  // without the v
  InsnClasses classes;
  Trait trait = kPlain;
};

// The first row that fits wins, so longer prefixes stand before shorter ones.
constexpr PrefixRow kFloating[] = {
    {"add", kFloat},
    {"sub", kFloat},
    {"hadd", kFloat},
    {"hsub", kFloat},
    {"min", kFloat},
    {"max", kFloat},
    {"mul", kFloat | kMultiply},
    {"div", kFloat | kDivide},
    {"sqrt", kFloat},
    {"rsqrt", kFloat},
    {"rcp", kFloat},
    {"round", kFloat},
    {"rndscale", kFloat},
    {"reduce", kFloat},
    {"range", kFloat},
    {"getexp", kFloat},
    {"getmant", kFloat},
    {"scalef", kFloat},
    {"fixupimm", kFloat},
    {"fpclass", kFloat},
    {"exp2", kFloat},
    {"frcz", kFloat},
    {"dpp", kFloat | kMultiply},
    {"dpbf16", kFloat | kMultiply},
    {"fmadd", kFloat | kMultiply},
    {"fmsub", kFloat | kMultiply},
    {"fnmadd", kFloat | kMultiply},
    {"fnmsub", kFloat | kMultiply},
    {"fcmadd", kFloat | kMultiply},
    {"fcmul", kFloat | kMultiply},
    {"fmul", kFloat | kMultiply},
    {"4fmadd", kFloat | kMultiply},
    {"4fnmadd", kFloat | kMultiply},
    {"tdpbf16ps", kFloat | kMultiply},
    {"tdpfp16ps", kFloat | kMultiply},
    {"cmp", kFloat},
    {"comis", kFloat | kCompare, kScalar},
    {"ucomis", kFloat | kCompare, kScalar},
    {"cvt", kConvert},
    {"bcstne", kConvert},
    {"andn", kLogic, kZeroWhenSame},
    {"and", kLogic},
    {"or", kLogic},
    {"xor", kLogic, kZeroWhenSame},
    {"test", kCompare},
};

constexpr PrefixRow kMoves[] = {
    {"movap", kMove},
    {"movup", kMove},
    {"movdqa", kMove},
    {"movdqu", kMove},
    {"movntsd", kMove, kScalar},
    {"movntss", kMove, kScalar},
    {"movnt", kMove},
    {"lddqu", kMove},
    {"maskmov", kMove},
    {"pmaskmov", kMove},
    {"movss", kMove, kScalar},
    {"movsd", kMove, kScalar},
    {"movw", kMove, kScalar},
    {"movdq2q", kMove, kScalar},
    {"movq", kMove, kScalar},
    {"pgather", kLoad},
    {"gatherpf", {}},
    {"gather", kLoad},
    {"pscatter", kStore},
    {"scatterpf", {}},
    {"scatter", kStore},
};

constexpr PrefixRow kPackedInteger[] = {
    {"padd", kAddSubtract},
    {"phadd", kAddSubtract},
    {"psub", kAddSubtract, kZeroWhenSame},
    {"phsub", kAddSubtract},
    {"pmul", kMultiply},
    {"pmadd", kMultiply},
    {"pmac", kMultiply},
    {"pdp", kMultiply},
    {"p4dp", kMultiply},
    {"tdpb", kMultiply},
    {"pandn", kLogic, kZeroWhenSame},
    {"pand", kLogic},
    {"por", kLogic},
    {"pxor", kLogic, kZeroWhenSame},
    {"pternlog", kLogic},
    {"pcmpeq", {}, kZeroWhenSame},
    {"pcmpgt", {}, kZeroWhenSame},
    {"ptestm", {}},
    {"ptestnm", {}},
    {"ptest", kCompare},
    {"pshuf", {}},
    {"pshl", kShift},
    {"pshr", kShift},
    {"psha", kShift},
    {"psll", kShift},
    {"psrl", kShift},
    {"psra", kShift},
    {"prol", kShift},
    {"pror", kShift},
    {"prot", kShift},
    {"pmovsx", kExtend},
    {"pmovzx", kExtend},
};

constexpr PrefixRow kMaskRegisters[] = {
    {"kmov", kMove},
    {"kandn", kLogic, kZeroWhenSame},
    {"kand", kLogic},
    {"kortest", kCompare},
    {"kor", kLogic},
    {"kxnor", kLogic, kZeroWhenSame},
    {"kxor", kLogic, kZeroWhenSame},
    {"knot", kLogic},
    {"kadd", kAddSubtract},
    {"kshift", kShift},
    {"ktest", kCompare},
};

const PrefixRow* row_for(std::string_view core) {
  for (const std::span<const PrefixRow> rows :
       {std::span<const PrefixRow>(kMoves), std::span<const PrefixRow>(kFloating),
        std::span<const PrefixRow>(kPackedInteger), std::span<const PrefixRow>(kMaskRegisters)})
    for (const PrefixRow& row : rows)
      if (core.starts_with(row.prefix)) return &row;
  return nullptr;
}

// addsd, cvttss2si, vfmadd213sh: one number, not a vector of them.
bool named_scalar(std::string_view core) {
  if (core.starts_with('p') || core.starts_with("broadcast")) return false;
  for (const std::string_view suffix : {"ss", "sd", "sh", "2si", "2usi"})
    if (core.ends_with(suffix)) return true;
  return false;
}

}  // namespace

MnemonicFacts facts_of_vector_mnemonic(std::string_view mnemonic) {
  const std::string_view core = mnemonic.starts_with('v') ? mnemonic.substr(1) : mnemonic;
  MnemonicFacts facts;
  facts.scalar_vector = named_scalar(core) || core == "movd";
  if (const PrefixRow* row = row_for(core)) {
    facts.classes = row->classes;
    facts.zero_when_same = row->trait == kZeroWhenSame;
    facts.scalar_vector |= row->trait == kScalar;
  }
  if (core == "movd") facts.classes = kMove;
  return facts;
}

}  // namespace asmforge::x86_64
