// Which functions of a binary never return.
//
//     call  abort@plt        by name: control ends here
//     call  sub_4010         by structure: every way through sub_4010 ends in such a call,
//     mov   eax, [rbx]       so this is another block, reached from elsewhere or not at all
//
// Structure is judged in levels, so that the answer depends on the binary alone
// and not on who asks first: at level 0 only names count, at level n a callee
// counts when level n-1 found that it never returns.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/binary.h"
#include "graph/callee_facts.h"
#include "mc/decoder.h"

namespace asmforge {

// Answers found so far, shared by all threads that work on one binary.
class ReturnMemo {
 public:
  explicit ReturnMemo(const Binary& binary);
  ~ReturnMemo();
  struct State;
  std::unique_ptr<State> state;
};

class CalleeReturns : public CalleeFacts {
 public:
  // The three must outlive it. The decoder is used during never_returns alone.
  CalleeReturns(const Binary& binary, ReturnMemo& memo, Decoder& decoder);

  bool never_returns(const Insn& call) override;

  // A call or jump to where no function and no import is known.
  struct UnknownTarget {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    bool called = false;  // by an instruction that names the address
  };
  // From now on every such target that an answer was based on is appended.
  void record_unknown_targets(std::vector<UnknownTarget>* targets) { unknown_ = targets; }

 private:
  bool target_never_returns(const Insn& call, std::uint64_t target, unsigned level);
  bool call_never_returns(const Insn& call, unsigned level);
  bool function_never_returns(std::uint32_t index, unsigned level);
  bool explore(const FunctionEntry& entry, unsigned level, bool& depended_on_callees);

  const Binary& binary_;
  ReturnMemo& memo_;
  Decoder& decoder_;
  std::vector<UnknownTarget>* unknown_ = nullptr;
};

}  // namespace asmforge
