// The sources of a project as they were compiled: found by the names in debug info, and read
// once each.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/source_location.h"
#include "transform/source_map.h"

namespace asmforge {

struct TreeSource {
  std::string file;  // from the tree's top
  std::string text;
  SourceMap map;
  const CompileUnit* unit = nullptr;  // that compiles it, or includes it; Rust has none
};

// A definition, and the source that it stands in.
struct DefinitionPlace {
  const TreeSource* source = nullptr;
  const FunctionDefinition* function = nullptr;
};

// The statement of a loop, and the source that it stands in.
struct LoopPlace {
  const TreeSource* source = nullptr;
  const LoopStatement* loop = nullptr;
  bool operator==(const LoopPlace&) const = default;
};

class TreeSources {
 public:
  // `forbidden` are files, from the top, that nothing is to be found in. The units outlive this.
  TreeSources(std::string tree, std::span<const CompileUnit> units,
              std::vector<std::string> forbidden);

  // nullptr for what lies outside the tree, is forbidden, cannot be read, or is compiled by
  // none of the units. Stays valid.
  const TreeSource* find(const SourceFrame& frame);
  // The definition that has the frame's line; none for code of a macro.
  std::optional<DefinitionPlace> definition_at(const SourceFrame& frame);
  // The loop whose instructions have these lines: one whose head has one of them before one
  // that only goes around them.
  std::optional<LoopPlace> loop_of(std::span<const SourceLocation> lines);

 private:
  std::unique_ptr<TreeSource> read(const std::string& file, const std::string& path);

  std::string tree_;
  std::span<const CompileUnit> units_;
  std::vector<std::string> forbidden_;
  std::map<std::string, std::unique_ptr<TreeSource>> known_;  // nullptr: there is nothing
};

// All of a file; none when it cannot be read.
std::optional<std::string> text_of_file(const std::string& path);

}  // namespace asmforge
