#include "core/binary_diff.h"

namespace asmforge {

std::string_view to_string(MatchedBy how) {
  switch (how) {
    case MatchedBy::kSymbol: return "symbol";
    case MatchedBy::kName: return "name";
    case MatchedBy::kContent: return "content";
    case MatchedBy::kPlace: return "place";
  }
  return "unknown";
}

}  // namespace asmforge
