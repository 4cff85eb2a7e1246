#include "report/json_class_counts.h"

#include <algorithm>
#include <string>

namespace asmforge {

Json class_counts_json(const ClassCounts& before, const ClassCounts& after) {
  Json counts = Json::object();
  for (std::size_t i = 0; i < kCountedClasses; ++i) {
    const auto counted = static_cast<CountedClass>(i);
    std::string key(to_string(counted));
    std::ranges::replace(key, ' ', '_');
    counts[key] = {{"before", before.of(counted)}, {"after", after.of(counted)}};
  }
  return counts;
}

}  // namespace asmforge
