#include "base/toml_table.h"

#include <fmt/format.h>
// All of it here, without exceptions: Debian's shared library throws, and costs at each start.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <map>
#include <set>
#include <utility>

#include "base/mapped_file.h"
#include "base/text.h"

namespace asmforge {
namespace {

using Keys = std::set<std::string, std::less<>>;

struct Mistake {
  toml::source_position place;
  std::string what;
};

bool comes_before(const toml::source_position& a, const toml::source_position& b) {
  return std::pair(a.line, a.column) < std::pair(b.line, b.column);
}

const toml::table& table_at(const void* table) { return *static_cast<const toml::table*>(table); }

}  // namespace

struct TomlTable::File {
  std::string path;
  toml::table root;
  std::map<const void*, Keys> asked;  // for, by table
  std::optional<Mistake> mistake;     // the first in the file

  void note(const toml::source_region& where, std::string what) {
    if (!mistake || comes_before(where.begin, mistake->place))
      mistake = Mistake{where.begin, std::move(what)};
  }
  [[nodiscard]] Error error(const Mistake& of, std::string_view hint) const {
    return {ErrorCode::kBadInput,
            fmt::format("{}:{}:{}: {}", path, of.place.line, of.place.column, of.what),
            std::string(hint)};
  }
  const toml::node* find(const void* table, std::string_view key) {
    asked[table].emplace(key);
    return table_at(table).get(key);
  }
  template <class T>
  std::optional<T> value(const void* table, std::string_view key, std::string_view kind) {
    const toml::node* node = find(table, key);
    if (node == nullptr) return std::nullopt;
    std::optional<T> read = node->value<T>();
    if (!read) note(node->source(), fmt::format("'{}' must be {}", key, kind));
    return read;
  }
};

TomlTable::TomlTable(std::shared_ptr<File> file, const void* table)
    : file_(std::move(file)), table_(table) {
  file_->asked[table_];
}

Result<TomlTable> TomlTable::read_file(const std::string& path) {
  AF_TRY(const std::shared_ptr<const MappedFile> mapped, MappedFile::open(path));
  const std::string_view text(reinterpret_cast<const char*>(mapped->bytes().data()),
                              mapped->bytes().size());
  toml::parse_result parsed = toml::parse(text, path);
  if (!parsed) {
    const toml::source_position at = parsed.error().source().begin;
    return Error{ErrorCode::kBadInput,
                 fmt::format("{}:{}:{}: {}", path, at.line, at.column,
                             printable(parsed.error().description())),
                 "it must be TOML (toml.io)"};
  }
  auto file = std::make_shared<File>();
  file->path = path;
  file->root = std::move(parsed).table();
  const void* root = &file->root;
  return TomlTable(std::move(file), root);
}

std::optional<std::string> TomlTable::text(std::string_view key) {
  return file_->value<std::string>(table_, key, "a text");
}
std::optional<bool> TomlTable::truth(std::string_view key) {
  return file_->value<bool>(table_, key, "true or false");
}
std::optional<double> TomlTable::number(std::string_view key) {
  return file_->value<double>(table_, key, "a number");
}
std::optional<std::int64_t> TomlTable::whole_number(std::string_view key) {
  return file_->value<std::int64_t>(table_, key, "a whole number");
}

std::optional<std::vector<std::string>> TomlTable::texts(std::string_view key) {
  const toml::node* node = file_->find(table_, key);
  if (node == nullptr) return std::nullopt;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    file_->note(node->source(), fmt::format("'{}' must be a list of texts", key));
    return std::nullopt;
  }
  std::vector<std::string> list;
  for (const toml::node& element : *array) {
    const auto word = element.value<std::string>();
    if (!word) file_->note(element.source(), fmt::format("'{}' must hold texts", key));
    list.push_back(word.value_or(""));
  }
  return list;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) {
  const toml::node* node = file_->find(table_, key);
  if (node == nullptr) return std::nullopt;
  if (const toml::table* inner = node->as_table()) return TomlTable(file_, inner);
  file_->note(node->source(), fmt::format("'{}' must be a table: [{}]", key, key));
  return std::nullopt;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
  std::vector<TomlTable> inner;
  const toml::node* node = file_->find(table_, key);
  if (node == nullptr) return inner;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_array_of_tables()) {
    file_->note(node->source(), fmt::format("'{}' must be tables: [[{}]]", key, key));
    return inner;
  }
  for (const toml::node& element : *array) inner.push_back(TomlTable(file_, element.as_table()));
  return inner;
}

bool TomlTable::is_text(std::string_view key) const {
  const toml::node* node = table_at(table_).get(key);
  return node != nullptr && node->is_string();
}

void TomlTable::reject(std::string_view key, const std::string& problem) {
  const toml::node* node = table_at(table_).get(key);
  file_->note(node == nullptr ? table_at(table_).source() : node->source(), problem);
}

Result<Done> TomlTable::finish(std::string_view hint) const {
  std::optional<Mistake> first = file_->mistake;
  for (const auto& [table, keys] : file_->asked)
    for (const auto& [key, node] : table_at(table)) {
      if (keys.contains(key.str())) continue;
      if (first && !comes_before(key.source().begin, first->place)) continue;
      first =
          Mistake{key.source().begin, fmt::format("no key '{}' is known", printable(key.str()))};
    }
  if (first) return file_->error(*first, hint);
  return Done{};
}

}  // namespace asmforge
