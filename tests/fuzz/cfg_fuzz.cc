// Random bytes as a function with its tables: whatever they are, the graph's
// promises hold.
//
// Input: byte 0 chooses how much of the rest is code, byte 1 how the code is cut
// into parts, byte 2 how many landing pads there are (four bytes each, at the
// front of the data); the rest is code, then read-only data behind it.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/binary.h"
#include "core/error.h"
#include "graph/build_cfg.h"
#include "graph/loop_values.h"
#include "graph/loops.h"
#include "graph/page_addresses.h"
#include "graph/recurrences.h"
#include "mc/decoder.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kCodeAt = 0x1000;
constexpr std::size_t kLargestLoop = 200;  // instructions; recurrences are for inner loops

std::vector<LandingPad> g_pads;

struct SomeNeverReturn : CalleeFacts {
  bool never_returns(const Insn& call) override { return (call.address & 7) == 3; }
};

void check_cfg(const Function& f, const Cfg& cfg) {
  AF_CHECK(cfg.block_of_insn.size() == f.insns.size());
  AF_CHECK(cfg.first_edge.size() == cfg.blocks.size() + 1);
  AF_CHECK(cfg.first_predecessor.size() == cfg.blocks.size() + 1);
  AF_CHECK(cfg.predecessor_blocks.size() == cfg.edges.size());
  std::uint32_t next = 0;
  std::size_t predecessors = 0;
  for (BlockIndex b = 0; b < cfg.blocks.size(); ++b) {
    const Block& block = cfg.blocks[b];
    AF_CHECK(block.first == next && block.last >= block.first);
    next = block.last + 1;
    for (std::uint32_t i = block.first; i <= block.last; ++i) {
      AF_CHECK(cfg.block_of_insn[i] == b);
      // Only the last instruction may lead elsewhere.
      AF_CHECK(i == block.last || f.insns[i].end() == f.insns[i + 1].address);
      const bool may_run_on = f.insns[i].is(InsnClass::kTrap) && f.insns[i].size == 1;
      AF_CHECK(i == block.last || !f.insns[i].ends_block() || may_run_on);
    }
    for (const Edge& edge : cfg.successors(b)) {
      AF_CHECK(edge.from == b && edge.to < cfg.blocks.size());
      AF_CHECK(!block.reachable || cfg.blocks[edge.to].reachable);
      const auto back = cfg.predecessors(edge.to);
      AF_CHECK(std::find(back.begin(), back.end(), b) != back.end());
    }
    predecessors += cfg.predecessors(b).size();
    AF_CHECK(!(block.padding && block.reachable));
    AF_CHECK(block.exit != BlockExit::kNone || !cfg.successors(b).empty());
  }
  AF_CHECK(next == f.insns.size() && predecessors == cfg.edges.size());
}

void check_loops(const Cfg& cfg, const Loops& loops) {
  DominatorTree dominators;
  dominators.build(cfg);
  for (LoopIndex l = 0; l < loops.loops.size(); ++l) {
    const Loop& loop = loops.loops[l];
    AF_CHECK(std::is_sorted(loop.blocks.begin(), loop.blocks.end()) && !loop.latches.empty());
    AF_CHECK(loop.parent == kNoIndex || loop.parent < l);
    for (const BlockIndex b : loop.blocks) {
      AF_CHECK(dominators.dominates(loop.header, b) && loops.contains(l, b));
      AF_CHECK(loop.parent == kNoIndex || loops.contains(loop.parent, b));
    }
    for (const BlockIndex latch : loop.latches) AF_CHECK(loops.contains(l, latch));
  }
}

// Every byte of the parts is in an instruction or in not_decoded, and in one only.
void check_bytes(const Function& f) {
  std::uint64_t bytes = 0;
  for (const Insn& insn : f.insns) bytes += insn.size;
  for (const AddressRange& range : f.not_decoded) bytes += range.size();
  std::uint64_t expected = 0;
  for (const AddressRange& part : f.parts) expected += part.size();
  AF_CHECK(bytes == expected);
}

void check_values(const Function& f, const Binary& binary, const Cfg& cfg, const Loops& loops) {
  const StackFrame frame(f);
  for (LoopIndex l = 0; l < loops.loops.size(); ++l) {
    std::size_t insns = 0;
    for (const BlockIndex b : loops.loops[l].blocks)
      insns += cfg.blocks[b].last - cfg.blocks[b].first + 1;
    if (insns > kLargestLoop) continue;
    const LoopValues values(f, cfg, loops, l, frame, &binary);
    values.flow().for_each_insn([&](std::uint32_t i) {
      f.insns[i].reads.for_each([&](Register reg) {
        const bool advances = values.step(reg, i).has_value();
        AF_CHECK(advances == (values.kind(reg, i) <= ValueKind::kAffine));
      });
      if (f.insns[i].is(InsnClass::kLoad) && values.address_kind(i) != ValueKind::kInvariant)
        AF_CHECK(values.loaded_kind(i) >= ValueKind::kLoaded);
    });
    for (const Recurrence& r : find_recurrences(f, cfg, loops, l, values))
      AF_CHECK(!r.insns.empty() && !r.dependences.empty());
  }
}

void run(const std::uint8_t* data, std::size_t size) {
  static Decoder x86_64(Isa::kX86_64);
  static Decoder aarch64(Isa::kAarch64);
  static Cfg cfg;
  static Loops loops;
  if (size < 8) return;
  const std::size_t cut = data[1];
  const std::size_t pads = data[2] % 4;
  const bool is_x86_64 = data[2] < 128;
  Decoder& decoder = is_x86_64 ? x86_64 : aarch64;
  const std::span<const std::uint8_t> rest(data + 3, size - 3);
  const std::size_t code_bytes = std::max<std::size_t>(1, rest.size() * (1 + data[0] % 8) / 8);
  const auto code = rest.first(code_bytes);
  const auto tables = rest.subspan(code_bytes);
  const std::uint64_t tables_at = (kCodeAt + code_bytes + 15) / 16 * 16;

  Binary binary;
  binary.isa = is_x86_64 ? Isa::kX86_64 : Isa::kAarch64;
  Section text;
  text.address = kCodeAt;
  text.size = code_bytes;
  text.executable = true;
  text.bytes = code;
  Section rodata;
  rodata.address = tables_at;
  rodata.size = tables.size();
  rodata.bytes = tables;
  binary.sections = {text, rodata};
  g_pads.clear();
  for (std::size_t p = 0; p < pads && 4 * p + 4 <= tables.size(); ++p) {
    const std::uint8_t* at = tables.data() + 4 * p;
    g_pads.push_back({{kCodeAt + at[0], kCodeAt + at[0] + at[1]}, kCodeAt + at[2] + at[3]});
  }
  binary.read_landing_pads = [](const Binary&, std::uint64_t part) {
    return part == kCodeAt ? g_pads : std::vector<LandingPad>{};
  };

  Function f;
  f.isa = binary.isa;
  f.address = kCodeAt;
  const std::size_t first = cut < code_bytes ? code_bytes - cut : code_bytes;
  f.parts.push_back({kCodeAt, kCodeAt + first});
  decoder.decode_linear(code.first(first), kCodeAt, f);
  if (first < code_bytes) {
    f.parts.push_back({kCodeAt + first, kCodeAt + code_bytes});
    decoder.decode_linear(code.subspan(first), kCodeAt + first, f);
  }
  check_bytes(f);
  SomeNeverReturn callees;
  build_cfg(f, binary, callees, cfg);
  check_cfg(f, cfg);
  find_page_addresses(cfg, f);
  find_loops(cfg, loops);
  check_loops(cfg, loops);
  assign_loop_roles(f, cfg, loops);
  check_values(f, binary, cfg, loops);
}

}  // namespace
}  // namespace asmforge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asmforge::run(data, size);
  return 0;
}
