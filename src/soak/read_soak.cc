#include "soak/read_soak.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/json.h"

namespace asmforge {
namespace {

Error malformed(const std::string& path, std::string_view what) {
  return {ErrorCode::kBadInput, fmt::format("{}: {}", path, what),
          "give a file that `asmforge soak --json` wrote"};
}

double number_in(const JsonValue* object, std::string_view name, double otherwise) {
  const JsonValue* value = object == nullptr ? nullptr : object->find(name);
  return value == nullptr ? otherwise : value->number().value_or(otherwise);
}

std::string string_in(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

// A row of numbers none of which is negative; nothing when it is anything else.
std::optional<std::vector<double>> numbers(const JsonValue& row, std::size_t count) {
  const JsonValue::Array* array = row.array();
  if (array == nullptr || array->size() != count) return std::nullopt;
  std::vector<double> found;
  for (const JsonValue& value : *array) {
    const auto number = value.number();
    if (!number || !(*number >= 0 && *number < 9e18)) return std::nullopt;
    found.push_back(*number);
  }
  return found;
}

std::uint64_t whole(double number) { return static_cast<std::uint64_t>(number); }

bool read_samples(const JsonValue* rows, SoakArm& arm) {
  constexpr std::size_t kFields = 10;
  if (rows == nullptr || rows->array() == nullptr) return false;
  double last = 0;
  for (const JsonValue& row : *rows->array()) {
    const auto n = numbers(row, kFields);
    if (!n || n->front() < last) return false;
    last = n->front();
    arm.samples.push_back({(*n)[0], whole((*n)[1]), whole((*n)[2]), whole((*n)[3]), (*n)[4],
                           whole((*n)[5]), whole((*n)[6]), whole((*n)[7]), whole((*n)[8]),
                           whole((*n)[9])});
  }
  return true;
}

bool read_arm(const JsonValue& value, SoakArm& arm) {
  arm.ending = string_in(value, "ending");
  arm.system_calls_unknown = string_in(value, "system_calls_unknown");
  const JsonValue* counted = value.find("operations_counted");
  arm.operations_counted = counted != nullptr && counted->boolean().value_or(false);
  if (const JsonValue* command = value.find("command"); command != nullptr && command->array())
    for (const JsonValue& word : *command->array())
      if (word.string() != nullptr) arm.command.push_back(*word.string());
  if (const JsonValue* rows = value.find("memory"); rows != nullptr && rows->array())
    for (const JsonValue& row : *rows->array()) {
      const auto n = numbers(row, 3);
      if (!n) return false;
      arm.memory.push_back({(*n)[0], whole((*n)[1]), whole((*n)[2])});
    }
  if (const JsonValue* gaps = value.find("operation_seconds"); gaps != nullptr && gaps->array())
    for (const JsonValue& gap : *gaps->array())
      if (const auto seconds = gap.number()) arm.operation_seconds.push_back(*seconds);
  return read_samples(value.find("samples"), arm);
}

}  // namespace

Result<SoakRecord> read_soak(const std::string& path) {
  AF_TRY(const JsonValue json, read_json_file(path));
  if (string_in(json, "schema") != "asmforge/soak/1")
    return malformed(path, "is no record of a soak");
  SoakRecord record;
  SoakSettings& s = record.settings;
  const JsonValue* settings = json.find("settings");
  s.seconds = number_in(settings, "seconds", s.seconds);
  s.epoch_seconds = number_in(settings, "epoch_seconds", s.epoch_seconds);
  s.warmup = number_in(settings, "warmup", s.warmup);
  s.limit_bytes_per_hour = number_in(settings, "limit_bytes_per_hour", s.limit_bytes_per_hour);
  s.confidence = number_in(settings, "confidence", s.confidence);
  s.seed = whole(std::abs(number_in(settings, "seed", 1)));
  s.page_bytes = whole(std::abs(number_in(settings, "page_bytes", 4096)));
  const bool sane = s.warmup >= 0 && s.warmup < 1 && s.confidence > 0.5 && s.confidence < 1 &&
                    s.epoch_seconds > 0 && s.limit_bytes_per_hour > 0;
  if (!sane) return malformed(path, "its settings make no sense");
  const JsonValue* interrupted = json.find("interrupted");
  record.interrupted = interrupted != nullptr && interrupted->boolean().value_or(false);
  const JsonValue* arms = json.find("arms");
  if (arms == nullptr || arms->array() == nullptr || arms->array()->empty() ||
      arms->array()->size() > 2)
    return malformed(path, "it names no program");
  for (const JsonValue& value : *arms->array()) {
    SoakArm arm;
    if (!read_arm(value, arm)) return malformed(path, "a sample is malformed");
    record.arms.push_back(std::move(arm));
  }
  return record;
}

}  // namespace asmforge
