// Reads a file of optimisation remarks from its first byte to its last, one document after the
// other, and keeps none: memory does not grow with the file.
//
// A document that is no remark costs that document: the next begins at the next line "---",
// which no text of YAML may hold.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "collect/remarks/yaml_remark.h"

namespace asmforge {

struct RemarkCounts {
  std::uint64_t remarks = 0;                // that were read
  std::uint64_t unreadable = 0;             // documents that are none
  std::uint64_t first_unreadable_line = 0;  // of the file, from 1 on; 0: all were read
  std::string first_reason;
};

// What looks like another form of remarks, or like none at all: the end of a sentence, "is
// LLVM's bitstream form of remarks". Empty for a file that may hold remarks in YAML.
std::string why_no_remarks(std::string_view text);

// Calls visit(remark) for each, valid until it returns. `should_stop` is asked now and then and
// may be empty.
RemarkCounts read_remarks(std::string_view text, const std::function<void(const RawRemark&)>& visit,
                          const std::function<bool()>& should_stop = {});

}  // namespace asmforge
