#include "collect/compile_database.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "base/json.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

// A database of LLVM has 4000 entries in 6 MB.
constexpr JsonLimits kLimits{.bytes = std::size_t{256} << 20, .depth = 8, .values = 8'000'000};

fs::path same_for_all_names(const fs::path& path) {
  std::error_code failed;
  const fs::path real = fs::weakly_canonical(path, failed);
  return failed ? path.lexically_normal() : real;
}

std::string text_of(const JsonValue& entry, std::string_view member) {
  const JsonValue* value = entry.find(member);
  return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

CommandLine command_of(const JsonValue& entry) {
  const JsonValue* arguments = entry.find("arguments");
  if (arguments == nullptr || arguments->array() == nullptr) {
    return split_command(text_of(entry, "command"));
  }
  CommandLine words;
  for (const JsonValue& word : *arguments->array()) {
    if (word.string() != nullptr) words.push_back(*word.string());
  }
  return words;
}

}  // namespace

Result<DatabaseEntry> find_in_database(const std::string& database, const std::string& source) {
  std::error_code ignored;
  fs::path path = database;
  if (fs::is_directory(path, ignored)) path /= "compile_commands.json";
  AF_TRY(const JsonValue root, read_json_file(path.string(), kLimits));
  if (root.array() == nullptr) {
    return Error{ErrorCode::kBadInput, path.string() + " is no list of compile commands", ""};
  }
  const fs::path wanted = same_for_all_names(source);
  std::optional<DatabaseEntry> found;
  for (const JsonValue& entry : *root.array()) {
    const std::string file = text_of(entry, "file");
    // Resolving links costs system calls; most entries differ in the last name already.
    if (file.empty() || fs::path(file).filename() != fs::path(source).filename()) continue;
    // A relative folder is meant from where the database is.
    const fs::path directory = path.parent_path() / text_of(entry, "directory");
    if (same_for_all_names(directory / file) != wanted) continue;
    if (found) {
      ++found->count;
      continue;
    }
    found = DatabaseEntry{command_of(entry), directory.string(), file, 1};
  }
  if (!found) {
    return Error{ErrorCode::kNotFound, fmt::format("{} is not in {}", source, path.string()),
                 "give its command after --"};
  }
  if (found->command.empty()) {
    return Error{ErrorCode::kBadInput,
                 fmt::format("{} has no command for {}", path.string(), source), ""};
  }
  return *std::move(found);
}

}  // namespace asmforge
