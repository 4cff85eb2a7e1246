// A predicate's one line, read back.
#include <gtest/gtest.h>

#include "core/predicate.h"

namespace asmforge {
namespace {

Predicate parsed(std::string_view line) {
  const Result<Predicate> predicate = parse_predicate(line);
  if (predicate) return *predicate;
  ADD_FAILURE() << predicate.error().what;
  return {};
}

TEST(ParsePredicateTest, EveryLineThatIsPrintedIsReadBackAsItWas) {
  for (const std::string function :
       {"sum", "sum(int const*, int)", "a::operator()(int)::{lambda(int)#1}::operator()(int) const",
        "<core::slice::Iter<T> as Iterator>::next", "f(char const*): g"})
    for (int metric = 0; metric <= static_cast<int>(Metric::kLoops); ++metric)
      for (const Relation relation :
           {Relation::kEqual, Relation::kNotEqual, Relation::kLess, Relation::kLessEqual,
            Relation::kGreater, Relation::kGreaterEqual})
        for (const LoopSelector& loop : {LoopSelector(), LoopSelector{false, 12, "", 0, 0},
                                         LoopSelector{false, 3, "at work/a:b (old).rs", 14, 0}}) {
          const Predicate predicate{.metric = static_cast<Metric>(metric),
                                    .function = function,
                                    .loop = loop,
                                    .relation = relation,
                                    .before = 40,
                                    .after = -1};
          const std::string line = to_string(predicate);
          SCOPED_TRACE(line);
          const Predicate back = parsed(line);
          EXPECT_EQ(to_string(back), line);
          EXPECT_EQ(back.function, function);
          EXPECT_EQ(back.metric, predicate.metric);
          EXPECT_EQ(back.relation, relation);
          EXPECT_EQ(back.loop.whole_function, loop.whole_function);
          EXPECT_EQ(back.loop.source_file, loop.source_file);
          EXPECT_EQ(back.loop.depth, 0U);
        }
}

TEST(ParsePredicateTest, WhatIsNoneIsSaidWhy) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "names no function"},
      {"calls: 1 -> 0", "names no function"},
      {"calls(): 1 -> 0", "names no function"},
      {"calls(, loop 2): 1 -> 0", "names no function"},
      {"cycles(sum): 1 -> 0", "nothing is counted as 'cycles'"},
      {"calls(sum, loop x): 1 -> 0", "its loop has no number"},
      {"calls(sum, loop 2 at 14): 1 -> 0", "its loop has no number"},
      {"calls(sum): 0", "from which number it starts"},
      {"calls(sum): one -> 0", "from which number it starts"},
      {"calls(sum): 1 -> ", "at which number it ends"},
      {"calls(sum): 1 -> < ", "at which number it ends"},
      {"calls(sum): 1 -> 0 or so", "at which number it ends"},
      {"calls(sum): 1 -> 99999999999999999999", "at which number it ends"},
  };
  for (const auto& [line, why] : cases) {
    const Result<Predicate> predicate = parse_predicate(line);
    ASSERT_FALSE(predicate.has_value()) << line;
    EXPECT_EQ(predicate.error().code, ErrorCode::kUsage);
    EXPECT_NE(predicate.error().what.find(why), std::string::npos) << predicate.error().what;
  }
}

}  // namespace
}  // namespace asmforge
