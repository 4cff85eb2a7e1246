#include "collect/remarks/yaml_remark.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace asmforge {
namespace {

constexpr std::size_t kMostArguments = 10'000;

struct KindTag {
  std::string_view tag;
  RemarkKind kind;
};
constexpr std::array kTags = {
    KindTag{"!Missed", RemarkKind::kMissed},
    KindTag{"!Passed", RemarkKind::kPassed},
    KindTag{"!Analysis", RemarkKind::kAnalysis},
    KindTag{"!AnalysisFPCommute", RemarkKind::kAnalysis},
    KindTag{"!AnalysisAliasing", RemarkKind::kAnalysis},
    KindTag{"!Failure", RemarkKind::kFailure},
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// A position in a document that knows its lines. Each function that may fail says where and
// why, and the caller gives up.
class Parser {
 public:
  Parser(std::string_view text, RawRemark& remark) : text_(text), remark_(remark) {}

  bool parse() {
    if (!kind()) return false;
    while (next_line_of_content() && !at_end_marker()) {
      if (column_of_content() != 0) return fail("a line is indented that should not be");
      if (!member()) return false;
    }
    if ((seen_ & kRequired) != kRequired) return fail("Pass, Name or Function is missing");
    skip_line();
    return !next_line_of_content() || fail("text stands behind the remark's end");
  }

  [[nodiscard]] BrokenRemark broken() const { return broken_; }

 private:
  enum Member : unsigned { kPass = 1, kName = 2, kFunction = 4, kPlace = 8, kArguments = 16 };
  static constexpr unsigned kRequired = kPass | kName | kFunction;

  bool fail(const char* why) {
    broken_ = {std::min(at_, text_.size()), why};
    return false;
  }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return at_end() ? '\n' : text_[at_]; }
  [[nodiscard]] char after() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\n'; }
  [[nodiscard]] bool at_line_end() const {
    return at_end() || text_[at_] == '\n' || (text_[at_] == '\r' && after() == '\n');
  }
  void skip_blanks() {
    while (!at_end() && is_blank(text_[at_])) ++at_;
  }
  void skip_line() {
    const std::size_t end = text_.find('\n', at_);
    at_ = end == text_.npos ? text_.size() : end + 1;
  }
  // Where this line's text ends, its end and blanks before it left out.
  [[nodiscard]] std::size_t line_end() const {
    std::size_t end = text_.find('\n', at_);
    if (end == text_.npos) end = text_.size();
    if (end > at_ && text_[end - 1] == '\r') --end;
    return end;
  }

  // To the first line from here on, at whose beginning this stands, that has text; stands at
  // its beginning then. False at the end.
  bool next_line_of_content() {
    while (!at_end()) {
      const std::size_t line = at_;
      skip_blanks();
      const bool content = !at_line_end() && text_[at_] != '#';
      at_ = line;
      if (content) return true;
      skip_line();
    }
    return false;
  }
  [[nodiscard]] std::size_t column_of_content() const {
    std::size_t column = 0;
    while (at_ + column < text_.size() && text_[at_ + column] == ' ') ++column;
    return column;
  }
  [[nodiscard]] bool at_end_marker() const {
    return text_.substr(at_).starts_with("...") &&
           (at_ + 3 == text_.size() || is_blank(text_[at_ + 3]) || text_[at_ + 3] == '\n' ||
            text_[at_ + 3] == '\r');
  }

  // Behind a value nothing but a comment may stand; goes to the next line.
  bool finish_line() {
    const bool blank_before = at_ > 0 && is_blank(text_[at_ - 1]);
    const std::size_t begin = at_;
    skip_blanks();
    if (!at_line_end() && !(text_[at_] == '#' && (blank_before || at_ > begin)))
      return fail("text stands behind a value");
    skip_line();
    return true;
  }

  bool kind() {
    at_ = 3;  // "---"
    skip_blanks();
    const std::size_t begin = at_;
    while (!at_line_end() && !is_blank(text_[at_])) ++at_;
    const std::string_view tag = text_.substr(begin, at_ - begin);
    for (const KindTag& row : kTags) {
      if (row.tag != tag) continue;
      remark_.kind = row.kind;
      return finish_line();
    }
    at_ = begin;
    return fail("it is no kind of remark that is known");
  }

  // "Pass:            loop-vectorize", from the key on; indented members continue it.
  bool member() {
    YamlScalar key;
    if (!read_key(key)) return false;
    if (equals(key, "Pass")) return once(kPass) && read_scalar(0, remark_.pass);
    if (equals(key, "Name")) return once(kName) && read_scalar(0, remark_.name);
    if (equals(key, "Function")) return once(kFunction) && read_scalar(0, remark_.function);
    if (equals(key, "DebugLoc")) return once(kPlace) && read_place(remark_.place);
    if (equals(key, "Args")) return once(kArguments) && read_arguments();
    YamlScalar other;  // Hotness, and what later versions may add
    return read_scalar(0, other);
  }
  bool once(Member which) {
    if ((seen_ & which) != 0) return fail("a key stands there twice");
    seen_ |= which;
    return true;
  }

  // A key and its colon.
  bool read_key(YamlScalar& key) {
    if (here() == '\t') return fail("a line is indented with a tab");
    if (here() == '\'' || here() == '"') {
      if (!read_quoted(key)) return false;
      skip_blanks();
      if (here() != ':') return fail("a quoted key has no colon");
      ++at_;
      return true;
    }
    const std::size_t begin = at_;
    for (; !at_line_end(); ++at_) {
      if (text_[at_] != ':') continue;
      if (!is_blank(after()) && after() != '\n' && after() != '\r') continue;
      std::size_t end = at_;
      while (end > begin && is_blank(text_[end - 1])) --end;
      if (end == begin || !may_begin_plain(begin)) break;
      key = {.raw = text_.substr(begin, end - begin)};
      ++at_;
      return true;
    }
    at_ = begin;
    return fail("a line has no key");
  }

  // A quoted scalar from its first quote to behind its last.
  bool read_quoted(YamlScalar& scalar) {
    const bool is_double = text_[at_] == '"';
    const std::size_t begin = at_ + 1;
    const std::size_t end =
        is_double ? end_of_double_quoted(text_, begin) : end_of_single_quoted(text_, begin);
    if (end == text_.npos) return fail("a quoted text does not end, or has an escape of no kind");
    scalar = {.raw = text_.substr(begin, end - begin),
              .style = is_double ? ScalarStyle::kDoubleQuoted : ScalarStyle::kSingleQuoted};
    scalar.single_line = scalar.raw.find('\n') == scalar.raw.npos;
    at_ = end + 1;
    return true;
  }

  [[nodiscard]] bool may_begin_plain(std::size_t at) const {
    const char c = text_[at];
    if (c == '-' || c == '?' || c == ':') {
      const char next = at + 1 < text_.size() ? text_[at + 1] : '\n';
      return !is_blank(next) && next != '\n' && next != '\r';
    }
    return std::string_view(",[]{}#&*!|>'\"%@`").find(c) == std::string_view::npos;
  }

  // What stands behind a key's colon, on this line and on those that are indented more than
  // `indent` columns; ends at the beginning of the next line.
  bool read_scalar(std::size_t indent, YamlScalar& scalar) {
    skip_blanks();
    if (at_line_end() || here() == '#') {
      skip_line();
      // The text may stand on the next line alone.
      const std::size_t line = at_;
      if (!next_line_of_content() || column_of_content() <= indent) {
        at_ = line;
        scalar = {};
        return true;
      }
      skip_blanks();
      if (here() == '-' && is_blank(after())) return fail("a list stands where text should");
    }
    switch (here()) {
      case '\'':
      case '"': return read_quoted(scalar) && finish_line();
      case '|': return read_literal(indent, scalar);
      default: break;
    }
    if (!may_begin_plain(at_)) return fail("a value is of a kind that no remark has");
    return read_plain(indent, scalar);
  }

  // The end of the plain text of this line; false when it has what plain text cannot have.
  bool end_of_plain_line(std::size_t& end, bool& commented) {
    const std::size_t line = line_end();
    commented = false;
    for (end = at_; end < line; ++end) {
      const char c = text_[end];
      if (c == '#' && end > at_ && is_blank(text_[end - 1])) {
        commented = true;
        break;
      }
      if (c == ':' && (end + 1 == line || is_blank(text_[end + 1]))) {
        at_ = end;
        return fail("a value is a mapping, or should stand in quotes");
      }
    }
    while (end > at_ && is_blank(text_[end - 1])) --end;
    return true;
  }

  bool read_plain(std::size_t indent, YamlScalar& scalar) {
    const std::size_t begin = at_;
    std::size_t end = 0;
    bool commented = false;
    if (!end_of_plain_line(end, commented)) return false;
    skip_line();
    bool single_line = true;
    while (!commented) {
      const std::size_t next = at_;
      std::size_t line = at_;
      while (!at_end()) {
        line = at_;
        skip_blanks();
        if (!at_line_end()) break;
        skip_line();
      }
      if (at_end() || at_ - line <= indent || text_[at_] == '#') {
        at_ = next;
        break;
      }
      if (!end_of_plain_line(end, commented)) return false;
      single_line = false;
      skip_line();
    }
    scalar = {.raw = text_.substr(begin, end - begin), .single_line = single_line};
    return true;
  }

  [[nodiscard]] std::size_t begin_of_line(std::size_t at) const {
    const std::size_t end = at == 0 ? text_.npos : text_.rfind('\n', at - 1);
    return end == text_.npos ? 0 : end + 1;
  }

  // "|", "|-", "|+", "|2-", and the lines that are indented below.
  bool read_literal(std::size_t indent, YamlScalar& scalar) {
    std::size_t given = 0;
    char chomping = 0;
    for (++at_; !at_line_end() && !is_blank(text_[at_]); ++at_) {
      const char c = text_[at_];
      if ((c == '-' || c == '+') && chomping == 0)
        chomping = c;
      else if (c >= '1' && c <= '9' && given == 0)
        given = static_cast<std::size_t>(c - '0');
      else
        return fail("a block of text begins as none does");
    }
    if (!finish_line()) return false;
    const std::size_t begin = at_;
    std::size_t text_indent = given == 0 ? 0 : indent + given;
    while (!at_end()) {
      const std::size_t column = column_of_content();
      const std::string_view rest = text_.substr(at_ + column);
      const bool empty = rest.empty() || rest.starts_with('\n') || rest.starts_with("\r\n");
      if (!empty && text_indent == 0 && column > indent) text_indent = column;
      if (!empty && (text_indent == 0 || column < text_indent)) break;
      skip_line();
    }
    scalar = {.raw = text_.substr(begin, at_ - begin),
              .style = ScalarStyle::kLiteral,
              .chomping = chomping,
              .indent = text_indent,
              .single_line = false};
    return true;
  }

  // "{ File: a.c, Line: 2, Column: 3 }", which LLVM breaks behind a comma when it is long.
  bool read_place(std::optional<RawRemarkPlace>& place) {
    skip_blanks();
    if (here() != '{') return fail("a place is not written { File: ..., Line: ..., Column: ... }");
    ++at_;
    RawRemarkPlace found;
    bool has_file = false;
    bool has_line = false;
    for (;;) {
      skip_flow_space();
      if (here() == '}' && !at_end()) break;
      YamlScalar key;
      YamlScalar value;
      if (!read_key(key)) return false;
      skip_flow_space();
      if (!read_flow_value(value)) return false;
      if (equals(key, "File")) {
        found.file = value;
        has_file = true;
      } else if (equals(key, "Line")) {
        if (!read_number(value, found.line)) return false;
        has_line = true;
      } else if (equals(key, "Column")) {
        if (!read_number(value, found.column)) return false;
      }
      skip_flow_space();
      if (at_end()) return fail("a place does not end");
      if (here() == '}') break;
      if (here() != ',') return fail("a place has no comma between its parts");
      ++at_;
    }
    ++at_;
    if (!has_file || !has_line) return fail("a place has no file or no line");
    place = found;
    return finish_line();
  }
  void skip_flow_space() {
    while (!at_end() && (is_blank(text_[at_]) || at_line_end())) ++at_;
  }
  bool read_flow_value(YamlScalar& value) {
    if (here() == '\'' || here() == '"') return read_quoted(value);
    const std::size_t begin = at_;
    while (!at_line_end() && std::string_view(",{}[]").find(text_[at_]) == std::string_view::npos)
      ++at_;
    std::size_t end = at_;
    while (end > begin && is_blank(text_[end - 1])) --end;
    if (end == begin || !may_begin_plain(begin)) return fail("a part of a place has no value");
    value = {.raw = text_.substr(begin, end - begin)};
    return true;
  }
  bool read_number(const YamlScalar& value, std::uint32_t& number) {
    const std::string_view digits = value.raw;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size())
      return fail("a line or column is no number");
    return true;
  }

  // "[]", or items on lines of their own, each a value and perhaps its place.
  bool read_arguments() {
    skip_blanks();
    if (here() == '[' && after() == ']') {
      at_ += 2;
      return finish_line();
    }
    if (!at_line_end() && here() != '#') return fail("Args is no list");
    skip_line();
    std::optional<std::size_t> column;
    while (next_line_of_content()) {
      const std::size_t indent = column_of_content();
      const bool item = text_.substr(at_ + indent).starts_with("- ");
      if (!item && indent == 0) return true;
      if (!item) return fail("an argument does not begin with '- '");
      if (column && *column != indent) return fail("the arguments are not indented alike");
      column = indent;
      at_ += indent + 2;
      skip_blanks();
      if (!read_argument()) return false;
    }
    return true;
  }

  // From its first key on.
  bool read_argument() {
    if (remark_.arguments.size() == kMostArguments) return fail("there are too many arguments");
    const std::size_t indent = at_ - begin_of_line(at_);
    RawRemarkArgument argument;
    bool has_value = false;
    for (;;) {
      YamlScalar key;
      if (!read_key(key)) return false;
      if (equals(key, "DebugLoc")) {
        if (argument.place) return fail("a key stands there twice");
        if (!read_place(argument.place)) return false;
      } else {
        if (has_value) return fail("an argument has two values");
        has_value = true;
        argument.key = key;
        if (!read_scalar(indent, argument.value)) return false;
      }
      if (!next_line_of_content() || column_of_content() < indent) break;
      if (column_of_content() > indent) return fail("a line is indented that should not be");
      at_ += indent;
    }
    if (!has_value) return fail("an argument has no value");
    remark_.arguments.push_back(argument);
    return true;
  }

  std::string_view text_;
  RawRemark& remark_;
  std::size_t at_ = 0;
  unsigned seen_ = 0;
  BrokenRemark broken_;
};

}  // namespace

std::string RawRemark::message() const {
  std::string text;
  for (const RawRemarkArgument& argument : arguments) append_text(argument.value, text);
  return text;
}

std::optional<BrokenRemark> parse_remark(std::string_view document, RawRemark& remark) {
  remark.pass = remark.name = remark.function = {};
  remark.place.reset();
  remark.arguments.clear();
  Parser parser(document, remark);
  if (parser.parse()) return std::nullopt;
  return parser.broken();
}

}  // namespace asmforge
