#include "plan/pragma_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/elf_file.h"
#include "base/mapped_file.h"
#include "transform/edit.h"

namespace asmforge {
namespace {

Step step_of(const HotLoop& loop, const LoopPragma& pragma, const LoopPlace& statement,
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

// Sums of floats would be taken in another order, which is another result.
bool could_be_vectors(const LoopContents& contents) {
  return contents.vector_width_bits == 0 && contents.calls == 0 && contents.floats == 0 &&
         contents.loads + contents.stores > 0;
}

}  // namespace

std::vector<Step> pragma_steps(std::span<const HotLoop> loops, const ChangeRequest& request,
                               TreeSources& sources) {
  std::vector<Step> steps;
  if (request.forbids("pragma")) return steps;
  std::vector<LoopPlace> seen;  // one may be inlined, or split, into many loops
  for (const HotLoop& loop : loops) {
    if (seen.size() >= request.most_loops) break;
    const std::optional<LoopPlace> statement = sources.loop_of(loop.sources);
    if (!statement || std::ranges::find(seen, *statement) != seen.end()) continue;
    const LoopFacts facts{.instructions = loop.contents.instructions,
                          .vector_width_bits = loop.contents.vector_width_bits,
                          .has_remainder = loop.place.role == LoopRole::kMain,
                          .could_be_vectors = could_be_vectors(loop.contents),
                          .stores = loop.contents.stores};
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
