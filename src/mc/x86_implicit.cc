// Registers that instructions use without naming them, where LLVM 19's tables differ
// from the manuals. One row a fact; found by comparing with a second decoder.
#include <initializer_list>

#include "isa/x86_64.h"
#include "mc/x86_rules.h"

namespace asmforge::x86_64 {
namespace {

struct Row {
  std::string_view mnemonic;
  RegisterSet reads;
  RegisterSet writes;
  RegisterSet not_read;
  RegisterSet not_written;
};

constexpr RegisterSet set(std::initializer_list<Register> registers) {
  RegisterSet out;
  for (const Register r : registers) out.insert(r);
  return out;
}

constexpr RegisterSet vectors(int count) {
  RegisterSet out;
  for (int i = 0; i < count; ++i) out.insert(static_cast<Register>(kVector0 + i));
  return out;
}
constexpr RegisterSet kVectorsOfAvx = vectors(16);

constexpr Row kRows[] = {
    // {mnemonic, reads, writes, does not read, does not write}
    {"call", {}, set({kRsp}), set({kShadowStack}), {}},
    {"lcall", set({kRsp}), set({kRsp}), set({kShadowStack}), {}},
    {"ret", set({kRsp}), set({kRsp}), {}, {}},
    {"retf", set({kRsp}), set({kRsp}), {}, {}},
    {"retfq", set({kRsp}), set({kRsp}), {}, {}},
    {"iret", set({kRsp}), set({kRsp, kRflags, kDirectionFlag}), {}, {}},
    {"iretd", set({kRsp}), set({kRsp, kRflags, kDirectionFlag}), {}, {}},
    {"iretq", set({kRsp}), set({kRsp, kRflags, kDirectionFlag}), {}, {}},
    {"push", set({kRsp}), set({kRsp}), {}, {}},
    {"pop", set({kRsp}), set({kRsp}), {}, {}},
    {"enter", set({kRsp, kRbp}), set({kRsp, kRbp}), {}, {}},
    // Loads rip from rcx's place: the return address and the flags are saved there.
    {"syscall", {}, set({kRcx, kR11, kRflags, kDirectionFlag, kCs, kSs}), {}, {}},
    {"loop", set({kRcx}), set({kRcx}), {}, {}},
    {"loope", set({kRcx, kRflags}), set({kRcx}), {}, {}},
    {"loopne", set({kRcx, kRflags}), set({kRcx}), {}, {}},
    // Only the upper half of the pair is written.
    {"cwd", {}, {}, {}, set({kRax})},
    {"cdq", {}, {}, {}, set({kRax})},
    {"cqo", {}, {}, {}, set({kRax})},
    // Other flags stay as they are, as they do for inc.
    {"stc", {}, {}, set({kRflags}), {}},
    {"clc", {}, {}, set({kRflags}), {}},
    {"fcmovb", set({kRflags}), {}, {}, {}},
    {"fcmovbe", set({kRflags}), {}, {}, {}},
    {"fcmove", set({kRflags}), {}, {}, {}},
    {"fcmovnb", set({kRflags}), {}, {}, {}},
    {"fcmovnbe", set({kRflags}), {}, {}, {}},
    {"fcmovne", set({kRflags}), {}, {}, {}},
    {"fcmovnu", set({kRflags}), {}, {}, {}},
    {"fcmovu", set({kRflags}), {}, {}, {}},
    // Waits for pending exceptions, changes nothing.
    {"wait", set({kX87Status}), {}, {}, set({kX87Status})},
    {"fnop", {}, {}, {}, set({kX87Status})},
    // Bits above 127 become zero; the registers keep the values that xmm names.
    {"vzeroupper", {}, {}, {}, kVectorsOfAvx},
    // The interrupt flag is none of the status flags.
    {"cli", {}, {}, set({kRflags}), set({kRflags})},
    {"sti", {}, {}, set({kRflags}), set({kRflags})},
    {"lfs", {}, set({kFs}), {}, {}},
    {"lgs", {}, set({kGs}), {}, {}},
    {"lss", {}, set({kSs}), {}, {}},
    {"vmread", {}, set({kRflags}), {}, {}},
    {"vmwrite", {}, set({kRflags}), {}, {}},
    {"sysret", set({kRcx, kR11}), set({kRflags, kDirectionFlag, kCs, kSs}), {}, {}},
    {"sysretq", set({kRcx, kR11}), set({kRflags, kDirectionFlag, kCs, kSs}), {}, {}},
    {"sysenter", {}, set({kRsp, kCs, kSs}), {}, {}},
    {"sysexit", set({kRcx, kRdx}), set({kRsp, kCs, kSs}), {}, {}},
    {"sysexitq", set({kRcx, kRdx}), set({kRsp, kCs, kSs}), {}, {}},
    {"invept", {}, set({kRflags}), {}, {}},
    {"invvpid", {}, set({kRflags}), {}, {}},
    {"vmxon", {}, set({kRflags}), {}, {}},
    {"vmptrst", {}, set({kRflags}), {}, {}},
    {"vmptrld", {}, set({kRflags}), {}, {}},
    {"vmclear", {}, set({kRflags}), {}, {}},
    {"vmcall", {}, set({kRflags, kDirectionFlag}), {}, {}},
    {"smsw", set({kControl}), {}, {}, {}},
    {"lmsw", {}, set({kControl}), {}, {}},
    {"rsm", {}, set({kRflags, kDirectionFlag}), {}, {}},
    {"xbegin", set({kRax}), set({kRax}), {}, {}},
    {"xabort", set({kRax}), set({kRax}), {}, {}},
};

}  // namespace

void adjust_implicit_registers(std::string_view mnemonic, RegisterSet& reads, RegisterSet& writes) {
  for (const Row& row : kRows) {
    if (row.mnemonic != mnemonic) continue;
    reads = (reads | row.reads) - row.not_read;
    writes = (writes | row.writes) - row.not_written;
  }
}

}  // namespace asmforge::x86_64
