#include "base/leftovers.h"

#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace asmforge {
namespace {

namespace fs = std::filesystem;

bool has_variable(const fs::path& process, std::string_view variable) {
  std::ifstream file(process / "environ", std::ios::binary);
  const std::string environment((std::istreambuf_iterator<char>(file)), {});
  for (std::string_view rest = environment; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    if (rest.substr(0, end) == variable) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::vector<pid_t> processes_with(std::string_view variable) {
  std::vector<pid_t> found;
  std::error_code failed;
  for (fs::directory_iterator at("/proc", failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string name = at->path().filename().string();
    pid_t number = 0;
    const auto [stopped, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || stopped != name.data() + name.size() || number == getpid())
      continue;
    if (has_variable(at->path(), variable)) found.push_back(number);
  }
  return found;
}

}  // namespace

std::size_t kill_leftovers(const std::string& variable, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::set<pid_t> killed;
  // One that was starting another while we looked is found in the next round.
  for (std::vector<pid_t> found = processes_with(variable); !found.empty();
       found = processes_with(variable)) {
    for (const pid_t process : found) {
      kill(process, SIGKILL);
      killed.insert(process);
    }
    if (std::chrono::steady_clock::now() > end) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return killed.size();
}

}  // namespace asmforge
