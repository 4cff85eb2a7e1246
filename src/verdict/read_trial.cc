#include "verdict/read_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "base/json.h"
#include "base/mapped_file.h"
#include "base/text.h"
#include "core/trial_members.h"
#include "verdict/check_trial.h"

namespace asmforge {
namespace {

constexpr std::string_view kSchema = "asmforge/ab/1";
constexpr JsonLimits kLimits{.depth = 8};

std::optional<Arm> enumerator(std::string_view text, Arm) { return arm_from_string(text); }
std::optional<Stage> enumerator(std::string_view text, Stage) { return stage_from_string(text); }
std::optional<MetricSource> enumerator(std::string_view text, MetricSource) {
  return metric_source_from_string(text);
}
std::optional<GateOutcome> enumerator(std::string_view text, GateOutcome) {
  return gate_outcome_from_string(text);
}
std::optional<Closure> enumerator(std::string_view text, Closure) {
  return closure_from_string(text);
}
std::optional<Truth> enumerator(std::string_view text, Truth) { return truth_from_string(text); }
std::optional<VerdictKind> enumerator(std::string_view text, VerdictKind) {
  return verdict_kind_from_string(text);
}
std::optional<VerdictReason> enumerator(std::string_view text, VerdictReason) {
  return verdict_reason_from_string(text);
}

// Each read() is true when the value is of its type. When it is not, `where` and `what`
// name the place, put together on the way back: "runs[17].value" "is no number".
class TrialReader {
 public:
  bool read_document(const JsonValue& root, RecordedTrial& recorded) {
    if (!read_member(root, "verdict", recorded.kind) ||
        !read_member(root, "reason", recorded.reason))
      return false;
    bool good = true;
    MembersOf<Trial>::visit([&](std::string_view name, auto member, auto...) {
      if (!good) return;
      if constexpr (std::is_same_v<decltype(member), std::vector<RunSample> Trial::*>)
        good = read_runs(root, recorded.trial.runs);
      else
        good = read_member(root, name, recorded.trial.*member);
    });
    return good;
  }

  std::string where;
  std::string what;

 private:
  bool fail(std::string_view why) {
    what = why;
    return false;
  }
  bool at(std::string_view place) {
    const bool joined = where.empty() || where.front() == '[';
    where = fmt::format("{}{}{}", place, joined ? "" : ".", where);
    return false;
  }

  bool read(const JsonValue& json, bool& value) {
    const std::optional<bool> found = json.boolean();
    if (!found) return fail("is neither true nor false");
    value = *found;
    return true;
  }
  bool read(const JsonValue& json, double& value) {
    const std::optional<double> found = json.number();
    if (!found) return fail("is no number");
    value = *found;
    return true;
  }
  bool read(const JsonValue& json, std::string& value) {
    if (json.string() == nullptr) return fail("is no text");
    value = *json.string();
    return true;
  }
  template <class T>
    requires std::is_unsigned_v<T>
  bool read(const JsonValue& json, T& value) {
    const std::optional<std::uint64_t> found = json.natural();
    if (!found || *found > std::numeric_limits<T>::max())
      return fail(fmt::format("is no whole number up to {}", std::numeric_limits<T>::max()));
    value = static_cast<T>(*found);
    return true;
  }
  template <class T>
    requires std::is_integral_v<T> && std::is_signed_v<T>
  bool read(const JsonValue& json, T& value) {
    const std::optional<std::int64_t> found = json.integer();
    if (!found || !std::in_range<T>(*found)) return fail("is no whole number of that size");
    value = static_cast<T>(*found);
    return true;
  }
  template <class T>
    requires std::is_enum_v<T>
  bool read(const JsonValue& json, T& value) {
    if (json.string() == nullptr) return fail("is no text");
    const std::optional<T> found = enumerator(*json.string(), T{});
    if (!found) return fail(fmt::format("is an unknown '{}'", shown(*json.string())));
    value = *found;
    return true;
  }
  template <class T>
  bool read(const JsonValue& json, std::optional<T>& value) {
    if (json.is_null()) return true;
    return read(json, value.emplace());
  }
  template <class T>
  bool read(const JsonValue& json, std::vector<T>& values) {
    if (json.array() == nullptr) return fail("is no array");
    values.reserve(json.array()->size());
    for (const JsonValue& element : *json.array())
      if (!read(element, values.emplace_back())) return at(fmt::format("[{}]", values.size() - 1));
    return true;
  }
  template <class T>
    requires HasMembers<T>
  bool read(const JsonValue& json, T& value) {
    if (json.object() == nullptr) return fail("is no object");
    bool good = true;
    MembersOf<T>::visit([&](std::string_view name, auto member, auto...) {
      good = good && read_member(json, name, value.*member);
    });
    return good;
  }
  template <class T>
  bool read_member(const JsonValue& object, std::string_view name, T& value) {
    const JsonValue* member = object.find(name);
    const bool good = member != nullptr ? read(*member, value) : fail("is missing");
    return good || at(name);
  }

  // ---- runs: rows whose columns "run_fields" names ----

  bool read_runs(const JsonValue& root, std::vector<RunSample>& runs) {
    std::vector<std::string> fields;
    if (!read_member(root, "run_fields", fields)) return false;
    std::vector<std::size_t> columns;  // of the members, in their order
    bool good = true;
    MembersOf<RunSample>::visit([&](std::string_view name, auto, auto...) {
      const auto found = std::ranges::find(fields, name);
      if (good &&
          (found == fields.end() || std::find(found + 1, fields.end(), name) != fields.end())) {
        good = fail(fmt::format("does not name '{}' once", name)) || at("run_fields");
      }
      columns.push_back(static_cast<std::size_t>(found - fields.begin()));
    });
    if (!good) return false;
    const JsonValue* rows = root.find("runs");
    if (rows == nullptr || rows->array() == nullptr) return fail("is no array") || at("runs");
    runs.reserve(rows->array()->size());
    for (const JsonValue& row : *rows->array())
      if (!read_run(row, fields.size(), columns, runs.emplace_back()))
        return at(fmt::format("runs[{}]", runs.size() - 1));
    return true;
  }

  bool read_run(const JsonValue& row, std::size_t fields, std::span<const std::size_t> columns,
                RunSample& run) {
    if (row.array() == nullptr || row.array()->size() != fields)
      return fail(fmt::format("is no array of {} values, as run_fields has", fields));
    std::size_t next = 0;
    bool good = true;
    MembersOf<RunSample>::visit([&](std::string_view name, auto member, auto... none) {
      const JsonValue& cell = (*row.array())[columns[next++]];
      if (!good) return;
      if constexpr (sizeof...(none) == 1) {
        if (cell.is_null()) {
          run.*member = (none, ...);
          return;
        }
      }
      good = read(cell, run.*member) || at(name);
    });
    return good;
  }

  static std::string shown(std::string_view text) { return shorten(printable(text), 40); }
};

Error refused(std::string what) {
  return {ErrorCode::kBadInput, std::move(what),
          "give a file that `asmforge ab --record` or `--json` wrote"};
}

}  // namespace

Result<RecordedTrial> parse_trial(std::string_view text) {
  Result<JsonValue> json = parse_json(text, kLimits);
  if (!json) return refused(json.error().what);
  const JsonValue* schema = json->find("schema");
  if (schema == nullptr || schema->string() == nullptr ||
      !schema->string()->starts_with("asmforge/ab/"))
    return refused("is no record of a comparison");
  if (*schema->string() != kSchema)
    return refused(fmt::format("is of the schema {}, and this version reads {}",
                               shorten(printable(*schema->string()), 40), kSchema));
  TrialReader reader;
  RecordedTrial recorded;
  if (!reader.read_document(*json, recorded))
    return refused(fmt::format("{} {}", reader.where, reader.what));
  if (const std::string wrong = what_is_wrong(recorded.trial); !wrong.empty())
    return refused(wrong);
  return recorded;
}

Result<RecordedTrial> read_trial(const std::string& path) {
  AF_TRY(const auto file, MappedFile::open(path));
  const auto bytes = file->bytes();
  Result<RecordedTrial> recorded =
      parse_trial({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!recorded) return recorded.error().within(path);
  return recorded;
}

}  // namespace asmforge
