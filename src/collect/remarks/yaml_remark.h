// One document of a file of optimisation remarks, as LLVM's remark streamer writes them:
//
//     --- !Missed
//     Pass:            gvn
//     Name:            LoadClobbered
//     DebugLoc:        { File: fill.c, Line: 6, Column: 8 }
//     Function:        fill
//     Args:
//       - String:          'load of type '
//       - Type:            ptr
//       - ClobberedBy:     store
//         DebugLoc:        { File: fill.c, Line: 6, Column: 18 }
//     ...
//
// This is a part of YAML: mappings of scalars, one sequence, places as flow mappings. What else
// YAML has (anchors, folded blocks, nested collections) is refused. docs/adr/0006 says why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/remarks/yaml_scalar.h"
#include "core/remark.h"

namespace asmforge {

struct RawRemarkPlace {
  YamlScalar file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct RawRemarkArgument {
  YamlScalar key;
  YamlScalar value;
  std::optional<RawRemarkPlace> place;
};

// Points into the document.
struct RawRemark {
  RemarkKind kind = RemarkKind::kMissed;
  YamlScalar pass;
  YamlScalar name;
  YamlScalar function;  // mangled
  std::optional<RawRemarkPlace> place;
  std::vector<RawRemarkArgument> arguments;

  // The values of the arguments, one after the other.
  [[nodiscard]] std::string message() const;
};

// What is wrong with a document, and how many of its bytes stand before that.
struct BrokenRemark {
  std::size_t at = 0;
  const char* why = "";
};

// Reads the document that begins with "---" into `remark`, whose buffers are used again.
// Nothing when it was read.
std::optional<BrokenRemark> parse_remark(std::string_view document, RawRemark& remark);

}  // namespace asmforge
