// A JSON object on its way out: written as it is made, so that a list of a
// hundred thousand functions needs no memory, one array element a line, so that
// it can be read and searched.
//
//     {
//       "schema": "asmforge/list/1",
//       "tool": {"name":"asmforge","version":"0.1.0"},
//       "functions": [
//         {"name":"main", ...},
//         ...
//       ]
//     }
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "report/output.h"

// Compiled once, in json_document.cc.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace asmforge {

using Json = nlohmann::ordered_json;

// What stands before the first member of another document than ours, and behind the last.
struct JsonFrame {
  std::string opening;  // with a first member
  std::string closing;
};

class JsonDocument {
 public:
  // Writes `schema` and `tool`.
  JsonDocument(Output& out, std::string_view schema);
  JsonDocument(Output& out, JsonFrame frame);
  // Closes the object.
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  void member(std::string_view key, const Json& value);
  void begin_array(std::string_view key);
  void element(const Json& value);
  void end_array();

 private:
  void key(std::string_view name);
  Output& out_;
  std::string closing_;
  bool first_element_ = true;
};

// On one line; bytes that are no UTF-8 become U+FFFD.
std::string json_text(const Json& value);

// "0x401000": addresses go beyond what JSON numbers hold exactly.
std::string hexadecimal(std::uint64_t address);

}  // namespace asmforge
