#include "collect/stream.h"

#include <algorithm>
#include <optional>

#include "base/parallel.h"
#include "collect/callee_returns.h"
#include "collect/decode_function.h"
#include "graph/build_cfg.h"
#include "graph/loops.h"
#include "graph/page_addresses.h"

namespace asmforge {
namespace {

// Room for the longest function, so that no function makes the buffer grow: growing copies
// every instruction into pages that the kernel has to hand out first, which in a short run
// costs more than the decoding. Pages never written take no memory.
std::size_t most_instructions_expected(const Binary& binary) {
  constexpr std::uint64_t kFewestBytesPerInstruction = 3;  // on average over a function
  constexpr std::uint64_t kMost = 1U << 20U;
  std::uint64_t longest = 0;
  for (const FunctionEntry& entry : binary.functions) longest = std::max(longest, entry.size);
  return static_cast<std::size_t>(std::min(longest / kFewestBytesPerInstruction, kMost));
}

}  // namespace

struct FunctionAnalyser::State {
  State(const Binary& b, std::shared_ptr<ReturnMemo> m)
      : binary(b), memo(std::move(m)), decoder(b.isa), callees(b, *memo, decoder) {
    function.insns.reserve(most_instructions_expected(b));
  }

  const Binary& binary;
  std::shared_ptr<ReturnMemo> memo;
  Decoder decoder;
  CalleeReturns callees;
  Function function;
  Cfg cfg;
  Loops loops;
};

FunctionAnalyser::FunctionAnalyser(const Binary& binary)
    : FunctionAnalyser(binary, std::make_shared<ReturnMemo>(binary)) {}
FunctionAnalyser::FunctionAnalyser(const Binary& binary, std::shared_ptr<ReturnMemo> memo)
    : state_(std::make_unique<State>(binary, std::move(memo))) {}
FunctionAnalyser::~FunctionAnalyser() = default;
FunctionAnalyser::FunctionAnalyser(FunctionAnalyser&&) noexcept = default;
FunctionAnalyser& FunctionAnalyser::operator=(FunctionAnalyser&&) noexcept = default;

Decoder& FunctionAnalyser::decoder() { return state_->decoder; }

FunctionView FunctionAnalyser::analyse(std::uint32_t function_index) {
  State& s = *state_;
  AF_CHECK(function_index < s.binary.functions.size());
  decode_function(s.binary, s.binary.functions[function_index], s.decoder, s.function);
  build_cfg(s.function, s.binary, s.callees, s.cfg);
  find_page_addresses(s.cfg, s.function);
  find_loops(s.cfg, s.loops);
  assign_loop_roles(s.function, s.cfg, s.loops);
  return {s.binary, s.function, s.cfg, s.loops, s.callees, s.decoder};
}

unsigned worker_count(const StreamOptions& options) {
  return options.threads != 0 ? options.threads : available_threads();
}

void for_each_function(const Binary& binary, const StreamOptions& options,
                       const std::function<void(unsigned, const FunctionView&)>& visit) {
  const auto memo = std::make_shared<ReturnMemo>(binary);
  std::vector<std::optional<FunctionAnalyser>> analysers(worker_count(options));
  const bool all = options.only.empty();
  parallel_for(all ? binary.functions.size() : options.only.size(), worker_count(options),
               [&](unsigned worker, std::size_t item) {
                 if (options.should_stop && options.should_stop()) return;
                 const std::uint32_t index =
                     all ? static_cast<std::uint32_t>(item) : options.only[item];
                 std::optional<FunctionAnalyser>& analyser = analysers[worker];
                 if (!analyser) analyser.emplace(binary, memo);  // each thread makes its own
                 visit(worker, analyser->analyse(index));
               });
}

}  // namespace asmforge
