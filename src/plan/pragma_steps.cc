#include "plan/pragma_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/elf_file.h"
#include "base/mapped_file.h"
#include "transform/edit.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// From the tree's top; none for what lies elsewhere, such as a library's headers.
std::optional<std::string> file_in_tree(const SourceFrame& frame, const std::string& tree) {
  const fs::path whole =
      frame.file.starts_with('/') ? fs::path(frame.file) : fs::path(frame.directory) / frame.file;
  std::string path = whole.lexically_normal().lexically_relative(tree).string();
  if (path.empty() || path.starts_with("..")) return std::nullopt;
  return path;
}

std::optional<std::string> text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

// The statement of a loop in the tree's sources.
struct Statement {
  std::string file;
  std::uint32_t line = 0;
  std::string text;  // of the whole file
  bool operator==(const Statement& other) const { return file == other.file && line == other.line; }
};

std::optional<Statement> statement_of(const HotLoop& loop, const PragmaStepsRequest& request) {
  for (const SourceLocation& source : loop.sources) {
    if (!source.known()) continue;
    const SourceFrame& frame = source.frames.front();
    if (frame.file.ends_with(".rs")) continue;  // Rust has no such pragmas, but loops that look so
    const std::optional<std::string> file = file_in_tree(frame, request.tree);
    if (!file || std::ranges::find(request.forbidden_files, *file) != request.forbidden_files.end())
      continue;
    std::optional<std::string> text = text_of(fmt::format("{}/{}", request.tree, *file));
    if (!text) continue;
    const std::uint32_t line = line_of_loop(*text, frame.line);
    if (place_loop_pragma(*file, *text, line, "").has_value())
      return Statement{*file, line, std::move(*text)};
  }
  return std::nullopt;
}

Step step_of(const HotLoop& loop, const LoopPragma& pragma, const Statement& statement,
             const Patch& patch) {
  Predicate predicate = loop.place.predicate;
  predicate.metric = pragma.metric;
  predicate.relation = pragma.relation;
  predicate.before = pragma.before;
  predicate.after = pragma.after;
  Step step;
  step.name = fmt::format("{}:{}: {}", statement.file, statement.line, pragma.text);
  step.transform = "pragma";
  step.patch = unified_diff(statement.text, patch);
  step.expectations = {to_string(predicate)};
  return step;
}

}  // namespace

std::vector<Step> pragma_steps(std::span<const HotLoop> loops, const PragmaStepsRequest& request) {
  std::vector<Step> steps;
  std::vector<Statement> seen;  // one may be inlined, or split, into many loops
  for (const HotLoop& loop : loops) {
    if (seen.size() >= request.most_loops) break;
    std::optional<Statement> statement = statement_of(loop, request);
    if (!statement || std::ranges::find(seen, *statement) != seen.end()) continue;
    const LoopFacts facts{loop.contents.instructions, loop.contents.vector_width_bits};
    for (const LoopPragma& pragma : loop_pragmas(request.dialect, facts)) {
      const Result<Patch> patch =
          place_loop_pragma(statement->file, statement->text, statement->line, pragma.text);
      if (patch) steps.push_back(step_of(loop, pragma, *statement, *patch));
    }
    seen.push_back(std::move(*statement));
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
