#include "cli/make_listing.h"

#include <algorithm>

#include "cli/select_function.h"
#include "collect/operand_names.h"
#include "collect/source_lines.h"

namespace asmforge {
namespace {

constexpr std::size_t kTableTargetsShown = 8;

// The block that begins at this address.
std::optional<std::string> label_at(const FunctionView& view, std::uint64_t address) {
  const std::uint32_t insn = view.function.insn_at(address);
  if (insn == kNoIndex) return std::nullopt;
  const BlockIndex block = view.cfg.block_of_insn[insn];
  if (view.cfg.blocks[block].first != insn) return std::nullopt;
  return block_label(block);
}

std::string table_targets(const FunctionView& view, BlockIndex block) {
  std::vector<BlockIndex> targets;
  for (const Edge& edge : view.cfg.successors(block))
    if (edge.kind == EdgeKind::kTable) targets.push_back(edge.to);
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  std::string text;
  for (std::size_t i = 0; i < std::min(targets.size(), kTableTargetsShown); ++i)
    text += " " + block_label(targets[i]);
  if (targets.size() > kTableTargetsShown)
    text += fmt::format(" and {} more", targets.size() - kTableTargetsShown);
  return text.empty() ? text : "to" + text;
}

// What the block's last instruction does that its text does not say.
std::string exit_comment(const FunctionView& view, BlockIndex index) {
  const Block& block = view.cfg.blocks[index];
  switch (block.exit) {
    case BlockExit::kTailCall: return "tail call";
    case BlockExit::kNoReturn:
      return view.function.insns[block.last].is(InsnClass::kCall) ? "never returns" : "";
    case BlockExit::kUnresolved: return "targets unknown";
    case BlockExit::kFallsOff: return "runs past the end of the function";
    case BlockExit::kNone: return table_targets(view, index);
    case BlockExit::kReturn: return "";
  }
  return "";
}

ListedInsn list_insn(const FunctionView& view, std::uint32_t i, Syntax syntax) {
  const Insn& insn = view.function.insns[i];
  const std::span<const std::uint8_t> bytes = view.binary.bytes_at(insn.address, insn.size);
  ListedInsn listed;
  listed.text = view.decoder.text(insn, bytes, syntax);
  listed.mnemonic = view.decoder.mnemonic(insn, bytes, syntax);
  NamedText named = with_names(view.binary, insn, listed.text,
                               [&](std::uint64_t address) { return label_at(view, address); });
  listed.shown = std::move(named.text);
  listed.target = std::move(named.target);
  listed.comment = std::move(named.comment);
  const BlockIndex block = view.cfg.block_of_insn[i];
  if (view.cfg.blocks[block].last != i) return listed;
  const std::string exit = exit_comment(view, block);
  if (!exit.empty()) listed.comment += (listed.comment.empty() ? "" : ", ") + exit;
  return listed;
}

void add_sources(const FunctionView& view, SourceText& source_text, Listing& listing) {
  if (!view.binary.has_debug_info) {
    listing.notes.push_back("no debug info: no source lines; build with -g to see them");
    return;
  }
  std::vector<std::uint64_t> addresses;
  for (const Insn& insn : view.function.insns) addresses.push_back(insn.address);
  SourceLines lines(view.binary);
  Result<std::vector<SourceLocation>> located = lines.locate(addresses);
  if (!located) {
    listing.notes.push_back(located.error().what);
    return;
  }
  listing.locations = std::move(*located);
  listing.source_text = [&source_text](const SourceFrame& frame) {
    return source_text.line(frame);
  };
}

void add_counts(const FunctionView& view, const ListingOptions& options, Listing& listing) {
  std::uint64_t total = 0;
  for (const Insn& insn : view.function.insns) {
    listing.counts.push_back(count_at(*options.counts, insn.address));
    total += listing.counts.back();
  }
  listing.profile = options.profile->source;
  listing.share = share(*options.profile, total);
  listing.zero_is_unknown = !zero_means_never_ran(*options.profile);
}

}  // namespace

Listing make_listing(const FunctionView& view, const ListingOptions& options,
                     SourceText& source_text) {
  Listing listing;
  listing.binary = &view.binary;
  listing.function = &view.function;
  listing.cfg = &view.cfg;
  listing.loops = &view.loops;
  listing.demangled = display_name(view.binary, view.function.entry_index);
  listing.notes = view.binary.notes;
  for (std::uint32_t i = 0; i < view.function.insns.size(); ++i)
    listing.insns.push_back(list_insn(view, i, options.syntax));
  if (options.sources) add_sources(view, source_text, listing);
  if (options.counts != nullptr) add_counts(view, options, listing);
  return listing;
}

}  // namespace asmforge
