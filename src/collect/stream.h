// Works through the functions of a binary: each is decoded whole, its graph and
// loops are built, somebody looks at it, and it is dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/binary.h"
#include "core/cfg.h"
#include "graph/callee_facts.h"
#include "mc/decoder.h"

namespace asmforge {

// All that is known about one function while it is looked at.
struct FunctionView {
  const Binary& binary;
  const Function& function;
  const Cfg& cfg;
  const Loops& loops;
  CalleeFacts& callees;
  Decoder& decoder;  // to print instructions
};

class ReturnMemo;

// Decodes and analyses single functions; keeps its buffers. One per thread;
// several may share a Binary.
class FunctionAnalyser {
 public:
  explicit FunctionAnalyser(const Binary& binary);
  // Shares what is known of callees with other analysers of the same binary.
  FunctionAnalyser(const Binary& binary, std::shared_ptr<ReturnMemo> memo);
  ~FunctionAnalyser();
  FunctionAnalyser(FunctionAnalyser&&) noexcept;
  FunctionAnalyser& operator=(FunctionAnalyser&&) noexcept;

  // Valid until the next call. Function::demangled is empty: demangle what you print.
  FunctionView analyse(std::uint32_t function_index);
  Decoder& decoder();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct StreamOptions {
  unsigned threads = 0;               // 0: as many as the process may run on
  std::vector<std::uint32_t> only;    // function indices; empty: all
  std::function<bool()> should_stop;  // asked between functions; may be empty
};

// Calls visit(worker, view) once per function, from several threads at once;
// `worker` is 0 .. worker count - 1, so each may keep its own results.
// visit may keep nothing that points into the view.
void for_each_function(const Binary& binary, const StreamOptions& options,
                       const std::function<void(unsigned worker, const FunctionView&)>& visit);
unsigned worker_count(const StreamOptions& options);

}  // namespace asmforge
