#include "report/palette.h"

namespace asmforge {
namespace {

// ECMA-48 "select graphic rendition". The 8 basic colours follow the user's theme.
std::string_view sequence(Paint paint) {
  switch (paint) {
    case Paint::kTitle: return "\x1b[1m";
    case Paint::kDim: return "\x1b[2m";
    case Paint::kLabel: return "\x1b[36m";
    case Paint::kSource: return "\x1b[34m";
    case Paint::kHot: return "\x1b[1;31m";
    case Paint::kGood: return "\x1b[32m";
    case Paint::kBad: return "\x1b[31m";
    case Paint::kAdded: return "\x1b[32m";
    case Paint::kRemoved: return "\x1b[31m";
    case Paint::kChanged: return "\x1b[33m";
  }
  return "";
}

}  // namespace

std::string Palette::operator()(Paint paint, std::string_view text) const {
  if (!color || text.empty()) return std::string(text);
  std::string painted(sequence(paint));
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

}  // namespace asmforge
