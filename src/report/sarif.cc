#include "report/sarif.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "base/version.h"
#include "core/error.h"
#include "report/uri.h"

namespace asmforge {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr std::string_view kRoot = "SRCROOT";

struct NotificationKind {
  std::string_view id;
  std::string_view what;
};
constexpr std::array<NotificationKind, 6> kNotifications = {{
    {"unresolved-jumps", "Indirect jumps without known targets: code behind them was not seen."},
    {"undecoded-bytes", "Bytes of functions that are no instruction: not looked at."},
    {"irreducible-loops", "Cycles that can be entered in more than one place: no check sees them."},
    {"baseline", "Findings of the baseline that are gone."},
    {"remarks", "What became of the compiler's remarks."},
    {"note", "What is to be known of the files that were read."},
}};

// "invariant-divide" as "InvariantDivide".
std::string pascal_case(std::string_view id) {
  std::string name;
  bool begins = true;
  for (const char c : id) {
    if (c == '-') {
      begins = true;
      continue;
    }
    name += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = false;
  }
  return name;
}

// The first paragraph below the page's title, on one line.
std::string first_paragraph(std::string_view page, std::string_view otherwise) {
  std::string text;
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    const std::string_view line = page.substr(0, end);
    page.remove_prefix(std::min(end + 1, page.size()));
    if (line.starts_with('#')) {
      if (!text.empty()) break;
      continue;
    }
    if (line.empty() && !text.empty()) break;
    if (!text.empty()) text += ' ';
    text += line;
  }
  return text.empty() ? std::string(otherwise) : text;
}

bool lies_beneath(const std::string& path, const std::string& root) {
  return !root.empty() && path.size() > root.size() + 1 && path.starts_with(root) &&
         path[root.size()] == '/';
}

}  // namespace

std::string sarif_words(std::string_view text) {
  std::string words;
  const std::string shown = printable(text);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    // The syntax of a link needs both signs beside each other.
    if (c == ']' && i + 1 < shown.size() && shown[i + 1] == '(') words += '\\';
    words += c;
    if (c == '{' || c == '}') words += c;
  }
  return words;
}

Json sarif_message(std::string_view text) { return {{"text", sarif_words(text)}}; }

SarifArtifacts::Place SarifArtifacts::place_of(const std::string& path, const std::string& root) {
  std::string whole = std::filesystem::path(path).lexically_normal().string();
  // Of a build that was told to name no folders.
  if (!whole.starts_with('/'))
    whole = std::filesystem::path(root + "/" + path).lexically_normal().string();
  if (lies_beneath(whole, root)) return {uri_path(whole.substr(root.size() + 1)), true};
  return {file_uri(whole), false};
}

Json SarifArtifacts::located(const Place& place, std::string_view role) {
  Json location = {{"uri", place.uri}};
  if (place.beneath_root) location["uriBaseId"] = kRoot;
  const auto [known, fresh] = known_.emplace(place.uri, artifacts_.size());
  if (fresh) artifacts_.push_back({{"location", location}});
  if (fresh && !role.empty()) artifacts_.back()["roles"] = Json::array({role});
  location["index"] = known->second;
  return location;
}

Json SarifArtifacts::source(const SourceFrame& frame) {
  if (frame.file.starts_with('/')) return located(place_of(frame.file, root_.sources), "");
  if (frame.directory.empty()) return project_file(frame.file);
  return located(place_of(frame.directory + "/" + frame.file, root_.sources), "");
}

Json SarifArtifacts::project_file(const std::string& path) {
  return located(place_of(path, root_.shown), "");
}

Json SarifArtifacts::program(const SarifProgram& program) {
  const Place place = place_of(program.path, root_.shown);
  const auto add_hash = [&](Json& artifact) {
    if (artifact.contains("hashes") || program.sha256.empty()) return;
    artifact["length"] = program.bytes;
    artifact["hashes"] = {{"sha-256", program.sha256}};
  };
  Json location = located(place, "analysisTarget");
  const std::size_t file = location["index"];
  if (program.member.empty()) {
    add_hash(artifacts_[file]);
    return location;
  }
  // A file within a file (section 3.24.3).
  std::string uri = uri_path(program.member);
  if (uri.starts_with('/')) uri.replace(0, 1, "%2F");  // or it were a path of the host's
  const auto [known, fresh] = known_.emplace(place.uri + "#" + uri, artifacts_.size());
  if (fresh) {
    artifacts_.push_back({{"location", {{"uri", uri}}}, {"parentIndex", file}});
    add_hash(artifacts_.back());
  }
  return {{"uri", uri}, {"index", known->second}};
}

Json SarifArtifacts::all() const { return artifacts_; }

Json SarifArtifacts::base_ids() const {
  // With a slash at the end, or relative paths would be resolved a folder above.
  return {{kRoot, {{"uri", file_uri(root_.shown) + "/"}}}};
}

Json sarif_rules(const std::vector<CheckDescription>& checks) {
  Json rules = Json::array();
  for (const CheckDescription& check : checks) {
    rules.push_back(
        {{"id", check.id},
         {"name", pascal_case(check.id)},
         {"shortDescription", {{"text", check.summary}}},
         {"fullDescription", {{"text", first_paragraph(check.page, check.summary)}}},
         {"help", {{"text", check.page.empty() ? check.summary : check.page}}},
         {"defaultConfiguration", {{"level", "warning"}}},
         {"properties",
          {{"tags", {"performance", "codegen"}}, {"problem.severity", "recommendation"}}}});
    if (!check.page.empty()) rules.back()["help"]["markdown"] = check.page;
  }
  return rules;
}

Json sarif_driver(Json rules) {
  Json notifications = Json::array();
  for (const NotificationKind& kind : kNotifications)
    notifications.push_back({{"id", kind.id}, {"shortDescription", {{"text", kind.what}}}});
  return {{"name", "asmforge"},
          {"version", version()},
          {"semanticVersion", version()},
          {"rules", std::move(rules)},
          {"notifications", std::move(notifications)}};
}

Json sarif_invocation(const std::vector<SarifNotification>& notifications, int exit_status) {
  Json list = Json::array();
  for (const SarifNotification& one : notifications) {
    const auto* kind = std::ranges::find(kNotifications, one.id, &NotificationKind::id);
    AF_CHECK(kind != kNotifications.end());
    list.push_back({{"descriptor", {{"id", one.id}, {"index", kind - kNotifications.begin()}}},
                    {"level", one.level},
                    {"message", sarif_message(one.text)}});
  }
  return {{"executionSuccessful", true},
          {"exitCode", exit_status},
          {"toolExecutionNotifications", std::move(list)}};
}

JsonFrame sarif_frame(const Json& driver) {
  return {"{\n  \"$schema\": " + json_text(kSchema) +
              ",\n  \"version\": \"2.1.0\",\n  \"runs\": [{\n  \"tool\": " +
              json_text({{"driver", driver}}),
          "\n  }]\n}\n"};
}

}  // namespace asmforge
