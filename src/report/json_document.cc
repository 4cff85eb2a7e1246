#include "report/json_document.h"

#include "base/version.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace asmforge {
namespace {

// Bytes that are no UTF-8 become U+FFFD.
std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

JsonDocument::JsonDocument(Output& out, std::string_view schema) : out_(out) {
  out_.print("{{\n  \"schema\": {}", text_of(schema));
  member("tool", {{"name", "asmforge"}, {"version", version()}});
}

JsonDocument::~JsonDocument() { out_.write("\n}\n"); }

void JsonDocument::key(std::string_view name) { out_.print(",\n  {}: ", text_of(name)); }

void JsonDocument::member(std::string_view name, const Json& value) {
  key(name);
  out_.write(text_of(value));
}

void JsonDocument::begin_array(std::string_view name) {
  key(name);
  out_.write("[");
  first_element_ = true;
}

void JsonDocument::element(const Json& value) {
  out_.write(first_element_ ? "\n    " : ",\n    ");
  out_.write(text_of(value));
  first_element_ = false;
}

void JsonDocument::end_array() { out_.write(first_element_ ? "]" : "\n  ]"); }

std::string hexadecimal(std::uint64_t address) { return fmt::format("{:#x}", address); }

}  // namespace asmforge
