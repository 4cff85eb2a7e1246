#include "plan/pragma_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/elf_file.h"
#include "base/mapped_file.h"
#include "transform/edit.h"

namespace asmforge {
namespace {

// The statement of a loop in the tree's sources.
struct Statement {
  const TreeSource* source = nullptr;
  const LoopStatement* loop = nullptr;
  bool operator==(const Statement&) const = default;
};

std::optional<Statement> statement_of(const HotLoop& loop, TreeSources& sources) {
  // A jump back has the line of the statement's head, where the first instruction often has
  // that of the body: heads count first.
  std::optional<Statement> around;
  for (const SourceLocation& location : loop.sources) {
    if (!location.known()) continue;
    const SourceFrame& frame = location.frames.front();
    const TreeSource* source = sources.find(frame);
    const LoopStatement* found = source == nullptr ? nullptr : loop_at(source->map, frame.line);
    if (found == nullptr) continue;
    if (frame.line == found->line || frame.line < found->body_line) return Statement{source, found};
    if (!around) around = Statement{source, found};
  }
  return around;
}

Step step_of(const HotLoop& loop, const LoopPragma& pragma, const Statement& statement,
             const Patch& patch) {
  Predicate predicate = loop.place.predicate;
  predicate.metric = pragma.metric;
  predicate.relation = pragma.relation;
  predicate.before = pragma.before;
  predicate.after = pragma.after;
  Step step;
  step.name = fmt::format("{}:{}: {}", statement.source->file, statement.loop->line, pragma.text);
  step.transform = "pragma";
  step.patch = unified_diff(statement.source->text, patch);
  if (pragma.predicts) step.expectations = {to_string(predicate)};
  return step;
}

}  // namespace

std::vector<Step> pragma_steps(std::span<const HotLoop> loops, const ChangeRequest& request,
                               TreeSources& sources) {
  std::vector<Step> steps;
  if (request.forbids("pragma")) return steps;
  std::vector<Statement> seen;  // one may be inlined, or split, into many loops
  for (const HotLoop& loop : loops) {
    if (seen.size() >= request.most_loops) break;
    const std::optional<Statement> statement = statement_of(loop, sources);
    if (!statement || std::ranges::find(seen, *statement) != seen.end()) continue;
    const LoopFacts facts{loop.contents.instructions, loop.contents.vector_width_bits,
                          loop.place.role == LoopRole::kMain};
    for (const LoopPragma& pragma : loop_pragmas(request.dialect, facts)) {
      const Result<Patch> patch = place_loop_pragma(
          statement->source->file, statement->source->text, *statement->loop, pragma.text);
      if (patch) steps.push_back(step_of(loop, pragma, *statement, *patch));
    }
    seen.push_back(*statement);
  }
  return steps;
}

Result<PragmaDialect> dialect_of(const std::string& program) {
  AF_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(program));
  AF_TRY(const ElfFile elf, ElfFile::parse(file->bytes()));
  const ElfSection* comment = elf.section_named(".comment");
  if (comment == nullptr) return PragmaDialect::kGcc;
  const std::string text(comment->bytes.begin(), comment->bytes.end());
  return text.find("clang") != std::string::npos ? PragmaDialect::kClang : PragmaDialect::kGcc;
}

}  // namespace asmforge
