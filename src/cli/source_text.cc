#include "cli/source_text.h"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace asmforge {
namespace {

constexpr std::uintmax_t kLargestSource = 16 << 20;  // bytes; sqlite3.c has 9 MB

std::vector<std::string> read_lines(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {};
  if (std::filesystem::file_size(path, error) > kLargestSource || error) return {};
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string without_margin(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == line.npos) return {};
  const std::size_t end = line.find_last_not_of(" \t\r");
  std::string text = line.substr(begin, end - begin + 1);
  for (char& c : text) c = c == '\t' ? ' ' : c;
  return text;
}

}  // namespace

const std::vector<std::string>& SourceText::lines_of(const SourceFrame& frame) {
  const std::string path = frame.file.starts_with('/') || frame.directory.empty()
                               ? frame.file
                               : frame.directory + "/" + frame.file;
  const auto known = files_.find(path);
  return known != files_.end() ? known->second
                               : files_.emplace(path, read_lines(path)).first->second;
}

std::optional<std::string> SourceText::line(const SourceFrame& frame) {
  if (frame.line == 0) return std::nullopt;
  const std::vector<std::string>& lines = lines_of(frame);
  if (frame.line > lines.size()) return std::nullopt;
  std::string text = without_margin(lines[frame.line - 1]);
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace asmforge
