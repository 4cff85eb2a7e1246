#include "differences.h"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace asmforge::agreement {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

bool parse_bytes(const std::string& text, std::vector<std::uint8_t>& out) {
  for (const std::string& word : split(text, ' ')) {
    std::uint8_t value = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
    if (error != std::errc() || stop != word.data() + word.size()) return false;
    out.push_back(value);
  }
  return !out.empty();
}

}  // namespace

bool read_differences(const std::string& path, std::vector<KnownDifference>& out) {
  std::ifstream in(path);
  if (!in) {
    std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
    return false;
  }
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string> cells = split(line, '\t');
    const bool complete = cells.size() == 7;
    const auto mnemonics = complete ? split(cells[2], ' ') : std::vector<std::string>();
    const auto examples = complete ? split(cells[4], ';') : std::vector<std::string>();
    bool good = complete && mnemonics.size() == examples.size();
    for (std::size_t i = 0; good && i < mnemonics.size(); ++i) {
      KnownDifference row{{cells[0], cells[1], mnemonics[i], cells[3]}, {}, cells[5], cells[6]};
      good = parse_bytes(examples[i], row.example);
      out.push_back(std::move(row));
    }
    if (!good) {
      std::fprintf(stderr,
                   "%s:%u: want oracle, field, mnemonics, detail, one example for each mnemonic, "
                   "who is right and why, separated by tabs\n",
                   path.c_str(), number);
      return false;
    }
  }
  return true;
}

std::string to_string(const Difference& difference) {
  return difference.oracle + ' ' + difference.field + ' ' + difference.mnemonic + ": " +
         difference.detail;
}

}  // namespace asmforge::agreement
