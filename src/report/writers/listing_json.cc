// `asmforge show --json`: schema asmforge/show/1.
#include "report/json_document.h"
#include "report/json_source.h"
#include "report/writers/listing.h"

namespace asmforge {
namespace {

Json index_json(std::uint32_t index) { return index == kNoIndex ? Json() : Json(index); }

std::string_view name_of(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::kFallThrough: return "fall-through";
    case EdgeKind::kBranch: return "branch";
    case EdgeKind::kTable: return "table";
    case EdgeKind::kUnwind: return "unwind";
  }
  return "unknown";
}

std::string_view name_of(BlockExit exit) {
  switch (exit) {
    case BlockExit::kNone: return "none";
    case BlockExit::kReturn: return "return";
    case BlockExit::kTailCall: return "tail-call";
    case BlockExit::kNoReturn: return "no-return";
    case BlockExit::kUnresolved: return "unresolved";
    case BlockExit::kFallsOff: return "falls-off";
  }
  return "unknown";
}

Json function_json(const Listing& listing) {
  const Function& f = *listing.function;
  Json object = {{"number", index_json(listing.number)},
                 {"name", f.name},
                 {"demangled", listing.demangled},
                 {"address", hexadecimal(f.address)},
                 {"size", f.size},
                 {"instructions", f.insns.size()},
                 {"loops", listing.loops->loops.size()},
                 {"deepest_loop", listing.loops->deepest()},
                 {"unresolved_jumps", listing.cfg->unresolved_jumps},
                 {"jump_tables", listing.cfg->jump_tables}};
  Json& parts = object["parts"] = Json::array();
  for (const AddressRange& part : f.parts)
    parts.push_back({{"begin", hexadecimal(part.begin)}, {"end", hexadecimal(part.end)}});
  Json& holes = object["not_decoded"] = Json::array();
  for (const AddressRange& hole : f.not_decoded)
    holes.push_back({{"begin", hexadecimal(hole.begin)}, {"end", hexadecimal(hole.end)}});
  if (listing.share) object["share"] = *listing.share;
  return object;
}

Json block_json(const Listing& listing, BlockIndex b) {
  const Block& block = listing.cfg->blocks[b];
  Json successors = Json::array();
  for (const Edge& edge : listing.cfg->successors(b))
    successors.push_back({{"block", edge.to}, {"kind", name_of(edge.kind)}});
  return {{"block", b},
          {"address", hexadecimal(listing.function->insns[block.first].address)},
          {"instructions", block.last - block.first + 1},
          {"successors", std::move(successors)},
          {"exit", name_of(block.exit)},
          {"reachable", block.reachable},
          {"cold", block.cold},
          {"landing_pad", block.landing_pad},
          {"padding", block.padding}};
}

Json loop_json(const Loop& loop, LoopIndex index) {
  return {
      {"loop", index},         {"header", loop.header},       {"parent", index_json(loop.parent)},
      {"depth", loop.depth},   {"innermost", loop.innermost}, {"role", to_string(loop.role)},
      {"blocks", loop.blocks}, {"latches", loop.latches}};
}

Json insn_json(const Listing& listing, std::uint32_t i) {
  const Insn& insn = listing.function->insns[i];
  const ListedInsn& listed = listing.insns[i];
  const BlockIndex block = listing.cfg->block_of_insn[i];
  Json object = {
      {"address", hexadecimal(insn.address)},
      {"size", insn.size},
      {"mnemonic", listed.mnemonic},
      {"text", listed.text},
      {"block", block},
      {"loop", index_json(listing.loops->loop_of_block[block])},
      {"source", listing.locations.empty() ? Json() : source_json(listing.locations[i])}};
  if (insn.target != kNoAddress) object["target"] = hexadecimal(insn.target);
  if (!listed.target.empty()) object["target_name"] = listed.target;
  if (!listing.counts.empty()) {
    const bool unknown = listing.counts[i] == 0 && listing.zero_is_unknown;
    object["count"] = unknown ? Json() : Json(listing.counts[i]);
  }
  return object;
}

}  // namespace

void write_listing_json(const Listing& listing, Output& out) {
  JsonDocument document(out, "asmforge/show/1");
  document.member("file", {{"path", listing.binary->path},
                           {"member", listing.binary->member},
                           {"build_id", listing.binary->build_id},
                           {"isa", to_string(listing.binary->isa)}});
  document.begin_array("functions");
  document.element(function_json(listing));
  document.end_array();
  document.begin_array("blocks");
  for (BlockIndex b = 0; b < listing.cfg->blocks.size(); ++b)
    document.element(block_json(listing, b));
  document.end_array();
  document.begin_array("loops");
  for (LoopIndex l = 0; l < listing.loops->loops.size(); ++l)
    document.element(loop_json(listing.loops->loops[l], l));
  document.end_array();
  document.begin_array("instructions");
  for (std::uint32_t i = 0; i < listing.function->insns.size(); ++i)
    document.element(insn_json(listing, i));
  document.end_array();
  if (!listing.intermediate_form.empty()) {
    document.begin_array(listing.intermediate_form);
    for (const std::string& line : listing.intermediate) document.element(line);
    document.end_array();
  }
  document.member("notes", listing.notes);
}

}  // namespace asmforge
