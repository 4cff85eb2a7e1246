// Where the loops, branches and functions of a C or C++ file stand, as libclang reads it.
// Statements that a macro wrote are not among them: nothing can be put there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "transform/compile_unit.h"

namespace asmforge {

// Lines count from 1, offsets are bytes from the start of the file.
struct LoopStatement {
  std::uint32_t line = 0;  // of its first word
  std::uint64_t offset = 0;
  std::uint32_t body_line = 0;  // where what is repeated begins
  std::uint32_t last_line = 0;
};

struct BranchStatement {
  std::uint32_t line = 0;
  std::uint64_t condition = 0;  // [condition, condition_end), without the parentheses
  std::uint64_t condition_end = 0;
  std::uint32_t last_line = 0;  // of the condition
  std::uint32_t then_line = 0;  // first and last of what runs when it holds
  std::uint32_t then_last = 0;
  std::uint32_t else_line = 0;  // 0: there is none
  std::uint32_t else_last = 0;
};

enum class ParameterKind : std::uint8_t {
  kInteger,
  kFloat,
  kPointer,   // to integers or floats
  kRestrict,  // the same, declared to be the only way to what it points at
  kOther,
};

struct Parameter {
  ParameterKind kind = ParameterKind::kOther;
  std::uint32_t size = 0;     // bytes, of what a pointer points at
  std::uint64_t name_at = 0;  // offset; 0 where nothing can be put before the name
};

struct FunctionDefinition {
  std::string name;  // without namespaces and parameters
  std::uint32_t line = 0;
  std::uint32_t last_line = 0;
  std::uint64_t offset = 0;  // of its first word that is no attribute
  std::uint64_t head = 0;    // of its first word, or of the attribute's own name in it
  bool is_static = false;
  bool is_template = false;
  bool returns_number = false;
  std::vector<Parameter> parameters;
};

struct SourceMap {
  std::vector<LoopStatement> loops;
  std::vector<BranchStatement> branches;
  std::vector<FunctionDefinition> functions;
  [[nodiscard]] bool empty() const {
    return loops.empty() && branches.empty() && functions.empty();
  }
};

// Reads `file`, an absolute path, as part of what the unit compiles. kUnavailable when
// libclang does not understand it, or takes too long.
Result<SourceMap> map_source(const std::string& file, const CompileUnit& unit);

// What asmforge_source_probe prints.
Result<SourceMap> parse_source_map(std::string_view lines);

// The loop whose head has this line, else the innermost around it; nullptr for none.
const LoopStatement* loop_at(const SourceMap& map, std::uint32_t line);

// The definition whose lines these are; nullptr for none. The innermost, where there are
// several.
const FunctionDefinition* function_around(const SourceMap& map, std::uint32_t line);

}  // namespace asmforge
