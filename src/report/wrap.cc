#include "report/wrap.h"

#include <algorithm>

#include "base/text.h"

namespace asmforge {

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string wrapped;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (column != 0 && column + 1 + columns(word) > width) {
      wrapped += '\n';
      wrapped.append(indent, ' ');
      column = 0;
    }
    if (column != 0) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += columns(word);
  }
  return wrapped;
}

}  // namespace asmforge
