#include "collect/intermediate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>

#include "base/mapped_file.h"

namespace asmforge {
namespace {

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

// Calls visit(definition) for each that begins at the margin with `word` and ends with a
// brace there.
void each_definition(std::string_view text, std::string_view word,
                     const std::function<void(std::string_view)>& visit) {
  while (!text.empty()) {
    const std::size_t next_line = std::min(text.find('\n'), text.size() - 1) + 1;
    if (!text.starts_with(word)) {
      text.remove_prefix(next_line);
      continue;
    }
    const std::size_t end = text.find("\n}");
    if (end == text.npos) return;
    visit(text.substr(0, end + 2));
    text.remove_prefix(end + 2);
  }
}

// "@name(" or "@\"name\"(" in the line of a definition.
bool defines(std::string_view line, std::string_view symbol) {
  for (const std::string& written : {fmt::format("@{}(", symbol), fmt::format("@\"{}\"(", symbol)})
    if (line.find(written) != line.npos) return true;
  return false;
}

bool is_debug_line(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line.starts_with("#dbg_") || line.find("call void @llvm.dbg.") != line.npos;
}

// ", !dbg !17" and " !dbg !17" of a line.
std::string without_positions(std::string_view line) {
  std::string text(line);
  for (std::size_t at = text.find("!dbg !"); at != text.npos; at = text.find("!dbg !", at)) {
    std::size_t end = at + 6;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    std::size_t begin = at;
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == ',')) --begin;
    text.erase(begin, end - begin);
    at = begin;
  }
  return text;
}

std::string readable(std::string_view definition) {
  std::string text;
  while (!definition.empty()) {
    const std::string_view line = first_line(definition);
    if (!is_debug_line(line)) text += without_positions(line) + '\n';
    definition.remove_prefix(std::min(line.size() + 1, definition.size()));
  }
  return text;
}

// "scale" of "fn a::<impl at a.rs:3:1: 3:9>::scale(_1: u32) -> u32 {".
std::string_view last_part_of_mir(std::string_view line) {
  line.remove_prefix(3);  // "fn "
  line = line.substr(0, line.find('('));
  const std::size_t colons = line.rfind("::");
  return colons == line.npos ? line : line.substr(colons + 2);
}

}  // namespace

Result<IntermediateText> intermediate_text(const std::string& path, const CompileOptions& options,
                                           IntermediateForm form) {
  CompileOptions how = options;
  how.form = form;
  AF_TRY(const CompiledSource compiled, compile_source(path, how));
  AF_TRY(const auto file, MappedFile::open(compiled.object_path));
  return IntermediateText{
      {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()},
      compiled.command,
      compiled.directory};
}

std::vector<std::string> definitions_in_llvm(std::string_view text, std::string_view symbol) {
  std::vector<std::string> found;
  each_definition(text, "define ", [&](std::string_view definition) {
    if (defines(first_line(definition), symbol)) found.push_back(readable(definition));
  });
  return found;
}

std::vector<std::string> definitions_in_mir(std::string_view text, std::string_view name) {
  std::vector<std::string> found;
  each_definition(text, "fn ", [&](std::string_view definition) {
    if (last_part_of_mir(first_line(definition)) == name)
      found.push_back(std::string(definition) + '\n');
  });
  return found;
}

}  // namespace asmforge
