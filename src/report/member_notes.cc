#include "report/member_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace asmforge {
namespace {

// "926 bytes of ...": a number, and the rest that says of what.
struct Note {
  bool counts = false;
  std::uint64_t count = 0;
  std::string_view rest;
};

Note read(std::string_view text) {
  Note note;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), note.count);
  note.counts = error == std::errc() && end != text.data() + text.size() && *end == ' ';
  note.rest = note.counts ? text.substr(static_cast<std::size_t>(end - text.data())) : text;
  return note;
}

struct Total {
  Note note;
  std::size_t members = 0;
};

}  // namespace

std::vector<std::string> total_notes(const std::vector<std::vector<std::string>>& of_members) {
  std::vector<Total> totals;
  for (const std::vector<std::string>& notes : of_members) {
    for (const std::string& text : notes) {
      const Note note = read(text);
      const auto same = std::ranges::find_if(totals, [&](const Total& total) {
        return total.note.counts == note.counts && total.note.rest == note.rest;
      });
      if (same == totals.end()) {
        totals.push_back({note, 1});
        continue;
      }
      if (note.counts) same->note.count += note.count;
      ++same->members;
    }
  }
  std::vector<std::string> texts;
  for (const auto& [note, members] : totals) {
    std::string text(note.rest);
    if (note.counts) text.insert(0, std::to_string(note.count));
    if (members > 1) text += fmt::format(" ({} members)", members);
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace asmforge
