#include "plan/attribute_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "transform/edit.h"
#include "transform/function_attribute.h"

namespace asmforge {
namespace {

// A call, its return, and what saves registers around them, in instructions.
constexpr double kInstructionsOfCall = 5;
constexpr double kLeastShareOfCalls = 0.01;
// Code that runs so much more rarely than the function around it is in its way.
constexpr double kColdRatio = 0.001;
constexpr std::size_t kLeastColdInstructions = 8;

Predicate about(const HotFunction& hot, Metric metric, std::int64_t before) {
  Predicate predicate;
  predicate.metric = metric;
  predicate.function = hot.name;
  predicate.relation = Relation::kLess;
  predicate.before = before;
  predicate.after = before;
  return predicate;
}

class Steps {
 public:
  void add(const DefinitionPlace& place, FunctionAttribute attribute,
           const std::optional<Predicate>& expectation) {
    const Result<Patch> patch =
        place_attribute(place.source->file, place.source->text, *place.function, attribute);
    if (!patch) return;
    Step step;
    step.name = fmt::format("{}:{}: {} {}", place.source->file, place.function->line,
                            place.function->name, to_string(attribute));
    step.transform = "attribute";
    step.patch = unified_diff(place.source->text, *patch);
    if (expectation) step.expectations = {to_string(*expectation)};
    if (std::ranges::find(list_, step.name, &Step::name) == list_.end())
      list_.push_back(std::move(step));
  }
  std::vector<Step> take() { return std::move(list_); }

 private:
  std::vector<Step> list_;
};

// The outermost frame is the function's own.
const SourceFrame* own_frame(const SourceLocation& source) {
  return source.known() ? &source.frames.back() : nullptr;
}

void add_inlining(const HotFunction& hot, const Profile& profile, TreeSources& sources,
                  Steps& steps) {
  const SourceFrame* home = own_frame(hot.source);
  if (home == nullptr) return;
  std::size_t worth_it = 0;
  for (const HotCall& call : hot.callees) {
    const double part = kInstructionsOfCall * share(profile, call.executions);
    const SourceFrame* frame = own_frame(call.source);
    if (part < kLeastShareOfCalls || frame == nullptr) continue;
    // In C and C++ another file's function is not there to be inlined.
    const bool rust = home->file.ends_with(".rs") && frame->file.ends_with(".rs");
    if (!rust && frame->file != home->file) continue;
    const std::optional<DefinitionPlace> place = sources.definition_at(*frame);
    if (!place) continue;
    ++worth_it;
    std::optional<Predicate> fewer;
    if (!call.calls_others) fewer = about(hot, Metric::kCalls, hot.calls);
    steps.add(*place, FunctionAttribute::kAlwaysInline, fewer);
  }
  if (worth_it < 2) return;
  if (const std::optional<DefinitionPlace> place = sources.definition_at(*home))
    steps.add(*place, FunctionAttribute::kFlatten, std::nullopt);
}

void add_hot(const HotFunction& hot, TreeSources& sources, Steps& steps) {
  const SourceFrame* home = own_frame(hot.source);
  if (home == nullptr) return;
  if (const std::optional<DefinitionPlace> place = sources.definition_at(*home))
    steps.add(*place, FunctionAttribute::kHot, std::nullopt);
}

// Of one inlined function within a hot one.
struct InlinedCode {
  SourceFrame frame;
  std::size_t instructions = 0;
  std::uint64_t most_executions = 0;
};

void add_cold(const HotFunction& hot, TreeSources& sources, Steps& steps) {
  std::map<std::string, InlinedCode> inlined;
  for (const CountedInsn& insn : hot.insns) {
    // Outside of hot loops it is in nobody's way, however rarely it runs.
    if (!insn.source.known() || !insn.in_hot_loop) continue;
    for (std::size_t i = 0; i + 1 < insn.source.frames.size(); ++i) {
      const SourceFrame& frame = insn.source.frames[i];
      InlinedCode& code = inlined[frame.function];
      if (code.frame.line == 0) code.frame = frame;
      ++code.instructions;
      code.most_executions = std::max(code.most_executions, insn.executions);
    }
  }
  for (const auto& [name, code] : inlined) {
    if (name.empty() || code.instructions < kLeastColdInstructions ||
        static_cast<double>(code.most_executions) > kColdRatio * static_cast<double>(hot.peak))
      continue;
    if (const std::optional<DefinitionPlace> place = sources.definition_at(code.frame))
      steps.add(*place, FunctionAttribute::kColdNotInlined,
                about(hot, Metric::kInstructions, hot.instructions));
  }
}

// What is done with the 128 bits that every x86-64 has. Symbols have other names then, so
// that nothing is predicted of the function.
void add_wider_vectors(const HotLoop& loop, TreeSources& sources, Steps& steps) {
  constexpr std::int64_t kBitsOfAll = 128;
  if (loop.contents.vector_width_bits != kBitsOfAll) return;
  const auto known = std::ranges::find_if(loop.sources, &SourceLocation::known);
  if (known == loop.sources.end()) return;
  if (const auto place = sources.definition_at(known->frames.back()))
    steps.add(*place, FunctionAttribute::kWiderVectors, std::nullopt);
}

}  // namespace

std::vector<Step> attribute_steps(std::span<const HotFunction> functions,
                                  std::span<const HotLoop> loops, const Profile& profile,
                                  const ChangeRequest& request, TreeSources& sources) {
  Steps steps;
  if (request.forbids("attribute")) return {};
  for (const HotFunction& hot : functions) {
    add_hot(hot, sources, steps);
    add_inlining(hot, profile, sources, steps);
    add_cold(hot, sources, steps);
  }
  for (const HotLoop& loop : loops) add_wider_vectors(loop, sources, steps);
  return steps.take();
}

}  // namespace asmforge
