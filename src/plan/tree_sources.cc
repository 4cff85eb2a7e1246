#include "plan/tree_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "transform/rust_functions.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// A header's loops are looked for in so many of the units at most: each takes libclang
// some tenths of a second.
constexpr std::size_t kMostUnits = 12;

// From the tree's top; none for what lies elsewhere, such as a library's headers.
std::optional<std::string> file_in_tree(const SourceFrame& frame, const std::string& tree) {
  const fs::path whole =
      frame.file.starts_with('/') ? fs::path(frame.file) : fs::path(frame.directory) / frame.file;
  std::string path = whole.lexically_normal().lexically_relative(tree).string();
  if (path.empty() || path.starts_with("..")) return std::nullopt;
  return path;
}

}  // namespace

TreeSources::TreeSources(std::string tree, std::span<const CompileUnit> units,
                         std::vector<std::string> forbidden)
    : tree_(std::move(tree)), units_(units), forbidden_(std::move(forbidden)) {}

const TreeSource* TreeSources::find(const SourceFrame& frame) {
  const std::optional<std::string> file = file_in_tree(frame, tree_);
  if (!file) return nullptr;
  const auto [at, added] = known_.try_emplace(*file);
  if (added && std::ranges::find(forbidden_, *file) == forbidden_.end())
    at->second = read(*file, fmt::format("{}/{}", tree_, *file));
  return at->second.get();
}

std::optional<DefinitionPlace> TreeSources::definition_at(const SourceFrame& frame) {
  const TreeSource* source = frame.line == 0 ? nullptr : find(frame);
  if (source == nullptr) return std::nullopt;
  const FunctionDefinition* function = function_around(source->map, frame.line);
  if (function == nullptr) return std::nullopt;
  return DefinitionPlace{source, function};
}

std::optional<LoopPlace> TreeSources::loop_of(std::span<const SourceLocation> lines) {
  // A jump back has the line of the statement's head, where the first instruction often has
  // that of the body.
  std::optional<LoopPlace> around;
  for (const SourceLocation& location : lines) {
    if (!location.known()) continue;
    const SourceFrame& frame = location.frames.front();
    const TreeSource* source = find(frame);
    const LoopStatement* found = source == nullptr ? nullptr : loop_at(source->map, frame.line);
    if (found == nullptr) continue;
    if (frame.line == found->line || frame.line < found->body_line) return LoopPlace{source, found};
    if (!around) around = LoopPlace{source, found};
  }
  return around;
}

std::unique_ptr<TreeSource> TreeSources::read(const std::string& file, const std::string& path) {
  std::optional<std::string> text = text_of_file(path);
  if (!text) return nullptr;
  if (file.ends_with(".rs")) {
    SourceMap map = map_rust_functions(*text);
    return std::make_unique<TreeSource>(
        TreeSource{file, std::move(*text), std::move(map), nullptr});
  }
  std::vector<const CompileUnit*> units;
  for (const CompileUnit& unit : units_)
    if (compiles(unit, path)) units.push_back(&unit);
  if (units.empty())  // a header, or a source that another one includes
    for (const CompileUnit& unit : units_)
      if (!unit.source.empty() && units.size() < kMostUnits) units.push_back(&unit);
  for (const CompileUnit* unit : units) {
    Result<SourceMap> map = map_source(path, *unit);
    if (!map || map->empty()) continue;
    return std::make_unique<TreeSource>(TreeSource{file, std::move(*text), std::move(*map), unit});
  }
  return nullptr;
}

std::optional<std::string> text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

}  // namespace asmforge
