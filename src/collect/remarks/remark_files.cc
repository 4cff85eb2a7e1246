#include "collect/remarks/remark_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

#include "base/mapped_file.h"
#include "base/text.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

bool is_remark_name(std::string_view name) {
  return name.ends_with(".yaml") && name.find(".opt.") != name.npos;
}

Result<std::vector<std::string>> files_below(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  if (error)
    return Error{ErrorCode::kBadInput, printable(folder) + ": cannot be read: " + error.message(),
                 "check who may read it"};
  for (; at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;  // a link that leads nowhere is no file
    if (is_remark_name(at->path().filename().string()) && at->is_regular_file(ignored))
      found.push_back(at->path().string());
  }
  std::ranges::sort(found);
  if (found.empty())
    return Error{ErrorCode::kBadInput,
                 printable(folder) + ": no file of remarks (*.opt.yaml) is in this folder",
                 "compile with clang's -fsave-optimization-record"};
  return found;
}

}  // namespace

Result<std::vector<std::string>> find_remark_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::set<std::string> known;
  for (const std::string& path : paths) {
    std::error_code error;
    std::vector<std::string> found = {path};
    if (fs::is_directory(path, error)) {
      AF_TRY(found, files_below(path));
    }
    for (std::string& file : found) {
      const fs::path whole = fs::weakly_canonical(file, error);
      if (known.insert(error ? file : whole.string()).second) files.push_back(std::move(file));
    }
  }
  return files;
}

Result<RemarkCounts> read_remark_file(const std::string& path,
                                      const std::function<void(const RawRemark&)>& visit,
                                      const std::function<bool()>& should_stop) {
  std::error_code error;
  if (fs::is_regular_file(path, error) && fs::file_size(path, error) == 0 && !error)
    return RemarkCounts{};
  AF_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
  const std::string_view text(reinterpret_cast<const char*>(file->bytes().data()),
                              file->bytes().size());
  if (const std::string why = why_no_remarks(text); !why.empty())
    return Error{ErrorCode::kBadInput, printable(path) + ": " + why,
                 "name a file of clang's -fsave-optimization-record"};
  RemarkCounts counts = read_remarks(text, visit, should_stop);
  AF_TRY([[maybe_unused]] const Done same, file->check_unchanged());
  return counts;
}

}  // namespace asmforge
