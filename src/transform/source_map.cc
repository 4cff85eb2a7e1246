#include "transform/source_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/helper_file.h"
#include "base/process.h"

namespace asmforge {
namespace {

constexpr std::chrono::seconds kLongest{30};

// Words of a line, taken from its front.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  std::string_view word() {
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (found.empty()) sound_ = false;
    return found;
  }
  template <class Number>
  void number(Number& value) {
    const std::string_view text = word();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) sound_ = false;
  }
  std::string_view rest() { return std::exchange(rest_, {}); }
  [[nodiscard]] bool all_read() const { return sound_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool sound_ = true;
};

constexpr std::array<std::pair<std::string_view, ParameterKind>, 5> kParameterKinds = {{
    {"integer", ParameterKind::kInteger},
    {"float", ParameterKind::kFloat},
    {"pointer", ParameterKind::kPointer},
    {"restrict", ParameterKind::kRestrict},
    {"other", ParameterKind::kOther},
}};

bool add_parameter(Words& words, SourceMap& map) {
  if (map.functions.empty()) return false;
  Parameter& parameter = map.functions.back().parameters.emplace_back();
  const std::string_view kind = words.word();
  const auto* known =
      std::ranges::find(kParameterKinds, kind, &std::pair<std::string_view, ParameterKind>::first);
  if (known == kParameterKinds.end()) return false;
  parameter.kind = known->second;
  words.number(parameter.size);
  words.number(parameter.name_at);
  return words.all_read();
}

bool add_line(std::string_view line, SourceMap& map) {
  Words words(line);
  const std::string_view kind = words.word();
  if (kind == "loop") {
    LoopStatement& loop = map.loops.emplace_back();
    words.number(loop.line);
    words.number(loop.offset);
    words.number(loop.body_line);
    words.number(loop.last_line);
  } else if (kind == "branch") {
    BranchStatement& branch = map.branches.emplace_back();
    words.number(branch.line);
    words.number(branch.condition);
    words.number(branch.condition_end);
    for (std::uint32_t* number : {&branch.last_line, &branch.then_line, &branch.then_last,
                                  &branch.else_line, &branch.else_last})
      words.number(*number);
  } else if (kind == "function") {
    FunctionDefinition& function = map.functions.emplace_back();
    words.number(function.line);
    words.number(function.last_line);
    words.number(function.offset);
    words.number(function.head);
    const std::string_view flags = words.word();
    function.is_static = flags.find('s') != std::string_view::npos;
    function.is_template = flags.find('t') != std::string_view::npos;
    function.returns_number = flags.find('n') != std::string_view::npos;
    function.name = words.rest();
  } else {
    return kind == "parameter" && add_parameter(words, map);
  }
  return words.all_read();
}

}  // namespace

Result<SourceMap> parse_source_map(std::string_view lines) {
  SourceMap map;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (!add_line(lines.substr(0, end), map))
      return Error{ErrorCode::kBadInput,
                   fmt::format("'{}' is no line of a source map", lines.substr(0, end)), ""};
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return map;
}

Result<SourceMap> map_source(const std::string& file, const CompileUnit& unit) {
  AF_TRY(const std::string probe, helper_file("asmforge_source_probe"));
  ProcessOptions options;
  options.argv = {probe, file, unit.directory};
  options.argv.insert(options.argv.end(), unit.arguments.begin(), unit.arguments.end());
  options.argv.push_back(unit.source);
  options.errors = OutputMode::kDiscard;
  options.timeout = kLongest;
  AF_TRY(const ProcessResult done, run_process(options));
  if (!done.succeeded() || done.output_cut)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: libclang, asked to read it, {}", file,
                             done.output_cut ? "has too much to say" : done.ending()),
                 ""};
  return parse_source_map(done.output);
}

const LoopStatement* loop_at(const SourceMap& map, std::uint32_t line) {
  const LoopStatement* found = nullptr;
  for (const LoopStatement& loop : map.loops) {
    if (line < loop.line || line > loop.last_line) continue;
    if (line == loop.line || line < loop.body_line) return &loop;
    // Of loops around a line, the one that begins last is the innermost.
    if (found == nullptr || loop.offset >= found->offset) found = &loop;
  }
  return found;
}

const FunctionDefinition* function_around(const SourceMap& map, std::uint32_t line) {
  const FunctionDefinition* found = nullptr;
  for (const FunctionDefinition& function : map.functions)
    if (function.line <= line && line <= function.last_line &&
        (found == nullptr || function.line >= found->line))
      found = &function;
  return found;
}

}  // namespace asmforge
