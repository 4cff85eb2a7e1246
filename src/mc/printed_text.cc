#include "mc/printed_text.h"

namespace asmforge {

std::string one_space_between_words(std::string_view printed) {
  std::string out;
  out.reserve(printed.size());
  for (const char c : printed) {
    const bool space = c == ' ' || c == '\t';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out.push_back(space ? ' ' : c);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace asmforge
