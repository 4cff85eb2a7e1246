#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <ranges>

#include "base/mapped_file.h"

namespace asmforge {
namespace {

// Builds the value from the parser's events; the parser itself keeps no stack of
// frames, so nesting costs it nothing.
class Builder final : public nlohmann::json::json_sax_t {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(JsonValue()); }
  bool boolean(bool value) override { return add(JsonValue(value)); }
  bool number_integer(std::int64_t value) override { return add(JsonValue(value)); }
  bool number_unsigned(std::uint64_t value) override { return add(JsonValue(value)); }
  bool number_float(double value, const std::string&) override { return add(JsonValue(value)); }
  bool string(std::string& value) override { return add(JsonValue(std::move(value))); }
  bool binary(nlohmann::json::binary_t&) override { return false; }  // not in a text
  bool start_object(std::size_t) override { return open(JsonValue(JsonValue::Object())); }
  bool start_array(std::size_t) override { return open(JsonValue(JsonValue::Array())); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& name) override {
    open_.back()->object()->emplace_back(std::move(name), JsonValue());
    return true;
  }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception&) override {
    error_position = position;
    error_token = token;
    return false;
  }

  JsonValue root;
  std::string limit;  // which limit was hit, or empty
  std::size_t error_position = 0;
  std::string error_token;

 private:
  // Where the next value goes: the member whose key came last, or the array's end.
  JsonValue* place() {
    if (open_.empty()) return &root;
    if (JsonValue::Array* array = open_.back()->array()) return &array->emplace_back();
    return &open_.back()->object()->back().second;
  }
  bool count() {
    if (++values_ <= limits_.values) return true;
    limit = fmt::format("has more than {} values", limits_.values);
    return false;
  }
  bool add(JsonValue value) {
    if (!count()) return false;
    *place() = std::move(value);
    return true;
  }
  bool open(JsonValue value) {
    if (!count()) return false;
    if (open_.size() == limits_.depth) {
      limit = fmt::format("is nested more than {} deep", limits_.depth);
      return false;
    }
    // Stays where it is: nothing is added to its parent before it is closed.
    JsonValue* at = place();
    *at = std::move(value);
    open_.push_back(at);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  std::vector<JsonValue*> open_;
  std::size_t values_ = 0;
};

Error malformed(std::string_view text, std::size_t position, std::string_view token) {
  const std::string_view before = text.substr(0, std::min(position, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  if (position > text.size()) {
    return Error{ErrorCode::kBadInput, fmt::format("the JSON ends too early, in line {}", line),
                 ""};
  }
  std::string shown(token.substr(token.size() - std::min<std::size_t>(token.size(), 20)));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return Error{ErrorCode::kBadInput, fmt::format("line {} is not JSON, at \"{}\"", line, shown),
               ""};
}

}  // namespace

std::optional<bool> JsonValue::boolean() const {
  const bool* value = std::get_if<bool>(&value_);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<double> JsonValue::number() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*value);
  return std::nullopt;
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  const auto* value = std::get_if<std::uint64_t>(&value_);
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (value == nullptr || *value > kMost) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<std::uint64_t> JsonValue::natural() const {
  const auto* value = std::get_if<std::uint64_t>(&value_);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

const JsonValue* JsonValue::find(std::string_view name) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  for (const auto& [key, value] : *members | std::views::reverse) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<JsonValue> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return Error{ErrorCode::kBadInput,
                 fmt::format("the JSON is larger than {} bytes", limits.bytes), ""};
  }
  Builder builder(limits);
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return std::move(builder.root);
  }
  if (!builder.limit.empty()) {
    return Error{ErrorCode::kBadInput, "the JSON " + builder.limit, ""};
  }
  return malformed(text, builder.error_position, builder.error_token);
}

Result<JsonValue> read_json_file(const std::string& path, const JsonLimits& limits) {
  AF_TRY(const auto file, MappedFile::open(path));
  const auto bytes = file->bytes();
  auto value = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, limits);
  if (!value) return value.error().within(path);
  return value;
}

}  // namespace asmforge
