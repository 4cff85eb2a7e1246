#include "collect/source_rows.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace asmforge {
namespace {

// All strings of one answer, each counted as often as it is used.
constexpr std::size_t kMaxExpandedBytes = std::size_t{128} << 20;
// The first byte of an answer.
constexpr char kRows = 'R';
constexpr char kRefusal = 'E';
constexpr std::size_t kMaxRefusalBytes = 300;
constexpr std::size_t kFrameNumbers = 5;  // function, file, directory, line, column

class Writer {
 public:
  void number(std::uint32_t value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes.append(value);
  }
  std::string bytes;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool number(std::uint32_t& value) {
    if (rest_.size() < sizeof value) return false;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return true;
  }
  bool text(std::string_view& value) {
    std::uint32_t size = 0;
    if (!number(size) || size > kMaxNameBytes || size > rest_.size()) return false;
    value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

// Numbers strings in the order of their first use.
class StringNumbers {
 public:
  std::uint32_t index_of(std::string_view text) {
    text = text.substr(0, kMaxNameBytes);
    const auto [entry, added] =
        index_.try_emplace(text, static_cast<std::uint32_t>(strings.size()));
    if (added) strings.push_back(text);
    return entry->second;
  }
  std::vector<std::string_view> strings;

 private:
  std::unordered_map<std::string_view, std::uint32_t> index_;
};

bool read_frame(Reader& reader, std::span<const std::string_view> strings, SourceFrame& frame,
                std::size_t& budget) {
  std::uint32_t function = 0;
  std::uint32_t file = 0;
  std::uint32_t directory = 0;
  if (!reader.number(function) || !reader.number(file) || !reader.number(directory) ||
      !reader.number(frame.line) || !reader.number(frame.column)) {
    return false;
  }
  if (std::max({function, file, directory}) >= strings.size()) return false;
  const std::size_t size =
      sizeof frame + strings[function].size() + strings[file].size() + strings[directory].size();
  if (size > budget) return false;
  budget -= size;
  frame.function = strings[function];
  frame.file = strings[file];
  frame.directory = strings[directory];
  return true;
}

// What a reader says about hostile bytes may quote them.
std::string printable(std::string_view text) {
  std::string clean(text.substr(0, kMaxRefusalBytes));
  for (char& c : clean) {
    if (c < ' ' || c > '~') c = '?';
  }
  return clean;
}

bool read_all(Reader& reader, std::vector<DwarfLocation>& locations) {
  std::uint32_t string_count = 0;
  if (!reader.number(string_count) || string_count > reader.left() / sizeof string_count) {
    return false;
  }
  std::vector<std::string_view> strings(string_count);
  for (std::string_view& text : strings) {
    if (!reader.text(text)) return false;
  }
  std::size_t budget = kMaxExpandedBytes;
  for (DwarfLocation& location : locations) {
    std::uint32_t depth = 0;
    std::uint32_t short_name = 0;
    if (!reader.number(depth) || !reader.number(short_name)) return false;
    if (depth > kMaxInlineDepth || short_name > 1) return false;
    location.short_name = short_name == 1;
    if (depth > reader.left() / (kFrameNumbers * sizeof depth)) return false;
    location.source.frames.resize(depth);
    for (SourceFrame& frame : location.source.frames) {
      if (!read_frame(reader, strings, frame, budget)) return false;
    }
  }
  return reader.left() == 0;
}

}  // namespace

std::string encode_locations(std::span<const DwarfLocation> locations) {
  StringNumbers table;
  Writer rows;
  for (const DwarfLocation& location : locations) {
    const std::size_t depth = std::min(location.source.frames.size(), kMaxInlineDepth);
    rows.number(static_cast<std::uint32_t>(depth));
    rows.number(location.short_name ? 1 : 0);
    for (const SourceFrame& frame : std::span(location.source.frames).first(depth)) {
      rows.number(table.index_of(frame.function));
      rows.number(table.index_of(frame.file));
      rows.number(table.index_of(frame.directory));
      rows.number(frame.line);
      rows.number(frame.column);
    }
  }
  Writer all;
  all.bytes = kRows;
  all.number(static_cast<std::uint32_t>(table.strings.size()));
  for (const std::string_view text : table.strings) all.text(text);
  return all.bytes + rows.bytes;
}

std::string encode_refusal(std::string_view reason) { return kRefusal + std::string(reason); }

Result<std::vector<DwarfLocation>> decode_locations(std::string_view bytes, std::size_t count) {
  if (bytes.starts_with(kRefusal)) {
    return Error{ErrorCode::kBadInput, "said: " + printable(bytes.substr(1)), ""};
  }
  std::vector<DwarfLocation> locations(count);
  Reader reader(bytes.substr(std::min<std::size_t>(1, bytes.size())));
  if (!bytes.starts_with(kRows) || !read_all(reader, locations)) {
    return Error{ErrorCode::kBadInput, "gave an answer that makes no sense", ""};
  }
  return locations;
}

}  // namespace asmforge
