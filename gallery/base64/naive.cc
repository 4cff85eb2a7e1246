// base64 (RFC 4648) as it is written first: correct, readable, and slow for
// reasons that only the assembly shows. The starting point of this gallery.
//
//   naive [MEGABYTES]     encodes and decodes that much text, prints a checksum
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

class Base64 {
 public:
  explicit Base64(std::size_t line_width)
      : alphabet_("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
        line_width_(line_width),
        value_(256, -1) {
    for (int i = 0; i < 64; ++i) value_[static_cast<unsigned char>(alphabet_[i])] = i;
  }

  // Writes at most encoded_size(size) characters to `out` and returns how many.
  std::size_t encode(const std::uint8_t* data, std::size_t size, char* out) const;

  // The bytes of `text`; throws std::out_of_range for a text that is cut short.
  std::vector<std::uint8_t> decode(const std::vector<char>& text) const;

  std::size_t encoded_size(std::size_t size) const {
    const std::size_t characters = (size + 2) / 3 * 4;
    return characters + characters / line_width_ + 1;
  }

 private:
  const char* alphabet_;
  std::size_t line_width_;  // characters before each line feed, a multiple of 4
  std::vector<std::int8_t> value_;
};

// `out` may point at this object as far as the compiler knows, so alphabet_ and
// line_width_ are read again in every iteration; and the width is no constant,
// so every fourth character costs a division.
__attribute__((noinline)) std::size_t Base64::encode(const std::uint8_t* data, std::size_t size,
                                                     char* out) const {
  std::size_t written = 0;
  std::size_t characters = 0;
  for (std::size_t i = 0; i + 2 < size; i += 3) {
    out[written++] = alphabet_[data[i] >> 2];
    out[written++] = alphabet_[((data[i] & 3) << 4) | (data[i + 1] >> 4)];
    out[written++] = alphabet_[((data[i + 1] & 15) << 2) | (data[i + 2] >> 6)];
    out[written++] = alphabet_[data[i + 2] & 63];
    characters += 4;
    if (characters % line_width_ == 0) out[written++] = '\n';
  }
  const std::size_t rest = size % 3;
  if (rest == 0) return written;
  const std::uint8_t first = data[size - rest];
  const std::uint8_t second = rest == 2 ? data[size - 1] : 0;
  out[written++] = alphabet_[first >> 2];
  out[written++] = alphabet_[((first & 3) << 4) | (second >> 4)];
  out[written++] = rest == 2 ? alphabet_[(second & 15) << 2] : '=';
  out[written++] = '=';
  return written;
}

__attribute__((noinline)) std::vector<std::uint8_t> Base64::decode(
    const std::vector<char>& text) const {
  std::vector<std::uint8_t> data(text.size() / 4 * 3 + 3);
  std::size_t written = 0;
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int value = value_.at(static_cast<unsigned char>(text.at(i)));
    if (value < 0) continue;  // line feeds and padding
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++count % 4 != 0) continue;
    data.at(written) = static_cast<std::uint8_t>(bits >> 16);
    data.at(written + 1) = static_cast<std::uint8_t>(bits >> 8);
    data.at(written + 2) = static_cast<std::uint8_t>(bits);
    written += 3;
  }
  if (count % 4 == 2) data.at(written++) = static_cast<std::uint8_t>(bits >> 4);
  if (count % 4 == 3) {
    data.at(written++) = static_cast<std::uint8_t>(bits >> 10);
    data.at(written++) = static_cast<std::uint8_t>(bits >> 2);
  }
  data.resize(written);
  return data;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t megabytes = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 4;
  std::vector<std::uint8_t> data(megabytes * 1000 * 1000);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : data)
    byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);

  const Base64 base64(76);
  std::vector<char> text(base64.encoded_size(data.size()));
  text.resize(base64.encode(data.data(), data.size(), text.data()));
  const std::vector<std::uint8_t> back = base64.decode(text);
  if (back != data) {
    std::fputs("naive: decoded data differ from what was encoded\n", stderr);
    return 1;
  }
  std::uint64_t checksum = 0;
  for (const char c : text) checksum = checksum * 31 + static_cast<unsigned char>(c);
  std::printf("%zu bytes as %zu characters, checksum %016llx\n", data.size(), text.size(),
              static_cast<unsigned long long>(checksum));
}
