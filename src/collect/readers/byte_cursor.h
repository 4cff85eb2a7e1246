// Reads little-endian and LEB128 values front to back. Past the end every read
// gives 0 and `ok` is false from then on, so callers check once, at the end.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace asmforge {

class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::uint8_t> bytes, std::uint64_t offset = 0)
      : bytes_(bytes), offset_(offset), ok_(offset <= bytes.size()) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return !ok_ || offset_ == bytes_.size(); }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

  template <class T>
  T take() {
    T value = 0;
    if (!reserve(sizeof(T))) return value;
    std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
    offset_ += sizeof(T);
    return value;
  }
  std::uint64_t take_uleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = take<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
  }
  std::int64_t take_sleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;;) {
      const auto byte = take<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
      shift += 7;
      if ((byte & 0x80U) != 0) continue;
      if (shift < 64 && (byte & 0x40U) != 0) value |= ~std::uint64_t{0} << shift;
      return static_cast<std::int64_t>(value);
    }
  }
  // Up to the next NUL, which is taken too.
  std::string_view take_string() {
    const std::span<const std::uint8_t> rest = ok_ ? bytes_.subspan(offset_) : bytes_.first(0);
    const void* end = rest.empty() ? nullptr : std::memchr(rest.data(), 0, rest.size());
    if (end == nullptr) {
      ok_ = false;
      return {};
    }
    const auto length =
        static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - rest.data());
    offset_ += length + 1;
    return {reinterpret_cast<const char*>(rest.data()), length};
  }
  std::span<const std::uint8_t> take_bytes(std::uint64_t count) {
    if (!reserve(count)) return {};
    const std::span<const std::uint8_t> taken = bytes_.subspan(offset_, count);
    offset_ += count;
    return taken;
  }
  void skip(std::uint64_t count) {
    if (reserve(count)) offset_ += count;
  }

 private:
  bool reserve(std::uint64_t count) {
    ok_ = ok_ && count <= bytes_.size() - offset_;
    return ok_;
  }

  std::span<const std::uint8_t> bytes_;
  std::uint64_t offset_;
  bool ok_;
};

}  // namespace asmforge
