// Paths as URIs (RFC 3986).
//
// Every byte besides letters, digits and "-._~/" is written %XX: a name, however hostile,
// neither ends the URI early nor is taken for a scheme.
#pragma once

#include <string>
#include <string_view>

namespace asmforge {

// "my src/a:b.c" as "my%20src/a%3Ab.c".
std::string uri_path(std::string_view path);
// "/tmp/a b" as "file:///tmp/a%20b".
std::string file_uri(std::string_view absolute_path);

}  // namespace asmforge
