#include "collect/remarks/read_remarks.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/mapped_file.h"

namespace asmforge {
namespace {

constexpr std::string_view kMarker = "---";
// Longer documents are no remarks; the longest of clang's have some 10 kB.
constexpr std::size_t kMostDocumentBytes = std::size_t{16} << 20;
// What is behind is given back to the kernel in pieces of this size.
constexpr std::size_t kBytesKept = std::size_t{4} << 20;
// A file of remarks begins with one.
constexpr std::size_t kMostBytesBefore = std::size_t{1} << 20;

bool is_marker(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with(kMarker)) return false;
  const std::size_t behind = at + kMarker.size();
  return behind == text.size() || std::string_view(" \t\r\n").find(text[behind]) != text.npos;
}

// Where the next document begins, at or behind the line that begins at `from`.
std::size_t next_marker(std::string_view text, std::size_t from) {
  if (from < text.size() && is_marker(text, from)) return from;
  for (std::size_t at = text.find("\n---", from); at != text.npos; at = text.find("\n---", at + 1))
    if (is_marker(text, at + 1)) return at + 1;
  return text.size();
}

// Of what stands before the first document: blank lines, comments and directives say nothing.
bool says_nothing(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    while (!line.empty() && std::string_view(" \t\r").find(line.front()) != line.npos)
      line.remove_prefix(1);
    if (!line.empty() && line.front() != '#' && line.front() != '%' && line != "...") return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

class Reader {
 public:
  Reader(std::string_view text, const std::function<void(const RawRemark&)>& visit)
      : text_(text), visit_(visit) {}

  RemarkCounts read(const std::function<bool()>& should_stop) {
    std::size_t at = next_marker(text_, 0);
    if (!says_nothing(text_.substr(0, at))) broken(0, "it stands before the first '---'");
    while (at < text_.size()) {
      const std::size_t next = next_marker(text_, at + kMarker.size());
      document(at, next);
      if (next - given_back_ >= kBytesKept) {
        give_back(next);
        if (should_stop && should_stop()) break;
      }
      at = next;
    }
    return std::move(counts_);
  }

 private:
  void document(std::size_t begin, std::size_t end) {
    if (end - begin > kMostDocumentBytes) return broken(begin, "it is longer than any remark");
    const auto wrong = parse_remark(text_.substr(begin, end - begin), remark_);
    if (wrong) return broken(begin + wrong->at, wrong->why);
    ++counts_.remarks;
    visit_(remark_);
  }

  void broken(std::size_t at, const char* why) {
    ++counts_.unreadable;
    if (counts_.first_unreadable_line != 0) return;
    counts_.first_unreadable_line = 1 + lines_given_back_ + line_ends(given_back_, at);
    counts_.first_reason = why;
  }

  void give_back(std::size_t end) {
    // Whoever must say on which line something stands has to have counted them.
    if (counts_.first_unreadable_line == 0) lines_given_back_ += line_ends(given_back_, end);
    release_pages(std::span(reinterpret_cast<const std::uint8_t*>(text_.data()) + given_back_,
                            end - given_back_));
    given_back_ = end;
  }

  [[nodiscard]] std::uint64_t line_ends(std::size_t begin, std::size_t end) const {
    return static_cast<std::uint64_t>(std::ranges::count(text_.substr(begin, end - begin), '\n'));
  }

  std::string_view text_;
  const std::function<void(const RawRemark&)>& visit_;
  RawRemark remark_;
  RemarkCounts counts_;
  std::size_t given_back_ = 0;
  std::uint64_t lines_given_back_ = 0;
};

}  // namespace

std::string why_no_remarks(std::string_view text) {
  if (text.starts_with("RMRK"))
    return "is the bitstream form of remarks; llvm-remarkutil bitstream2yaml makes YAML of it";
  if (text.starts_with(std::string_view("REMARKS\0", 8)))
    return "has a header of remarks that stand in another file; name that file";
  if (text.starts_with("\x1f\x8b"))
    return "is compressed, as gcc's remarks are, which are not read";
  const std::string_view beginning = text.substr(0, kMostBytesBefore);
  if (next_marker(beginning, 0) == beginning.size() && !says_nothing(beginning))
    return "holds no remarks: no line '--- !...' begins one";
  return "";
}

RemarkCounts read_remarks(std::string_view text, const std::function<void(const RawRemark&)>& visit,
                          const std::function<bool()>& should_stop) {
  return Reader(text, visit).read(should_stop);
}

}  // namespace asmforge
