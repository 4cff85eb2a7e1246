// Scalars of YAML, found without copying and decoded when somebody wants their text.
//
//     Pass:            loop-vectorize                plain
//     File:            'my file.c'                   single quotes; '' is one quote
//     String:          "two\nlines, \"quoted\""      double quotes; escapes
//     String:          |                             literal
//       two
//       lines
//
// Quoted and plain scalars may go on over several lines, which are folded: a line's end
// becomes a space, an empty line a line's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace asmforge {

enum class ScalarStyle : std::uint8_t { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral };

struct YamlScalar {
  std::string_view raw;  // without quotes; of a literal all its lines, indented
  ScalarStyle style = ScalarStyle::kPlain;
  char chomping = 0;       // of a literal: '-' strips, '+' keeps, 0 clips the lines' ends behind it
  std::size_t indent = 0;  // of a literal: columns that are no text
  bool single_line = true;  // raw is all in one line
};

// The end of what is between quotes, from `begin` behind the first on: the position of the
// last quote. npos when there is none, or an escape is none of YAML's.
std::size_t end_of_single_quoted(std::string_view text, std::size_t begin);
std::size_t end_of_double_quoted(std::string_view text, std::size_t begin);

// Appends what the scalar says. Quoted ones must have been found by the functions above.
void append_text(const YamlScalar& scalar, std::string& out);
std::string text_of(const YamlScalar& scalar);
// Compares without a copy where the text is as it stands.
bool equals(const YamlScalar& scalar, std::string_view text);

}  // namespace asmforge
