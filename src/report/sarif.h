// SARIF 2.1.0, the form in which code scanning and editors read findings (OASIS, Static
// Analysis Results Interchange Format Version 2.1.0 Plus Errata 01): what its writers share.
//
//     {"$schema": ..., "version": "2.1.0", "runs": [{
//       "tool": {"driver": {"name":"asmforge", "rules":[...]}},      section 3.18
//       "originalUriBaseIds": {"SRCROOT": ...},                      section 3.14.14
//       "invocations": [{"executionSuccessful":true, ...}],          section 3.20
//       "results": [                                                 section 3.27
//         {"ruleId":"invariant-divide", ...},
//         ...
//       ],
//       "artifacts": [...]}]}                                        section 3.24
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/source_location.h"
#include "report/json_document.h"
#include "report/writers/check_list.h"

namespace asmforge {

// Paths beneath the root become relative to it, so that they are found in every checkout.
// Absolute, without a slash at the end.
struct SarifRoot {
  std::string sources;  // as debug information names it
  std::string shown;    // where whoever reads the document has it
};

// A file whose code was looked at.
struct SarifProgram {
  std::string path;    // absolute
  std::string member;  // of an archive; empty
  std::string sha256;  // of the file, or of the member's part of it
  std::uint64_t bytes = 0;
};

// What was noticed besides results (section 3.58).
struct SarifNotification {
  std::string_view id;     // one of sarif_notification_ids()
  std::string_view level;  // "note" or "warning"
  std::string text;
};

// The files that a document speaks of, each once.
class SarifArtifacts {
 public:
  explicit SarifArtifacts(SarifRoot root) : root_(std::move(root)) {}

  // An artifactLocation (section 3.4). A relative file without a folder is one of the root's.
  Json source(const SourceFrame& frame);
  Json project_file(const std::string& path);  // absolute, or from the root
  Json program(const SarifProgram& program);
  // The array of artifacts; nothing may be added after.
  [[nodiscard]] Json all() const;
  [[nodiscard]] Json base_ids() const;

 private:
  struct Place {
    std::string uri;
    bool beneath_root = false;
  };
  static Place place_of(const std::string& path, const std::string& root);
  Json located(const Place& place, std::string_view role);

  SarifRoot root_;
  std::map<std::string, std::size_t> known_;
  std::vector<Json> artifacts_;
};

// A text of a message: what it means there ("{0}", "[words](1)") is taken from names of
// programs (sections 3.11.5 and 3.11.6).
std::string sarif_words(std::string_view text);
// {"text": ...}
Json sarif_message(std::string_view text);

// The object of the tool, with rules and kinds of notifications.
Json sarif_driver(Json rules);
// A rule of each check, in their order: texts are those of `asmforge explain`.
Json sarif_rules(const std::vector<CheckDescription>& checks);
Json sarif_invocation(const std::vector<SarifNotification>& notifications, int exit_status);
// Around the members of the one run.
JsonFrame sarif_frame(const Json& driver);

}  // namespace asmforge
