#include "cli/trial_record.h"

#include <filesystem>
#include <system_error>

#include "base/replace_file.h"
#include "report/writers/verdict.h"
#include "verdict/decide.h"

namespace asmforge {
namespace {

// Writing takes some hundredths of a second, seldom enough not to disturb what is measured.
constexpr std::chrono::seconds kBetween{10};

bool can_be_replaced(const std::string& path) {
  std::error_code none;
  const auto status = std::filesystem::status(path, none);
  return !std::filesystem::exists(status) || std::filesystem::is_regular_file(status);
}

// We may work in another folder by the time it is written.
std::string absolute(const std::string& path) {
  std::error_code failed;
  const std::string whole = path.empty() ? path : std::filesystem::absolute(path, failed).string();
  return failed ? path : whole;
}

Result<Done> write_record(const std::string& path, const Trial& trial, const Verdict& verdict) {
  return replace_file(path, record_text(trial, verdict));
}

}  // namespace

std::string record_text(const Trial& trial, const Verdict& verdict) {
  std::string text;
  Output record(text);
  write_verdict_json(trial, verdict, record);
  record.flush();
  return text;
}

TrialRecord::TrialRecord(const std::string& path)
    : path_(absolute(path)), next_(Clock::now() + kBetween) {}

Result<Done> TrialRecord::check() const { return path_.empty() ? Done{} : check_writable(path_); }

void TrialRecord::checkpoint(const Trial& trial) {
  if (path_.empty() || trial.runs.empty() || Clock::now() < next_ || !can_be_replaced(path_))
    return;
  Trial unfinished = trial;
  unfinished.failure = "asmforge was killed";
  // Whether the file can be written is said at the end, when it has to be.
  static_cast<void>(write_record(path_, unfinished, decide(unfinished)).has_value());
  next_ = Clock::now() + kBetween;
}

Result<Done> TrialRecord::finish(const Trial& trial, const Verdict& verdict) const {
  return path_.empty() ? Done{} : write_record(path_, trial, verdict);
}

}  // namespace asmforge
