#include "collect/remarks/yaml_scalar.h"

#include <algorithm>
#include <array>

namespace asmforge {
namespace {

// One row an escape of one character, YAML 1.2 section 5.7.
struct Escape {
  char letter;
  std::string_view text;
};
constexpr std::array kEscapes = {
    Escape{'0', std::string_view("\0", 1)},
    Escape{'a', "\a"},
    Escape{'b', "\b"},
    Escape{'t', "\t"},
    Escape{'\t', "\t"},
    Escape{'n', "\n"},
    Escape{'v', "\v"},
    Escape{'f', "\f"},
    Escape{'r', "\r"},
    Escape{'e', "\x1b"},
    Escape{' ', " "},
    Escape{'"', "\""},
    Escape{'/', "/"},
    Escape{'\\', "\\"},
    Escape{'N', "\xc2\x85"},      // next line
    Escape{'_', "\xc2\xa0"},      // no-break space
    Escape{'L', "\xe2\x80\xa8"},  // line separator
    Escape{'P', "\xe2\x80\xa9"},  // paragraph separator
};

const Escape* escape_of(char letter) {
  const auto row = std::ranges::find(kEscapes, letter, &Escape::letter);
  return row == kEscapes.end() ? nullptr : &*row;
}

// Digits of \x41, \u0041, \U00000041; 0 for other letters.
std::size_t hex_digits_of(char letter) {
  switch (letter) {
    case 'x': return 2;
    case 'u': return 4;
    case 'U': return 8;
    default: return 0;
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// False when there are too few digits, or no character has that number.
bool read_hex(std::string_view text, std::size_t at, std::size_t digits, std::uint32_t& value) {
  constexpr std::uint32_t kLastCharacter = 0x10ffff;
  value = 0;
  if (text.size() - at < digits) return false;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = hex_value(text[at + i]);
    if (digit < 0) return false;
    value = value << 4U | static_cast<std::uint32_t>(digit);
  }
  return value <= kLastCharacter && (value < 0xd800 || value > 0xdfff);
}

void append_utf8(std::uint32_t value, std::string& out) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (value < 0x80) {
    byte(value);
  } else if (value < 0x800) {
    byte(0xc0U | value >> 6U);
    byte(0x80U | (value & 0x3fU));
  } else if (value < 0x10000) {
    byte(0xe0U | value >> 12U);
    byte(0x80U | (value >> 6U & 0x3fU));
    byte(0x80U | (value & 0x3fU));
  } else {
    byte(0xf0U | value >> 18U);
    byte(0x80U | (value >> 12U & 0x3fU));
    byte(0x80U | (value >> 6U & 0x3fU));
    byte(0x80U | (value & 0x3fU));
  }
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Where the line's end at `at` ends: behind "\n" or "\r\n"; `at` when there is none.
std::size_t behind_line_end(std::string_view text, std::size_t at) {
  if (text[at] == '\n') return at + 1;
  if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') return at + 2;
  return at;
}

// The lines' ends from `at` on with the blanks around them: a space, or an end for each
// empty line between. `at` is at a line's end; returns where text goes on.
std::size_t fold(std::string_view text, std::size_t at, std::string& out) {
  std::size_t ends = 0;
  while (at < text.size()) {
    const std::size_t next = behind_line_end(text, at);
    if (next != at) {
      ++ends;
      at = next;
    } else if (is_blank(text[at])) {
      ++at;
    } else {
      break;
    }
  }
  if (ends == 1)
    out += ' ';
  else
    out.append(ends - 1, '\n');
  return at;
}

void strip_blanks(std::string& out, std::size_t keep) {
  while (out.size() > keep && is_blank(out.back())) out.pop_back();
}

// An escaped line's end is no character: the text goes on behind the next line's blanks.
std::size_t behind_escaped_line_end(std::string_view text, std::size_t at) {
  at = behind_line_end(text, at);
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::size_t append_escape(std::string_view text, std::size_t at, std::string& out) {
  const char letter = text[at];
  if (const Escape* escape = escape_of(letter)) {
    out += escape->text;
    return at + 1;
  }
  if (const std::size_t digits = hex_digits_of(letter); digits != 0) {
    std::uint32_t value = 0;
    if (read_hex(text, at + 1, digits, value)) append_utf8(value, out);
    return at + 1 + digits;
  }
  return behind_escaped_line_end(text, at);
}

void append_flow(const YamlScalar& scalar, std::string& out) {
  const std::string_view text = scalar.raw;
  // What blanks before a line's end may take back: never what an escape put there.
  std::size_t keep = out.size();
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\n' || (c == '\r' && behind_line_end(text, at) != at)) {
      strip_blanks(out, keep);
      at = fold(text, at, out);
      keep = out.size();
    } else if (c == '\\' && scalar.style == ScalarStyle::kDoubleQuoted) {
      at = append_escape(text, at + 1, out);
      keep = out.size();
    } else if (c == '\'' && scalar.style == ScalarStyle::kSingleQuoted) {
      out += c;
      at += 2;
    } else {
      out += c;
      ++at;
    }
  }
}

void append_literal(const YamlScalar& scalar, std::string& out) {
  const std::size_t begin = out.size();
  std::string_view rest = scalar.raw;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(std::min(scalar.indent, line.size()));
    out += line;
    out += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (scalar.chomping == '+') {
    // The file's last line may have no end to keep.
    if (!scalar.raw.empty() && !scalar.raw.ends_with('\n')) out.pop_back();
    return;
  }
  while (out.size() > begin && out.back() == '\n') out.pop_back();
  if (scalar.chomping == 0 && out.size() > begin) out += '\n';
}

}  // namespace

std::size_t end_of_single_quoted(std::string_view text, std::size_t begin) {
  for (std::size_t at = text.find('\'', begin); at != text.npos; at = text.find('\'', at + 2))
    if (at + 1 == text.size() || text[at + 1] != '\'') return at;
  return text.npos;
}

std::size_t end_of_double_quoted(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '"') return at;
    if (text[at] != '\\') continue;
    if (++at == text.size()) break;
    if (escape_of(text[at]) != nullptr) continue;
    if (const std::size_t digits = hex_digits_of(text[at]); digits != 0) {
      std::uint32_t value = 0;
      if (!read_hex(text, at + 1, digits, value)) return text.npos;
      at += digits;
    } else if (const std::size_t next = behind_line_end(text, at); next != at) {
      at = next - 1;
    } else {
      return text.npos;
    }
  }
  return text.npos;
}

void append_text(const YamlScalar& scalar, std::string& out) {
  if (scalar.style == ScalarStyle::kLiteral)
    append_literal(scalar, out);
  else if (scalar.style == ScalarStyle::kPlain && scalar.single_line)
    out += scalar.raw;
  else
    append_flow(scalar, out);
}

std::string text_of(const YamlScalar& scalar) {
  std::string text;
  append_text(scalar, text);
  return text;
}

bool equals(const YamlScalar& scalar, std::string_view text) {
  const bool as_it_stands =
      scalar.single_line &&
      (scalar.style == ScalarStyle::kPlain ||
       (scalar.style == ScalarStyle::kSingleQuoted && scalar.raw.find('\'') == scalar.raw.npos));
  return as_it_stands ? scalar.raw == text : text_of(scalar) == text;
}

}  // namespace asmforge
