// Reads JSON that others wrote: compile_commands.json, profiles, contracts.
//
// The text may be hostile: it is parsed without recursion, and its size, depth and
// number of values are bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.h"

namespace asmforge {

class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;  // in the order of the text

  JsonValue() = default;  // null
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, JsonValue>)
  explicit JsonValue(T&& value) : value_(std::forward<T>(value)) {}

  // Each is empty or nullptr when the value is of another type.
  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<double> number() const;  // integers too, rounded
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<std::uint64_t> natural() const;
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&value_); }
  [[nodiscard]] Array* array() { return std::get_if<Array>(&value_); }
  [[nodiscard]] Object* object() { return std::get_if<Object>(&value_); }

  // The member of an object, the last one of that name; nullptr when there is none.
  [[nodiscard]] const JsonValue* find(std::string_view name) const;

 private:
  std::variant<std::monostate, bool, double, std::int64_t, std::uint64_t, std::string, Array,
               Object>
      value_;
};

struct JsonLimits {
  std::size_t bytes = std::size_t{256} << 20;
  std::size_t depth = 64;
  std::size_t values = 8'000'000;
};

// One value and nothing behind it. Errors say the line and what is wrong.
Result<JsonValue> parse_json(std::string_view text, const JsonLimits& limits = {});

// The same from a regular file.
Result<JsonValue> read_json_file(const std::string& path, const JsonLimits& limits = {});

}  // namespace asmforge
