#include "report/writers/listing.h"

#include <algorithm>

#include "base/text.h"
#include "report/location.h"

namespace asmforge {
namespace {

constexpr std::size_t kTextColumns = 42;  // comments begin after them, where they can
constexpr std::size_t kLeastRoom = 30;    // however narrow the terminal
constexpr std::size_t kLeastComment = 12;
constexpr std::uint32_t kMostNesting = 8;  // loops deeper than this share the last column

// A line of the listing, before the loop column is drawn beside it.
struct Row {
  enum class Kind : std::uint8_t { kLabel, kSource, kInsn, kGap };
  Kind kind = Kind::kInsn;
  BlockIndex block = kNoIndex;
  std::uint32_t insn = kNoIndex;
  std::string text;
  std::string comment;
};

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

bool is_target(const Cfg& cfg, BlockIndex block) {
  for (const BlockIndex from : cfg.predecessors(block))
    for (const Edge& edge : cfg.successors(from))
      if (edge.to == block && edge.kind != EdgeKind::kFallThrough) return true;
  return false;
}

LoopIndex loop_headed_by(const Loops& loops, BlockIndex block) {
  const LoopIndex loop = loops.loop_of_block.empty() ? kNoIndex : loops.loop_of_block[block];
  return loop != kNoIndex && loops.loops[loop].header == block ? loop : kNoIndex;
}

std::uint32_t instructions_of(const Loop& loop, const Cfg& cfg) {
  std::uint32_t count = 0;
  for (const BlockIndex b : loop.blocks) count += cfg.blocks[b].last - cfg.blocks[b].first + 1;
  return count;
}

std::string block_remarks(const Listing& listing, BlockIndex index) {
  const Block& block = listing.cfg->blocks[index];
  std::string text;
  const auto add = [&](const std::string& remark) { text += (text.empty() ? "" : ", ") + remark; };
  if (const LoopIndex l = loop_headed_by(*listing.loops, index); l != kNoIndex) {
    const Loop& loop = listing.loops->loops[l];
    add(fmt::format("loop {}", l));
    if (loop.role != LoopRole::kUnknown) add(std::string(to_string(loop.role)));
    if (loop.depth > 1) add(fmt::format("depth {}", loop.depth));
    add(fmt::format("{} instructions", instructions_of(loop, *listing.cfg)));
  }
  if (block.landing_pad) add("landing pad");
  if (!block.reachable) add("not reached from the entry");
  return text;
}

class RowBuilder {
 public:
  explicit RowBuilder(const Listing& listing) : l_(listing) {}

  std::vector<Row> build() {
    for (BlockIndex b = 0; b < l_.cfg->blocks.size(); ++b) add_block(b);
    add_gaps_before(kNoAddress);
    return std::move(rows_);
  }

 private:
  void add_block(BlockIndex b) {
    const Block& block = l_.cfg->blocks[b];
    const Insn& first = l_.function->insns[block.first];
    enter_part(first.address);
    add_gaps_before(first.address);
    if (block.padding) {
      const std::uint64_t end = l_.function->insns[block.last].end();
      rows_.push_back({Row::Kind::kGap,
                       b,
                       block.first,
                       fmt::format("({} of padding)", counted(end - first.address, "byte")),
                       {}});
      return;
    }
    const std::string remarks = block_remarks(l_, b);
    if (is_target(*l_.cfg, b) || !remarks.empty())
      rows_.push_back({Row::Kind::kLabel, b, block.first, block_label(b) + ":",
                       remarks.empty() ? "" : remarks});
    for (std::uint32_t i = block.first; i <= block.last; ++i) add_insn(b, i);
  }

  void enter_part(std::uint64_t address) {
    const std::vector<AddressRange>& parts = l_.function->parts;
    while (part_ + 1 < parts.size() && !parts[part_].contains(address)) {
      ++part_;
      rows_.push_back({Row::Kind::kGap,
                       kNoIndex,
                       kNoIndex,
                       fmt::format("cold part at {:x}:", parts[part_].begin),
                       {}});
    }
  }

  // Bytes that are no instruction, in their place.
  void add_gaps_before(std::uint64_t address) {
    const std::vector<AddressRange>& gaps = l_.function->not_decoded;
    for (; gap_ < gaps.size() && gaps[gap_].begin < address; ++gap_)
      rows_.push_back({Row::Kind::kGap,
                       kNoIndex,
                       kNoIndex,
                       fmt::format("{:x}  ({}: no instruction)", gaps[gap_].begin,
                                   counted(gaps[gap_].size(), "byte")),
                       {}});
  }

  void add_insn(BlockIndex b, std::uint32_t i) {
    std::string comment = l_.insns[i].comment;
    if (!l_.locations.empty() && l_.locations[i].known()) {
      const std::string where = location_text(l_.locations[i]);
      if (where != last_where_) {
        last_where_ = where;
        const std::optional<std::string> text =
            l_.source_text ? l_.source_text(l_.locations[i].frames.front()) : std::nullopt;
        if (text)
          rows_.push_back({Row::Kind::kSource, b, i, "; " + where + "  " + printable(*text), {}});
        else
          comment += (comment.empty() ? "" : "; ") + where;
      }
    }
    rows_.push_back({Row::Kind::kInsn, b, i, l_.insns[i].shown, std::move(comment)});
  }

  const Listing& l_;
  std::vector<Row> rows_;
  std::size_t part_ = 0;
  std::size_t gap_ = 0;
  std::string last_where_;
};

// Draws each loop as a bracket beside its lines, outermost to the left.
class LoopColumn {
 public:
  LoopColumn(const std::vector<Row>& rows, const Listing& listing, bool unicode)
      : rows_(rows), loops_(*listing.loops), unicode_(unicode) {
    width_ = std::min(loops_.deepest(), kMostNesting);
  }

  [[nodiscard]] std::string at(std::size_t row) const {
    std::string text;
    for (std::uint32_t depth = 1; depth <= width_; ++depth) {
      const LoopIndex here = loop_at(row, depth);
      if (here == kNoIndex) {
        text += ' ';
        continue;
      }
      const bool begins = row == 0 || loop_at(row - 1, depth) != here;
      const bool ends = row + 1 == rows_.size() || loop_at(row + 1, depth) != here;
      text += stroke(begins, ends);
    }
    return text.empty() ? text : text + " ";
  }

 private:
  [[nodiscard]] LoopIndex loop_at(std::size_t row, std::uint32_t depth) const {
    if (rows_[row].kind != Row::Kind::kGap) return loop_of(rows_[row].block, depth);
    // Padding and data between two blocks of a loop do not break its bracket.
    if (row == 0 || row + 1 == rows_.size()) return kNoIndex;
    const LoopIndex before = loop_of(rows_[row - 1].block, depth);
    return before == loop_of(rows_[row + 1].block, depth) ? before : kNoIndex;
  }

  [[nodiscard]] LoopIndex loop_of(BlockIndex block, std::uint32_t depth) const {
    if (block == kNoIndex || loops_.loop_of_block.empty()) return kNoIndex;
    LoopIndex loop = loops_.loop_of_block[block];
    while (loop != kNoIndex && loops_.loops[loop].depth > depth) loop = loops_.loops[loop].parent;
    return loop != kNoIndex && loops_.loops[loop].depth == depth ? loop : kNoIndex;
  }

  [[nodiscard]] std::string_view stroke(bool begins, bool ends) const {
    if (begins && ends) return "[";
    if (begins) return unicode_ ? "\u250c" : "/";
    if (ends) return unicode_ ? "\u2514" : "\\";
    return unicode_ ? "\u2502" : "|";
  }

  const std::vector<Row>& rows_;
  const Loops& loops_;
  bool unicode_;
  std::uint32_t width_ = 0;
};

class Writer {
 public:
  Writer(const Listing& listing, const Palette& palette, Output& out)
      : l_(listing),
        palette_(palette),
        out_(out),
        rows_(RowBuilder(listing).build()),
        loop_column_(rows_, listing, palette.unicode) {
    std::uint64_t most = 0;
    for (const std::uint64_t count : l_.counts) most = std::max(most, count);
    count_width_ = l_.counts.empty() ? 0 : std::max<std::size_t>(with_separators(most).size(), 5);
    if (!l_.function->insns.empty())
      address_width_ = fmt::format("{:x}", l_.function->insns.back().address).size();
    total_ = 0;
    for (const std::uint64_t count : l_.counts) total_ += count;
  }

  void write() {
    write_head();
    for (std::size_t i = 0; i < rows_.size(); ++i) write_row(i);
    write_intermediate();
    for (const std::string& note : l_.notes) out_.print("; note: {}\n", printable(note));
  }

 private:
  void write_head() {
    const Function& f = *l_.function;
    out_.print("{}\n", palette_(Paint::kTitle, printable(l_.demangled)));
    std::string facts =
        fmt::format("{:x}, {}, {}, {}, {}", f.address, counted(f.size, "byte"),
                    counted(f.insns.size(), "instruction"), counted(l_.cfg->blocks.size(), "block"),
                    counted(l_.loops->loops.size(), "loop"));
    if (l_.number != kNoIndex) facts = fmt::format("no. {}, ", l_.number) + facts;
    if (l_.share) facts += fmt::format(", {} of the profile", percent(*l_.share));
    out_.print("; {}\n", facts);
    std::string unknown;
    if (l_.cfg->unresolved_jumps != 0)
      unknown += fmt::format("{} indirect jumps without known targets; ", l_.cfg->unresolved_jumps);
    if (l_.cfg->targets_outside_code != 0)
      unknown +=
          fmt::format("{} jumps into the middle of an instruction; ", l_.cfg->targets_outside_code);
    if (l_.loops->irreducible_edges != 0)
      unknown += fmt::format("{} outside natural loops; ",
                             counted(l_.loops->irreducible_edges, "cycle edge"));
    if (!unknown.empty()) out_.print("; unknown: {}\n", unknown.substr(0, unknown.size() - 2));
    if (l_.profile)
      out_.print("; left column: {}{}\n",
                 *l_.profile == ProfileSource::kExactCounts ? "times executed" : "samples",
                 l_.zero_is_unknown ? "; ?: none seen, which does not mean never" : "");
  }

  void write_intermediate() {
    if (l_.intermediate_form.empty()) return;
    out_.print("\n{}\n",
               palette_(Paint::kTitle, l_.intermediate_form == "mir"
                                           ? "MIR of rustc"
                                           : "LLVM IR, as the code generator is given it"));
    for (const std::string& line : l_.intermediate) out_.print("{}\n", printable(line));
  }

  void write_row(std::size_t index) {
    const Row& row = rows_[index];
    std::string left(count_width_, ' ');
    if (row.kind == Row::Kind::kInsn && count_width_ != 0) {
      const bool unknown = l_.counts[row.insn] == 0 && l_.zero_is_unknown;
      const std::string count = unknown ? "?" : with_separators(l_.counts[row.insn]);
      left = std::string(count_width_ - count.size(), ' ') + count;
      if (total_ != 0 && l_.share.value_or(0) * static_cast<double>(l_.counts[row.insn]) >=
                             kHotShare * static_cast<double>(total_))
        left = palette_(Paint::kHot, left);
    }
    if (count_width_ != 0) left += "  ";
    const std::string loops = loop_column_.at(index);
    left += palette_(Paint::kLabel, loops);
    // What is left of a terminal's line; 0 elsewhere: nothing is shortened there.
    const std::size_t before = (count_width_ == 0 ? 0 : count_width_ + 2) + columns(loops);
    room_ = out_.width() == 0
                ? 0
                : std::max<std::size_t>(kLeastRoom,
                                        out_.width() - std::min<std::size_t>(out_.width(), before));
    switch (row.kind) {
      case Row::Kind::kLabel: write_label(row, left); break;
      case Row::Kind::kSource:
        out_.print("{}{}\n", left, palette_(Paint::kSource, shorten(row.text, room_)));
        break;
      case Row::Kind::kGap: out_.print("{}{}\n", left, palette_(Paint::kDim, row.text)); break;
      case Row::Kind::kInsn: write_insn(row, left); break;
    }
  }

  void write_label(const Row& row, const std::string& left) {
    out_.print("{}{}{}\n", left, palette_(Paint::kLabel, row.text),
               row.comment.empty() ? "" : " " + palette_(Paint::kDim, row.comment));
  }

  void write_insn(const Row& row, const std::string& left) {
    const std::string address =
        fmt::format("{:>{}x}", l_.function->insns[row.insn].address, address_width_);
    const std::size_t room =
        room_ == 0 ? 0 : std::max(kLeastRoom, room_ - std::min(room_, address_width_ + 2));
    const std::string text = shorten(row.text, room);
    out_.print("{}{}  {}", left, palette_(Paint::kDim, address), text);
    if (!row.comment.empty()) {
      const std::size_t used = std::max(columns(text), kTextColumns) + 1;
      const std::size_t rest = room == 0 ? 0 : std::max(kLeastComment, room - std::min(room, used));
      out_.print("{:{}} {}", "", used - 1 - columns(text),
                 palette_(Paint::kSource, shorten("; " + printable(row.comment), rest)));
    }
    out_.write("\n");
  }

  const Listing& l_;
  const Palette& palette_;
  Output& out_;
  std::vector<Row> rows_;
  LoopColumn loop_column_;
  std::size_t room_ = 0;  // columns for the text of the row that is written; 0: any
  std::size_t count_width_ = 0;
  std::size_t address_width_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

std::string block_label(BlockIndex block) { return "B" + std::to_string(block); }

void write_listing(const Listing& listing, const Palette& palette, Output& out) {
  Writer(listing, palette, out).write();
}

}  // namespace asmforge
