#include "collect/profiles/profile_file.h"

#include <fmt/format.h>

#include <charconv>

#include "base/json.h"
#include "base/json_text.h"
#include "base/mapped_file.h"
#include "base/replace_file.h"
#include "base/version.h"

namespace asmforge {
namespace {

constexpr std::string_view kSchema = "asmforge/profile/1";
constexpr std::string_view kExact = "exact";
constexpr std::string_view kSamples = "samples";
constexpr std::size_t kEntriesPerLine = 256;
constexpr std::uint64_t kMaxEntries = 64'000'000;  // 1 GB in memory
constexpr JsonLimits kLineLimits{.bytes = 4 << 20, .depth = 4, .values = 100'000};

void append_module(std::string& text, std::uint64_t& lines, const ProfileModule& module) {
  text += fmt::format(R"({{"module":{},"build_id":{},"content_hash":{},"total":{},"entries":{}}})",
                      json_quoted(module.path), json_quoted(module.build_id),
                      json_quoted(module.content_hash), module.total, module.entries.size());
  text += '\n';
  ++lines;
  for (std::size_t i = 0; i < module.entries.size(); i += kEntriesPerLine) {
    const std::uint64_t base = module.entries[i].address;
    text += fmt::format(R"({{"at":"{:#x}","counts":[)", base);
    const std::size_t end = std::min(i + kEntriesPerLine, module.entries.size());
    for (std::size_t j = i; j < end; ++j)
      text += fmt::format("{}[{},{}]", j == i ? "" : ",", module.entries[j].address - base,
                          module.entries[j].count);
    text += "]}\n";
    ++lines;
  }
}

Error damaged(std::uint64_t line, std::string_view what) {
  return {ErrorCode::kBadInput, fmt::format("line {}: {}", line, what),
          "profile again; the file is damaged"};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Result<Profile> parse() {
    AF_TRY(const Done header, parse_header());
    static_cast<void>(header);
    for (std::uint64_t i = 0; i < module_count_; ++i) {
      AF_TRY(ProfileModule module, parse_module());
      if (module.total > profile_.total - attributed_)
        return damaged(line_, "the modules have more counts than the profile");
      attributed_ += module.total;
      profile_.modules.push_back(std::move(module));
    }
    if (profile_.total - attributed_ != profile_.unattributed)
      return damaged(line_, "the counts do not add up");
    AF_TRY(const JsonValue end, next());
    const JsonValue* lines = end.find("lines");
    if (end.find("end") == nullptr || lines == nullptr || lines->natural() != line_ - 1)
      return damaged(line_, "is not the end that was expected");
    if (!rest_.empty()) return damaged(line_ + 1, "something follows the end");
    return std::move(profile_);
  }

 private:
  Result<JsonValue> next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos)
      return Error{ErrorCode::kBadInput, "the profile is cut short", "profile again"};
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++line_;
    Result<JsonValue> value = parse_json(line, kLineLimits);
    if (!value) return damaged(line_, value.error().what);
    if (value->object() == nullptr) return damaged(line_, "is no JSON object");
    return value;
  }

  static std::string text_of(const JsonValue& object, std::string_view name) {
    const JsonValue* value = object.find(name);
    const std::string* text = value == nullptr ? nullptr : value->string();
    return text == nullptr ? std::string() : *text;
  }

  Result<std::uint64_t> number_of(const JsonValue& object, std::string_view name) const {
    const JsonValue* value = object.find(name);
    const std::optional<std::uint64_t> number = value == nullptr ? std::nullopt : value->natural();
    if (!number) return damaged(line_, fmt::format("there is no number '{}'", name));
    return *number;
  }

  static std::vector<std::string> texts_of(const JsonValue& object, std::string_view name) {
    std::vector<std::string> texts;
    const JsonValue* value = object.find(name);
    if (value == nullptr || value->array() == nullptr) return texts;
    for (const JsonValue& item : *value->array())
      if (item.string() != nullptr) texts.push_back(*item.string());
    return texts;
  }

  Result<Done> parse_header() {
    const Error other{ErrorCode::kBadInput, "is no asmforge profile",
                      "make one with asmforge profile -o FILE -- COMMAND"};
    if (!rest_.starts_with("{\"schema\":\"asmforge/profile/")) return other;
    AF_TRY(const JsonValue header, next());
    if (text_of(header, "schema") != kSchema)
      return Error{ErrorCode::kBadInput,
                   fmt::format("is a profile of another version ({})", text_of(header, "schema")),
                   "profile again with this asmforge"};
    const std::string source = text_of(header, "source");
    if (source != kExact && source != kSamples) return damaged(line_, "the source is unknown");
    profile_.source = source == kExact ? ProfileSource::kExactCounts : ProfileSource::kSamples;
    profile_.tool = text_of(header, "by");
    profile_.command = texts_of(header, "command");
    profile_.features_not_seen = texts_of(header, "features_not_seen");
    profile_.notes = texts_of(header, "notes");
    const JsonValue* said = header.find("complete");
    const std::optional<bool> complete = said == nullptr ? std::nullopt : said->boolean();
    if (!complete) return damaged(line_, "it is not said whether the profile is complete");
    profile_.complete = *complete;
    AF_TRY(profile_.total, number_of(header, "total"));
    AF_TRY(profile_.unattributed, number_of(header, "unattributed"));
    AF_TRY(module_count_, number_of(header, "modules"));
    return Done{};
  }

  Result<ProfileModule> parse_module() {
    AF_TRY(const JsonValue head, next());
    ProfileModule module;
    module.path = text_of(head, "module");
    module.build_id = text_of(head, "build_id");
    module.content_hash = text_of(head, "content_hash");
    AF_TRY(module.total, number_of(head, "total"));
    AF_TRY(const std::uint64_t count, number_of(head, "entries"));
    std::uint64_t sum = 0;
    while (module.entries.size() < count) {
      AF_TRY(const JsonValue row, next());
      AF_TRY(const Done added, add_row(row, module, sum));
      static_cast<void>(added);
    }
    if (module.entries.size() != count || sum != module.total)
      return damaged(line_, "the module's counts do not add up");
    return module;
  }

  Result<Done> add_row(const JsonValue& row, ProfileModule& module, std::uint64_t& sum) {
    const std::string at = text_of(row, "at");
    std::uint64_t base = 0;
    const bool hexadecimal = at.starts_with("0x") && at.size() > 2;
    const auto [end, failure] =
        hexadecimal ? std::from_chars(at.data() + 2, at.data() + at.size(), base, 16)
                    : std::from_chars_result{at.data(), std::errc::invalid_argument};
    if (failure != std::errc() || end != at.data() + at.size())
      return damaged(line_, "'at' is no address");
    const JsonValue* counts = row.find("counts");
    if (counts == nullptr || counts->array() == nullptr || counts->array()->empty())
      return damaged(line_, "there are no counts");
    for (const JsonValue& pair : *counts->array()) {
      const JsonValue::Array* two = pair.array();
      if (two == nullptr || two->size() != 2) return damaged(line_, "a count is no pair");
      const std::optional<std::uint64_t> offset = two->front().natural();
      const std::optional<std::uint64_t> count = two->back().natural();
      if (!offset || !count) return damaged(line_, "a count is no pair of numbers");
      const std::uint64_t address = base + *offset;
      if (address < base || (!module.entries.empty() && module.entries.back().address >= address))
        return damaged(line_, "the addresses do not ascend");
      if (*count > module.total - sum) return damaged(line_, "the counts exceed their total");
      if (++entries_ > kMaxEntries) return damaged(line_, "there are too many entries");
      sum += *count;
      module.entries.push_back({address, *count});
    }
    return Done{};
  }

  std::string_view rest_;
  std::uint64_t line_ = 0;
  std::uint64_t module_count_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t attributed_ = 0;
  Profile profile_;
};

}  // namespace

std::string profile_text(const Profile& profile) {
  std::string text = fmt::format(
      R"({{"schema":"{}","tool":{{"name":"asmforge","version":{}}},"source":"{}","by":{},)"
      R"("command":{},"total":{},"unattributed":{},"complete":{},"features_not_seen":{},)"
      R"("notes":{},"modules":{}}})",
      kSchema, json_quoted(version()),
      profile.source == ProfileSource::kExactCounts ? kExact : kSamples, json_quoted(profile.tool),
      json_quoted_list(profile.command), profile.total, profile.unattributed, profile.complete,
      json_quoted_list(profile.features_not_seen), json_quoted_list(profile.notes),
      profile.modules.size());
  text += '\n';
  std::uint64_t lines = 1;
  for (const ProfileModule& module : profile.modules) append_module(text, lines, module);
  text += fmt::format("{{\"end\":true,\"lines\":{}}}\n", lines);
  return text;
}

Result<Profile> parse_profile(std::string_view text) { return Parser(text).parse(); }

Result<Done> write_profile(const Profile& profile, const std::string& path) {
  return replace_file(path, profile_text(profile));
}

Result<Profile> read_profile(const std::string& path) {
  AF_TRY(const auto file, MappedFile::open(path));
  const std::span<const std::uint8_t> bytes = file->bytes();
  Result<Profile> profile =
      parse_profile({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!profile) return profile.error().within(path);
  return profile;
}

}  // namespace asmforge
