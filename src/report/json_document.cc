#include "report/json_document.h"

#include <utility>

#include "base/version.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace asmforge {

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

JsonDocument::JsonDocument(Output& out, JsonFrame frame)
    : out_(out), closing_(std::move(frame.closing)) {
  out_.write(frame.opening);
}

JsonDocument::JsonDocument(Output& out, std::string_view schema)
    : JsonDocument(out, JsonFrame{"{\n  \"schema\": " + json_text(schema), "\n}\n"}) {
  member("tool", {{"name", "asmforge"}, {"version", version()}});
}

JsonDocument::~JsonDocument() { out_.write(closing_); }

void JsonDocument::key(std::string_view name) { out_.print(",\n  {}: ", json_text(name)); }

void JsonDocument::member(std::string_view name, const Json& value) {
  key(name);
  out_.write(json_text(value));
}

void JsonDocument::begin_array(std::string_view name) {
  key(name);
  out_.write("[");
  first_element_ = true;
}

void JsonDocument::element(const Json& value) {
  out_.write(first_element_ ? "\n    " : ",\n    ");
  out_.write(json_text(value));
  first_element_ = false;
}

void JsonDocument::end_array() { out_.write(first_element_ ? "]" : "\n  ]"); }

std::string hexadecimal(std::uint64_t address) { return fmt::format("{:#x}", address); }

}  // namespace asmforge
