#include "report/trial_json.h"

#include <optional>
#include <type_traits>
#include <vector>

#include "core/trial_members.h"

namespace asmforge {
namespace {

template <class T>
constexpr bool kIsVector = false;
template <class T>
constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
constexpr bool kIsOptional = false;
template <class T>
constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
Json json_of(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return to_string(value);
  } else if constexpr (kIsOptional<T>) {
    return value ? json_of(*value) : Json();
  } else if constexpr (kIsVector<T>) {
    Json array = Json::array();
    for (const auto& element : value) array.push_back(json_of(element));
    return array;
  } else if constexpr (HasMembers<T>) {
    Json object = Json::object();
    MembersOf<T>::visit([&](std::string_view name, auto member, auto...) {
      object[std::string(name)] = json_of(value.*member);
    });
    return object;
  } else {
    return value;
  }
}

Json row_of(const RunSample& run) {
  Json row = Json::array();
  MembersOf<RunSample>::visit([&](std::string_view, auto member, auto... none) {
    const bool is_none = (false || ... || (run.*member == none));
    row.push_back(is_none ? Json() : json_of(run.*member));
  });
  return row;
}

Json run_fields() {
  Json names = Json::array();
  MembersOf<RunSample>::visit(
      [&](std::string_view name, auto, auto...) { names.push_back(std::string(name)); });
  return names;
}

// Bit 0 first.
Json disturbance_names() {
  Json names = Json::array();
  for (std::size_t i = 0; i < kDisturbances; ++i)
    names.push_back(std::string(to_string(static_cast<Disturbance>(1u << i))));
  return names;
}

// Lists of things are a line each.
template <class T>
void write_member(std::string_view name, const T& value, JsonDocument& document) {
  document.member(name, json_of(value));
}
template <class T>
  requires HasMembers<T>
void write_member(std::string_view name, const std::vector<T>& values, JsonDocument& document) {
  document.begin_array(name);
  for (const T& value : values) document.element(json_of(value));
  document.end_array();
}
void write_member(std::string_view name, const std::vector<RunSample>& runs,
                  JsonDocument& document) {
  document.member("disturbance_names", disturbance_names());
  document.member("run_fields", run_fields());
  document.begin_array(name);
  for (const RunSample& run : runs) document.element(row_of(run));
  document.end_array();
}
void write_member(std::string_view, const std::vector<Workload>&, JsonDocument&) {}

}  // namespace

Json workload_json(const Workload& workload) { return json_of(workload); }

void write_trial_json(const Trial& trial, JsonDocument& document) {
  MembersOf<Trial>::visit([&](std::string_view name, auto member, auto...) {
    write_member(name, trial.*member, document);
  });
}

}  // namespace asmforge
