#include "report/uri.h"

namespace asmforge {
namespace {

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
constexpr std::string_view kDigits = "0123456789ABCDEF";

}  // namespace

std::string uri_path(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    if (kPlain.find(c) != kPlain.npos) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += '%';
    uri += kDigits[byte >> 4U];
    uri += kDigits[byte & 0xfU];
  }
  return uri;
}

std::string file_uri(std::string_view absolute_path) { return "file://" + uri_path(absolute_path); }

}  // namespace asmforge
