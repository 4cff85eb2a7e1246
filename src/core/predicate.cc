#include "core/predicate.h"

#include <array>
#include <utility>

#include "core/finding.h"

namespace asmforge {
namespace {

constexpr std::array<std::pair<Metric, std::string_view>, 11> kMetricNames{{
    {Metric::kInstructions, "instructions"},
    {Metric::kBytes, "bytes"},
    {Metric::kLoads, "loads"},
    {Metric::kStores, "stores"},
    {Metric::kCalls, "calls"},
    {Metric::kConditionalBranches, "conditional_branches"},
    {Metric::kDivides, "divides"},
    {Metric::kPanicEdges, "panic_edges"},
    {Metric::kInvariantLoads, "invariant_loads"},
    {Metric::kVectorWidthBits, "vector_width_bits"},
    {Metric::kLoops, "loops"},
}};

}  // namespace

std::string_view to_string(Metric metric) {
  for (const auto& [value, name] : kMetricNames)
    if (value == metric) return name;
  return "unknown";
}

std::optional<Metric> metric_from_string(std::string_view text) {
  for (const auto& [value, name] : kMetricNames)
    if (name == text) return value;
  return std::nullopt;
}

std::string_view to_string(Relation relation) {
  switch (relation) {
    case Relation::kEqual: return "=";
    case Relation::kNotEqual: return "!=";
    case Relation::kLess: return "<";
    case Relation::kLessEqual: return "<=";
    case Relation::kGreater: return ">";
    case Relation::kGreaterEqual: return ">=";
  }
  return "?";
}

std::string_view to_string(Truth truth) {
  switch (truth) {
    case Truth::kFalse: return "false";
    case Truth::kTrue: return "true";
    case Truth::kUnknown: return "unknown";
  }
  return "unknown";
}

std::optional<Truth> truth_from_string(std::string_view text) {
  for (const Truth truth : {Truth::kFalse, Truth::kTrue, Truth::kUnknown})
    if (to_string(truth) == text) return truth;
  return std::nullopt;
}

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::kProved: return "proved";
    case Confidence::kPattern: return "pattern";
    case Confidence::kHint: return "hint";
  }
  return "hint";
}

std::string to_string(const Predicate& predicate) {
  std::string text(to_string(predicate.metric));
  text += '(' + predicate.function;
  if (!predicate.loop.whole_function) {
    text += ", loop " + std::to_string(predicate.loop.ordinal);
    if (predicate.loop.source_line != 0) {
      text +=
          " at " + predicate.loop.source_file + ':' + std::to_string(predicate.loop.source_line);
    }
  }
  text += "): " + std::to_string(predicate.before) + " -> ";
  if (predicate.relation != Relation::kEqual) {
    text += to_string(predicate.relation);
    text += ' ';
  }
  text += std::to_string(predicate.after);
  return text;
}

}  // namespace asmforge
