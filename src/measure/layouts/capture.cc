#include "measure/layouts/capture.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/content_hash.h"
#include "base/json_text.h"
#include "base/version.h"
#include "measure/layouts/content_store.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSchema = "asmforge/capture/1";

std::vector<std::string> texts(const JsonValue& json, std::string_view name) {
  std::vector<std::string> list;
  const JsonValue* value = json.find(name);
  if (value == nullptr || value->array() == nullptr) return list;
  for (const JsonValue& item : *value->array())
    if (item.string() != nullptr) list.push_back(*item.string());
  return list;
}

template <class Step>
Result<std::vector<Step>> steps(const JsonValue& json, std::string_view name,
                                Result<Step> (*read)(const JsonValue&)) {
  std::vector<Step> list;
  const JsonValue* value = json.find(name);
  if (value == nullptr || value->array() == nullptr)
    return Error{ErrorCode::kBadInput, fmt::format("capture.json has no list '{}'", name),
                 "capture the build again"};
  for (const JsonValue& item : *value->array()) {
    AF_TRY(Step step, read(item));
    list.push_back(std::move(step));
  }
  return list;
}

template <class Step>
std::string json_list(const std::vector<Step>& list) {
  std::string text;
  for (const Step& step : list) {
    if (!text.empty()) text += ",\n ";
    text += to_json(step);
  }
  return text;
}

std::string outputs(const std::vector<const LinkStep*>& links) {
  std::string list;
  for (const LinkStep* link : links) list += "\n  " + link->output;
  return list;
}

bool ends_with_path(const std::string& output, const std::string& wanted) {
  if (output == wanted) return true;
  return output.ends_with("/" + fs::path(wanted).lexically_normal().string());
}

}  // namespace

Result<Capture> open_capture(const std::string& directory) {
  const std::string path = directory + "/capture.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    return Error{ErrorCode::kBadInput, fmt::format("{}: is no capture", directory),
                 "make one with asmforge capture -o NAME -- BUILD COMMAND"};
  const Result<JsonValue> json = read_json_file(path);
  if (!json) return json.error().within(path);
  const JsonValue* schema = json->find("schema");
  if (schema == nullptr || schema->string() == nullptr || *schema->string() != kSchema)
    return Error{ErrorCode::kBadInput, fmt::format("{}: is not of schema {}", path, kSchema),
                 "capture the build again with this asmforge"};
  Capture capture;
  capture.directory = fs::absolute(directory, ignored).lexically_normal().string();
  while (capture.directory.ends_with('/')) capture.directory.pop_back();
  capture.command = texts(*json, "command");
  const JsonValue* built_in = json->find("built_in");
  if (built_in != nullptr && built_in->string() != nullptr) capture.built_in = *built_in->string();
  capture.notes = texts(*json, "notes");
  AF_TRY(capture.links, steps<LinkStep>(*json, "links", &read_link_step));
  AF_TRY(capture.compiles, steps<CompileStep>(*json, "compiles", &read_compile_step));
  if (json->find("sources") != nullptr) {  // since captures keep them
    AF_TRY(capture.sources, steps<SourceStep>(*json, "sources", &read_source_step));
  }
  return capture;
}

Result<Done> write_capture(const Capture& capture) {
  const std::string text = fmt::format(
      R"({{"schema":"{}","tool":{{"name":"asmforge","version":{}}},"command":{},"built_in":{},
"notes":{},
"links":[
 {}],
"compiles":[
 {}],
"sources":[
 {}]}}
)",
      kSchema, json_quoted(version()), json_quoted_list(capture.command),
      json_quoted(capture.built_in), json_quoted_list(capture.notes), json_list(capture.links),
      json_list(capture.compiles), json_list(capture.sources));
  return write_whole_file(capture.directory + "/capture.json",
                          {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Result<const LinkStep*> find_link(const Capture& capture, const std::string& program) {
  std::vector<const LinkStep*> all;
  std::vector<const LinkStep*> found;
  // A copy, or the hard link that cargo makes beside its own output.
  std::string hash;
  std::error_code ignored;
  if (fs::is_regular_file(program, ignored)) {
    AF_TRY(hash, content_hash_of_file(program));
  }
  for (const LinkStep& link : capture.links) {
    if (link.relocatable) continue;
    all.push_back(&link);
    const bool same_content = !hash.empty() && hash == link.output_hash;
    if (program.empty() || same_content || ends_with_path(link.output, program))
      found.push_back(&link);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}: no link made {}", capture.directory,
                             program.empty() ? "a program" : program),
                 all.empty() ? "capture a build that links" : "\nit made:" + outputs(all)};
  return Error{ErrorCode::kAmbiguous,
               fmt::format("{}: {} links could be meant", capture.directory, found.size()),
               "\nname one of:" + outputs(found)};
}

}  // namespace asmforge
