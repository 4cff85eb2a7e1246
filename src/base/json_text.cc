#include "base/json_text.h"

#include <nlohmann/json.hpp>

namespace asmforge {

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_quoted_list(std::span<const std::string> texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ',';
    list += json_quoted(text);
  }
  return list + "]";
}

}  // namespace asmforge
