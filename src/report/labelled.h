// Lines that begin with a label: "note     no debug information: ...".
#pragma once

#include <cstddef>
#include <string_view>

#include "report/output.h"

namespace asmforge {

// The label in `label_columns`, then the text. On a terminal the text is wrapped at its
// width and goes on beneath itself; elsewhere a line stays one line, to be searched.
void write_labelled(Output& out, std::string_view label, std::size_t label_columns,
                    std::string_view text);

}  // namespace asmforge
