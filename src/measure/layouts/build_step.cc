#include "measure/layouts/build_step.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/json_text.h"

namespace asmforge {
namespace {

constexpr std::array kKinds = {
    std::pair{InputKind::kObject, std::string_view("object")},
    std::pair{InputKind::kGccLto, std::string_view("gcc-lto")},
    std::pair{InputKind::kBitcode, std::string_view("bitcode")},
    std::pair{InputKind::kArchive, std::string_view("archive")},
    std::pair{InputKind::kSharedLibrary, std::string_view("shared-library")},
    std::pair{InputKind::kText, std::string_view("text")},
};

// Reads members; the first that is missing or of another type is the error.
class Fields {
 public:
  explicit Fields(const JsonValue& json) : json_(json) {}

  std::string text(std::string_view name) {
    const JsonValue* value = json_.find(name);
    const std::string* found = value == nullptr ? nullptr : value->string();
    if (found == nullptr) missing(name);
    return found == nullptr ? std::string() : *found;
  }
  bool flag(std::string_view name) {
    const JsonValue* value = json_.find(name);
    const std::optional<bool> found = value == nullptr ? std::nullopt : value->boolean();
    if (!found) missing(name);
    return found.value_or(false);
  }
  std::uint64_t natural(std::string_view name) {
    const JsonValue* value = json_.find(name);
    const std::optional<std::uint64_t> found = value == nullptr ? std::nullopt : value->natural();
    if (!found) missing(name);
    return found.value_or(0);
  }
  const JsonValue::Array& array(std::string_view name) {
    static const JsonValue::Array kNone;
    const JsonValue* value = json_.find(name);
    const JsonValue::Array* found = value == nullptr ? nullptr : value->array();
    if (found == nullptr) missing(name);
    return found == nullptr ? kNone : *found;
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> list;
    for (const JsonValue& item : array(name)) {
      if (item.string() == nullptr) missing(name);
      list.push_back(item.string() == nullptr ? std::string() : *item.string());
    }
    return list;
  }

  void missing(std::string_view name) {
    if (error_.empty()) error_ = fmt::format("a build step has no valid '{}'", name);
  }
  [[nodiscard]] Result<Done> done() const {
    if (error_.empty()) return Done{};
    return Error{ErrorCode::kBadInput, error_, "capture the build again"};
  }

 private:
  const JsonValue& json_;
  std::string error_;
};

std::string to_json(const StepInput& input) {
  return fmt::format(
      R"({{"argument":{},"prefix":{},"path":{},"hash":{},"kind":"{}","stored":{},"by_path":{}}})",
      input.argument, json_quoted(input.prefix), json_quoted(input.path), json_quoted(input.hash),
      to_string(input.kind), input.stored, input.by_path);
}

}  // namespace

std::string_view to_string(InputKind kind) {
  for (const auto& [known, text] : kKinds)
    if (known == kind) return text;
  return "object";
}

std::optional<InputKind> input_kind_from_string(std::string_view text) {
  for (const auto& [kind, known] : kKinds)
    if (known == text) return kind;
  return std::nullopt;
}

std::string to_json(const LinkStep& step) {
  std::string inputs;
  for (const StepInput& input : step.inputs) {
    if (!inputs.empty()) inputs += ",\n  ";
    inputs += to_json(input);
  }
  return fmt::format(
      R"({{"step":"link","linker":{},"argv":{},"directory":{},"environment":{},"output":{},)"
      R"("output_hash":{},"relocatable":{},"inputs":[
  {}]}})",
      json_quoted(step.linker), json_quoted_list(step.argv), json_quoted(step.directory),
      json_quoted_list(step.environment), json_quoted(step.output), json_quoted(step.output_hash),
      step.relocatable, inputs);
}

std::string to_json(const CompileStep& step) {
  return fmt::format(
      R"({{"step":"compile","tool":"{}","program":{},"argv":{},"directory":{},"environment":{},)"
      R"("output":{},"assembly":{},"assembly_reason":{}}})",
      step.tool == CompileTool::kClang ? "clang" : "as", json_quoted(step.program),
      json_quoted_list(step.argv), json_quoted(step.directory), json_quoted_list(step.environment),
      json_quoted(step.output), json_quoted(step.assembly), json_quoted(step.assembly_reason));
}

std::string to_json(const SourceStep& step) {
  return fmt::format(R"({{"step":"source","compiler":{},"argv":{},"directory":{}}})",
                     json_quoted(step.compiler), json_quoted_list(step.argv),
                     json_quoted(step.directory));
}

Result<LinkStep> read_link_step(const JsonValue& json) {
  Fields fields(json);
  LinkStep step{.linker = fields.text("linker"),
                .argv = fields.texts("argv"),
                .directory = fields.text("directory"),
                .environment = fields.texts("environment"),
                .output = fields.text("output"),
                .output_hash = fields.text("output_hash"),
                .relocatable = fields.flag("relocatable"),
                .inputs = {}};
  for (const JsonValue& item : fields.array("inputs")) {
    Fields members(item);
    const std::optional<InputKind> kind = input_kind_from_string(members.text("kind"));
    const std::uint64_t argument = members.natural("argument");
    if (!kind) members.missing("kind");
    if (argument >= step.argv.size()) members.missing("argument");
    step.inputs.push_back({.argument = static_cast<std::uint32_t>(argument),
                           .prefix = members.text("prefix"),
                           .path = members.text("path"),
                           .hash = members.text("hash"),
                           .kind = kind.value_or(InputKind::kObject),
                           .stored = members.flag("stored"),
                           .by_path = members.flag("by_path")});
    AF_TRY([[maybe_unused]] const Done valid, members.done());
  }
  AF_TRY([[maybe_unused]] const Done valid, fields.done());
  return step;
}

Result<CompileStep> read_compile_step(const JsonValue& json) {
  Fields fields(json);
  const std::string tool = fields.text("tool");
  CompileStep step{.tool = tool == "clang" ? CompileTool::kClang : CompileTool::kAssembler,
                   .program = fields.text("program"),
                   .argv = fields.texts("argv"),
                   .directory = fields.text("directory"),
                   .environment = fields.texts("environment"),
                   .output = fields.text("output"),
                   .assembly = fields.text("assembly"),
                   .assembly_reason = fields.text("assembly_reason")};
  if (tool != "clang" && tool != "as") fields.missing("tool");
  AF_TRY([[maybe_unused]] const Done valid, fields.done());
  return step;
}

Result<SourceStep> read_source_step(const JsonValue& json) {
  Fields fields(json);
  SourceStep step{.compiler = fields.text("compiler"),
                  .argv = fields.texts("argv"),
                  .directory = fields.text("directory")};
  AF_TRY([[maybe_unused]] const Done valid, fields.done());
  return step;
}

}  // namespace asmforge
