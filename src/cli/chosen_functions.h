// The functions that `[forge] functions` of asmforge.toml names, as people write them: a
// symbol, or a demangled name with or without parameters, template arguments and scope. A '*'
// stands for any text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace asmforge {

class ChosenFunctions {
 public:
  explicit ChosenFunctions(std::vector<std::string> patterns);

  // Whether it lies in such a function, or in one that was inlined there. Always, when none is
  // named.
  bool has(const Finding& finding);
  bool has(const Finding& place, const std::vector<SourceLocation>& sources);
  // What fitted nothing that was asked for.
  [[nodiscard]] std::vector<std::string> without_use() const;

 private:
  bool fits(std::string_view symbol, std::string_view demangled);
  bool fits(const SourceLocation& source);

  std::vector<std::string> patterns_;
  std::vector<bool> used_;
};

}  // namespace asmforge
