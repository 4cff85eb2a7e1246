// What the control-flow graph says of a whole file, held against what is known:
//
//     graph_facts edges FILE EDGES...   executed edges written by edge_trace.c
//     graph_facts bytes FILE            every byte of a function is accounted for
//     graph_facts loops FILE            loops by header address, for loops_test.py
//
// Exit 0: nothing contradicts; 1: something does, printed one by one; 2: usage.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "collect/open.h"
#include "collect/stream.h"
#include "mc/demangle.h"

namespace asmforge {
namespace {

constexpr std::uint64_t kOutside = ~std::uint64_t{0};
constexpr int kMostPrinted = 40;

// An instruction and the block that it is in.
struct Place {
  std::uint32_t function = kNoIndex;
  BlockIndex block = kNoIndex;
  std::uint64_t end = 0;
  InsnClasses classes;
  bool first = false;  // of its block
  bool last = false;
};

struct BlockFacts {
  BlockExit exit = BlockExit::kNone;
  bool landing_pad = false;
  std::vector<BlockIndex> successors;
};

class EdgeCheck {
 public:
  explicit EdgeCheck(const Binary& binary) : binary_(binary), blocks_(binary.functions.size()) {
    StreamOptions one_thread;
    one_thread.threads = 1;
    for_each_function(binary, one_thread, [&](unsigned, const FunctionView& view) { add(view); });
  }

  // `from` and `to` are offsets in the file.
  void check(std::uint64_t from_offset, std::uint64_t to_offset) {
    const std::uint64_t from = address_of(from_offset);
    const std::uint64_t to = address_of(to_offset);
    if (from == kOutside)
      enters(to);
    else if (to == kOutside)
      leaves(from);
    else
      goes(from, to);
  }

  int report() const {
    for (const auto& [what, count] : counts_) std::printf("  %9zu %s\n", count, what.c_str());
    std::printf("  %9zu missing\n", missing_);
    return missing_ == 0 ? 0 : 1;
  }

 private:
  void add(const FunctionView& view) {
    const std::uint32_t f = view.function.entry_index;
    blocks_[f].resize(view.cfg.blocks.size());
    for (BlockIndex b = 0; b < view.cfg.blocks.size(); ++b) {
      const Block& block = view.cfg.blocks[b];
      blocks_[f][b] = {block.exit, block.landing_pad, {}};
      for (const Edge& edge : view.cfg.successors(b)) blocks_[f][b].successors.push_back(edge.to);
      for (std::uint32_t i = block.first; i <= block.last; ++i) {
        const Insn& insn = view.function.insns[i];
        const Place place = {f, b, insn.end(), insn.classes, i == block.first, i == block.last};
        const auto [known, is_new] = places_.try_emplace(insn.address, place);
        // A function that lies inside another (hand-written code): the inner one's view.
        if (!is_new &&
            binary_.functions[f].address > binary_.functions[known->second.function].address)
          known->second = place;
        if (insn.is(InsnClass::kCall)) call_ending_at_.try_emplace(insn.end(), insn.address);
      }
    }
  }

  [[nodiscard]] std::uint64_t address_of(std::uint64_t offset) const {
    if (offset == kOutside) return kOutside;
    for (const Section& section : binary_.sections) {
      if (section.executable && offset >= section.file_offset &&
          offset - section.file_offset < section.bytes.size())
        return section.address + (offset - section.file_offset);
    }
    return kOutside;
  }

  [[nodiscard]] const Place* place_at(std::uint64_t address) const {
    const auto found = places_.find(address);
    return found == places_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const BlockFacts& block_of(const Place& place) const {
    return blocks_[place.function][place.block];
  }
  [[nodiscard]] bool is_entry(std::uint64_t address) const {
    return binary_.function_at(address) != nullptr;
  }
  [[nodiscard]] bool in_stub(std::uint64_t address) const {
    const Section* section = binary_.section_at(address);
    return section != nullptr && (section->name.starts_with(".plt") || section->name == ".iplt" ||
                                  section->name == ".init" || section->name == ".fini");
  }
  // After a call that the graph lets come back.
  [[nodiscard]] bool is_return_address(std::uint64_t address) const {
    const auto call = call_ending_at_.find(address);
    if (call == call_ending_at_.end()) return false;
    const Place* place = place_at(call->second);
    return place != nullptr && !(place->last && block_of(*place).exit == BlockExit::kNoReturn);
  }

  void enters(std::uint64_t to) {
    const Place* place = place_at(to);
    if (place == nullptr && !in_stub(to))
      return missing(kOutside, to, "runs code that is in no function");
    if (place == nullptr) return count("in stubs of the linker");
    if (is_entry(to)) return count("entries of functions");
    if (is_return_address(to)) return count("returns");
    if (place->first && block_of(*place).landing_pad) return count("landing pads");
    // A signal handler or longjmp may resume anywhere; setjmp returns after a call.
    exclude(kOutside, to, "resumed by code outside (sigreturn, longjmp, a callback's way back)");
  }

  void leaves(std::uint64_t from) {
    const Place* place = place_at(from);
    if (place == nullptr) return count("in stubs of the linker");
    const BlockFacts& block = block_of(*place);
    if (!place->classes.has(InsnClass::kJump)) return count("calls and returns to other files");
    if (block.exit == BlockExit::kTailCall) return count("tail calls");
    if (block.exit == BlockExit::kUnresolved) return count("left by a jump marked unresolved");
    missing(from, kOutside, "a jump out of the file that the graph does not have");
  }

  void goes(std::uint64_t from, std::uint64_t to) {
    const Place* a = place_at(from);
    const Place* b = place_at(to);
    if (a == nullptr || b == nullptr) {
      if (in_stub(from) || in_stub(to)) return count("in stubs of the linker");
      return missing(from, to, "runs code that is in no function");
    }
    if (from == to && (from & 0xfff) + (a->end - from) > 0x1000)
      return count("instructions across two pages, which QEMU begins twice");
    if (a->classes.has(InsnClass::kCall)) {
      if (is_entry(to) || to == a->end) return count("calls");
      return missing(from, to, "a call to what is not known as a function");
    }
    if (a->classes.has(InsnClass::kReturn)) {
      if (is_return_address(to) || is_entry(to)) return count("returns");
      return missing(from, to, "a return to what is not after a call that comes back");
    }
    if (!a->last && to == a->end) return count("steps inside a block");
    if (a->classes.has(InsnClass::kString) && to == from)
      return count("repeated string instructions");
    if (a->function == b->function) return inside(from, to, *a, *b);
    if (!a->classes.has(InsnClass::kJump))
      return to == a->end ? missing(from, to, "falls into another function")
                          : exclude(from, to, "asynchronous: a signal");
    if (!is_entry(to)) return missing(from, to, "a jump into the middle of another function");
    const BlockExit exit = block_of(*a).exit;
    if (exit == BlockExit::kTailCall) return count("tail calls");
    if (exit == BlockExit::kNoReturn) return count("tail calls of what never returns");
    if (exit == BlockExit::kUnresolved) return count("left by a jump marked unresolved");
    missing(from, to, "a tail call that the graph does not have");
  }

  void inside(std::uint64_t from, std::uint64_t to, const Place& a, const Place& b) {
    const BlockFacts& block = block_of(a);
    if (a.last && b.first && std::ranges::find(block.successors, b.block) != block.successors.end())
      return count("edges inside functions");
    if (!a.classes.has(InsnClass::kJump) && to != a.end)
      return exclude(from, to, "asynchronous: a signal");
    if (block.exit == BlockExit::kUnresolved) return unresolved(from);
    missing(from, to, "an edge that the graph does not have");
  }

  void count(const std::string& what) { ++counts_[what]; }
  void missing(std::uint64_t from, std::uint64_t to, const std::string& why) {
    if (++missing_ <= kMostPrinted) print("MISSING", from, to, why);
  }
  void exclude(std::uint64_t from, std::uint64_t to, const std::string& why) {
    ++counts_["excluded, printed one by one"];
    print("excluded", from, to, why);
  }
  // The graph says itself that it does not know where this jump goes.
  void unresolved(std::uint64_t from) {
    ++counts_["edges of jumps marked unresolved"];
    if (!unresolved_jumps_[from])
      print("unresolved", from, kOutside, "a jump whose targets are not known");
    unresolved_jumps_[from] = true;
  }
  void print(const char* label, std::uint64_t from, std::uint64_t to,
             const std::string& why) const {
    std::printf("  %s %s -> %s: %s\n", label, place_text(from).c_str(), place_text(to).c_str(),
                why.c_str());
  }
  [[nodiscard]] std::string place_text(std::uint64_t address) const {
    if (address == kOutside) return "outside";
    char text[32];
    std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(address));
    const FunctionEntry* entry = binary_.function_containing(address);
    std::string name = " in no function";
    if (entry != nullptr)
      name = entry->name.empty() ? " (no name)" : " (" + demangle(entry->name) + ")";
    return text + name;
  }

  const Binary& binary_;
  std::vector<std::vector<BlockFacts>> blocks_;
  std::unordered_map<std::uint64_t, Place> places_;
  std::unordered_map<std::uint64_t, std::uint64_t> call_ending_at_;
  std::map<std::string, std::size_t> counts_;
  std::map<std::uint64_t, bool> unresolved_jumps_;
  std::size_t missing_ = 0;
};

int check_edges(const Binary& binary, int files, char** paths) {
  EdgeCheck check(binary);
  std::map<std::pair<std::uint64_t, std::uint64_t>, bool> edges;
  for (int i = 0; i < files; ++i) {
    std::ifstream in(paths[i], std::ios::binary);
    std::uint64_t pair[2];
    while (in.read(reinterpret_cast<char*>(pair), sizeof pair)) edges[{pair[0], pair[1]}] = true;
  }
  std::printf("%s: %zu executed edges\n", binary.path.c_str(), edges.size());
  for (const auto& [edge, seen] : edges) check.check(edge.first, edge.second);
  return edges.empty() ? 1 : check.report();
}

// Each byte of each part is in exactly one of: an instruction of a block, padding,
// or a range that is no instruction.
int check_bytes(const Binary& binary) {
  StreamOptions one_thread;
  one_thread.threads = 1;
  std::uint64_t in_blocks = 0, padding = 0, data = 0, wrong = 0, functions = 0;
  for_each_function(binary, one_thread, [&](unsigned, const FunctionView& view) {
    ++functions;
    std::vector<AddressRange> covered = view.function.not_decoded;
    for (const AddressRange& gap : covered) data += gap.size();
    std::vector<int> times(view.function.insns.size(), 0);
    for (const Block& block : view.cfg.blocks) {
      for (std::uint32_t i = block.first; i <= block.last; ++i) {
        const Insn& insn = view.function.insns[i];
        ++times[i];
        covered.push_back({insn.address, insn.end()});
        (block.padding ? padding : in_blocks) += insn.size;
      }
    }
    bool fine = std::ranges::all_of(times, [](int n) { return n == 1; });
    std::ranges::sort(covered, {}, [](const AddressRange& r) { return r.begin; });
    std::size_t next = 0;
    std::vector<AddressRange> parts = view.function.parts;
    std::ranges::sort(parts, {}, [](const AddressRange& r) { return r.begin; });
    for (const AddressRange& part : parts) {
      std::uint64_t at = part.begin;
      for (; next < covered.size() && covered[next].begin < part.end; ++next) {
        fine = fine && covered[next].begin == at;
        at = covered[next].end;
      }
      fine = fine && at == part.end;
    }
    fine = fine && next == covered.size();
    if (!fine && ++wrong <= kMostPrinted)
      std::printf("  WRONG %llx %s\n", static_cast<unsigned long long>(view.function.address),
                  std::string(binary.functions[view.function.entry_index].name).c_str());
  });
  std::printf(
      "%s: %llu functions, %llu bytes in blocks, %llu padding, %llu data, %llu functions wrong\n",
      binary.path.c_str(), static_cast<unsigned long long>(functions),
      static_cast<unsigned long long>(in_blocks), static_cast<unsigned long long>(padding),
      static_cast<unsigned long long>(data), static_cast<unsigned long long>(wrong));
  return wrong == 0 && functions != 0 ? 0 : 1;
}

struct VectorBits {
  unsigned arithmetic = 0;  // as Metric::kVectorWidthBits has it
  unsigned any = 0;         // with copies
};

// The widest register that a packed instruction of the loop's own blocks names.
VectorBits vector_bits(const FunctionView& view, LoopIndex loop) {
  VectorBits widest;
  for (const BlockIndex b : view.loops.loops[loop].blocks) {
    if (view.loops.loop_of_block[b] != loop) continue;
    for (std::uint32_t i = view.cfg.blocks[b].first; i <= view.cfg.blocks[b].last; ++i) {
      const Insn& insn = view.function.insns[i];
      if (!insn.is(InsnClass::kVector)) continue;
      for (std::size_t o = 0; o < insn.operand_count; ++o) {
        if (insn.operands[o].kind != OperandKind::kRegister) continue;
        widest.any = std::max<unsigned>(widest.any, insn.operands[o].bits);
        if (!insn.is(InsnClass::kMove))
          widest.arithmetic = std::max<unsigned>(widest.arithmetic, insn.operands[o].bits);
      }
    }
  }
  return widest;
}

int print_loops(const Binary& binary) {
  StreamOptions one_thread;
  one_thread.threads = 1;
  for_each_function(binary, one_thread, [&](unsigned, const FunctionView& view) {
    std::printf("F %llx %s\n", static_cast<unsigned long long>(view.function.address),
                std::string(binary.functions[view.function.entry_index].name).c_str());
    std::printf("U %u %u\n", view.cfg.unresolved_jumps, view.loops.irreducible_edges);
    for (LoopIndex l = 0; l < view.loops.loops.size(); ++l) {
      const Loop& loop = view.loops.loops[l];
      const Block& header = view.cfg.blocks[loop.header];
      const VectorBits bits = vector_bits(view, l);
      std::printf("L %llx %u %d %u %u %s\n",
                  static_cast<unsigned long long>(view.function.insns[header.first].address),
                  loop.depth, loop.innermost ? 1 : 0, bits.arithmetic, bits.any,
                  std::string(to_string(loop.role)).c_str());
    }
  });
  return 0;
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: graph_facts edges|bytes|loops FILE [EDGES...]\n");
    return 2;
  }
  const auto binaries = open_input(argv[2], {});
  if (!binaries) {
    std::fprintf(stderr, "graph_facts: %s\n", binaries.error().what.c_str());
    return 2;
  }
  int status = 0;
  for (const Binary& binary : *binaries) {
    if (std::strcmp(argv[1], "edges") == 0)
      status |= check_edges(binary, argc - 3, argv + 3);
    else if (std::strcmp(argv[1], "bytes") == 0)
      status |= check_bytes(binary);
    else
      status |= print_loops(binary);
  }
  return status;
}

}  // namespace
}  // namespace asmforge

int main(int argc, char** argv) { return asmforge::run(argc, argv); }
