// The one line of a predicate, as people pass it on:
//
//     panic_edges(sum(int const*, int), loop 2 at sum.rs:14): 1 -> <= 0
//
// Names of functions hold parentheses, commas and colons, so it is read from both ends.
#include <charconv>
#include <memory>

#include "core/predicate.h"

namespace asmforge {
namespace {

constexpr std::string_view kShape = "METRIC(FUNCTION[, loop NUMBER]): BEFORE -> [RELATION] AFTER";

Error no_predicate(std::string_view line, const std::string& why) {
  return {ErrorCode::kUsage, "'" + std::string(line) + "' is no prediction: " + why,
          "it reads " + std::string(kShape) + ", as audit prints it"};
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* end = std::to_address(text.end());
  const auto [stopped, error] = std::from_chars(std::to_address(text.begin()), end, number);
  return error == std::errc() && stopped == end;
}

// Takes the relation off the front; "= " where there is none.
Relation take_relation(std::string_view& text) {
  for (const Relation relation :
       {Relation::kLessEqual, Relation::kGreaterEqual, Relation::kNotEqual, Relation::kLess,
        Relation::kGreater, Relation::kEqual}) {
    const std::string_view sign = to_string(relation);
    if (!text.starts_with(sign)) continue;
    text.remove_prefix(sign.size());
    if (text.starts_with(' ')) text.remove_prefix(1);
    return relation;
  }
  return Relation::kEqual;
}

// "2 at sum.rs:14", or "2" alone.
bool read_loop(std::string_view text, LoopSelector& loop) {
  constexpr std::string_view kAt = " at ";
  const std::size_t at = text.find(kAt);
  if (at != std::string_view::npos) {
    const std::string_view place = text.substr(at + kAt.size());
    const std::size_t colon = place.rfind(':');
    if (colon == std::string_view::npos || colon == 0 ||
        !read_number(place.substr(colon + 1), loop.source_line))
      return false;
    loop.source_file = place.substr(0, colon);
  }
  loop.whole_function = false;
  return read_number(text.substr(0, at), loop.ordinal);
}

}  // namespace

Result<Predicate> parse_predicate(std::string_view line) {
  constexpr std::string_view kClose = "): ";
  constexpr std::string_view kArrow = " -> ";
  constexpr std::string_view kLoop = ", loop ";
  Predicate predicate;
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(kClose);
  if (open == std::string_view::npos || close == std::string_view::npos || close <= open + 1)
    return no_predicate(line, "it names no function");
  const std::string_view metric = line.substr(0, open);
  const std::optional<Metric> known = metric_from_string(metric);
  if (!known) return no_predicate(line, "nothing is counted as '" + std::string(metric) + "'");
  predicate.metric = *known;

  std::string_view selection = line.substr(open + 1, close - open - 1);
  if (const std::size_t loop = selection.rfind(kLoop); loop != std::string_view::npos) {
    if (!read_loop(selection.substr(loop + kLoop.size()), predicate.loop))
      return no_predicate(line, "its loop has no number");
    selection = selection.substr(0, loop);
  }
  if (selection.empty()) return no_predicate(line, "it names no function");
  predicate.function = selection;

  const std::string_view values = line.substr(close + kClose.size());
  const std::size_t arrow = values.find(kArrow);
  if (arrow == std::string_view::npos || !read_number(values.substr(0, arrow), predicate.before))
    return no_predicate(line, "it does not say from which number it starts");
  std::string_view after = values.substr(arrow + kArrow.size());
  predicate.relation = take_relation(after);
  if (!read_number(after, predicate.after))
    return no_predicate(line, "it does not say at which number it ends");
  return predicate;
}

}  // namespace asmforge
