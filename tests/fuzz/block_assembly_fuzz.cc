// Any text as assembly: moving its blocks changes nothing but alignment.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "measure/layouts/block_assembly.h"
#include "measure/layouts/match_blocks.h"

namespace {

using namespace asmforge;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

bool is_placing(std::string_view line) {
  return line.starts_with("\t.p2align 6,0x90") || line.starts_with("\t.skip ") ||
         line.starts_with("\t.nops ");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<FunctionBlocks> found = find_blocks(text, {"f", "hot", "_ZN1f1gEi"});
  std::vector<FunctionPlacement> placements;
  std::set<std::size_t> alignment;
  for (const FunctionBlocks& function : found) {
    if (!function.left_alone.empty()) continue;
    AF_CHECK(!function.blocks.empty());
    FunctionPlacement placement{.function = &function, .places = {}};
    alignment.insert(function.idle_lines.begin(), function.idle_lines.end());
    for (const CodeBlock& block : function.blocks) {
      placement.places.push_back(place_of_block(1, "k", block.alignments.size(), 5));
      for (const CodeBlock::Alignment& run : block.alignments)
        for (std::size_t i = 0; i < run.count; ++i) alignment.insert(run.first + i);
    }
    const BlockMatch same = match_blocks(function, function);
    AF_CHECK(same.matched_instructions == same.all_instructions);
    placements.push_back(std::move(placement));
  }
  const std::string placed = place_blocks(text, placements);
  std::vector<std::string_view> kept;
  for (const std::string_view line : lines_of(placed))
    if (!is_placing(line)) kept.push_back(line);
  std::size_t at = 0;
  const std::vector<std::string_view> before = lines_of(text);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (alignment.contains(i) || is_placing(before[i])) continue;
    AF_CHECK(at < kept.size() && kept[at] == before[i]);
    ++at;
  }
  AF_CHECK(at == kept.size());
  return 0;
}
