#include "base/archive.h"

#include <ar.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace asmforge {
namespace {

constexpr std::string_view kThinMagic = "!<thin>\n";
constexpr std::string_view kMagic{ARMAG, SARMAG};

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view without_trailing(std::string_view text, char c) {
  while (!text.empty() && text.back() == c) text.remove_suffix(1);
  return text;
}

// A decimal number padded with spaces.
std::optional<std::uint64_t> number(std::string_view text) {
  text = without_trailing(text, ' ');
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Error malformed(const std::string& what) {
  return {ErrorCode::kBadInput, what,
          "the archive is truncated or corrupt; build or copy it again"};
}

// What the 16 bytes of a name field mean.
struct MemberName {
  enum class Kind : std::uint8_t { kMember, kSymbolTable, kNameTable };
  Kind kind = Kind::kMember;
  std::string name;
  std::uint64_t bytes_in_data = 0;  // BSD: the name stands in front of the data
};

std::optional<MemberName> read_name(std::string_view field, std::string_view name_table,
                                    std::string_view data) {
  field = without_trailing(field, ' ');
  if (field == "/" || field == "/SYM64/" || field == "__.SYMDEF" || field == "__.SYMDEF SORTED")
    return MemberName{.kind = MemberName::Kind::kSymbolTable, .name = {}};
  if (field == "//") return MemberName{.kind = MemberName::Kind::kNameTable, .name = {}};
  if (field.starts_with("#1/")) {
    const std::optional<std::uint64_t> length = number(field.substr(3));
    if (!length || *length > data.size()) return std::nullopt;
    const std::string_view name = without_trailing(data.substr(0, *length), '\0');
    const bool table = name.starts_with("__.SYMDEF");
    return MemberName{.kind = table ? MemberName::Kind::kSymbolTable : MemberName::Kind::kMember,
                      .name = std::string(name),
                      .bytes_in_data = *length};
  }
  if (field.starts_with("/")) {
    const std::optional<std::uint64_t> offset = number(field.substr(1));
    if (!offset || *offset >= name_table.size()) return std::nullopt;
    // Names end in "/\n".
    const std::string_view rest = name_table.substr(*offset);
    return MemberName{.name = std::string(without_trailing(rest.substr(0, rest.find('\n')), '/'))};
  }
  return MemberName{.name = std::string(without_trailing(field, '/'))};
}

}  // namespace

bool is_archive(Bytes bytes) {
  const std::string_view front = text_of(bytes.first(std::min<std::size_t>(bytes.size(), SARMAG)));
  return front == kMagic || front == kThinMagic;
}

Result<Archive> read_archive(Bytes bytes) {
  Archive archive;
  archive.thin = text_of(bytes).starts_with(kThinMagic);
  std::string_view name_table;
  std::uint64_t offset = SARMAG;
  while (offset < bytes.size()) {
    if (bytes.size() - offset < sizeof(ar_hdr))
      return malformed(fmt::format("the member header at offset {} is cut off", offset));
    const auto header = load<ar_hdr>(bytes.subspan(offset));
    const std::optional<std::uint64_t> size =
        number({std::begin(header.ar_size), std::size(header.ar_size)});
    if (std::memcmp(header.ar_fmag, ARFMAG, sizeof(header.ar_fmag)) != 0 || !size)
      return malformed(fmt::format("there is no member header at offset {}", offset));
    offset += sizeof(ar_hdr);

    const std::string_view field(std::begin(header.ar_name), std::size(header.ar_name));
    // In a thin archive only the tables ("/", "//") have their bytes here.
    const bool elsewhere = archive.thin && !(field.starts_with("/ ") || field.starts_with("//") ||
                                             field.starts_with("/SYM64/"));
    const std::uint64_t stored = elsewhere ? 0 : *size;
    if (stored > bytes.size() - offset)
      return malformed(
          fmt::format("the member at offset {} ends behind the end of the file", offset));
    const Bytes data = bytes.subspan(offset, stored);
    const std::optional<MemberName> name = read_name(field, name_table, text_of(data));
    if (!name) return malformed(fmt::format("the member at offset {} has no valid name", offset));
    if (name->kind == MemberName::Kind::kNameTable) name_table = text_of(data);
    if (name->kind == MemberName::Kind::kMember)
      archive.members.push_back({name->name, data.subspan(name->bytes_in_data)});
    offset += stored + (stored & 1);
  }
  return archive;
}

std::vector<std::uint8_t> write_archive(const Archive& archive) {
  std::vector<std::uint8_t> bytes;
  const auto append = [&](std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
  };
  const auto append_member = [&](std::string_view name, Bytes data) {
    append(fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, 0, 100644, data.size()));
    bytes.insert(bytes.end(), data.begin(), data.end());
    if (data.size() % 2 != 0) append("\n");
  };
  append(kMagic);
  std::string names;
  std::vector<std::size_t> offsets;
  for (const ArchiveMember& member : archive.members) {
    offsets.push_back(names.size());
    names += member.name + "/\n";
  }
  append_member("//", {reinterpret_cast<const std::uint8_t*>(names.data()), names.size()});
  for (std::size_t i = 0; i < archive.members.size(); ++i)
    append_member(fmt::format("/{}", offsets[i]), archive.members[i].bytes);
  return bytes;
}

}  // namespace asmforge
