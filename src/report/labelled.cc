#include "report/labelled.h"

#include <algorithm>

#include "report/wrap.h"

namespace asmforge {
namespace {

constexpr std::size_t kLeastText = 16;  // columns, however narrow the terminal

}  // namespace

void write_labelled(Output& out, std::string_view label, std::size_t label_columns,
                    std::string_view text) {
  out.print("{:<{}}", label, label_columns);
  if (out.width() == 0) {
    out.print("{}\n", text);
    return;
  }
  const std::size_t left = out.width() - std::min<std::size_t>(out.width(), label_columns);
  out.print("{}\n", wrap(text, std::max(left, kLeastText), label_columns));
}

}  // namespace asmforge
