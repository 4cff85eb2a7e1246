#include "measure/layouts/relink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/content_hash.h"
#include "base/process.h"
#include "measure/layouts/content_store.h"
#include "measure/layouts/link_command.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr std::array kLinkers = {"ld.lld-19", "ld.lld"};
constexpr std::size_t kMostDropped = 16;

// What is left out when a link is made again. One dash or two.
struct LeftOut {
  std::string_view name;
  bool next_too;  // its value is the next argument when it is not behind '='
};
constexpr std::array kLeftOut = {
    LeftOut{"plugin", true},  // gcc's, for its own bytecode; objects are linked as they are
    LeftOut{"plugin-opt", true},
    LeftOut{"Map", true},  // files beside the output
    LeftOut{"dependency-file", true},
    LeftOut{"print-map", false},
    LeftOut{"cref", false},
    LeftOut{"trace", false},
    LeftOut{"strip-all", false},  // where functions start is read from the symbols
    LeftOut{"discard-all", false},
    LeftOut{"discard-locals", false},
    LeftOut{"retain-symbols-file", true},
    LeftOut{"symbol-ordering-file", true},  // the order is ours to say
    LeftOut{"section-ordering-file", true},
    LeftOut{"call-graph-ordering-file", true},
    LeftOut{"shuffle-sections", false},
    LeftOut{"threads", false},
};
constexpr std::array<std::string_view, 5> kLeftOutShort = {"-s", "-M", "-t", "-x", "-X"};

const LeftOut* left_out(std::string_view word) {
  if (!word.starts_with('-')) return nullptr;
  const std::string_view body = word.substr(word.starts_with("--") ? 2 : 1);
  const std::string_view name = body.substr(0, body.find('='));
  const auto* row = std::find_if(kLeftOut.begin(), kLeftOut.end(),
                                 [&](const LeftOut& known) { return known.name == name; });
  return row == kLeftOut.end() ? nullptr : row;
}

// "ld.lld: error: unknown argument '--x'" -> "--x"
std::optional<std::string> unknown_argument(std::string_view messages) {
  constexpr std::string_view kFront = "unknown argument '";
  const std::size_t at = messages.find(kFront);
  if (at == std::string_view::npos) return std::nullopt;
  messages.remove_prefix(at + kFront.size());
  const std::size_t end = messages.find('\'');
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(messages.substr(0, end));
}

std::string first_error(const std::string& messages) {
  const std::size_t at = messages.find("error: ");
  const std::size_t from = at == std::string::npos ? 0 : at + 7;
  return messages.substr(from, messages.find('\n', from) - from);
}

}  // namespace

std::vector<std::string> relink_arguments(const LinkStep& link,
                                          const std::vector<std::string>& paths) {
  AF_CHECK(paths.size() == link.inputs.size());
  std::vector<std::string> argv = link.argv;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const StepInput& input = link.inputs[i];
    const bool library = input.prefix == "-l";
    // A library that every linker finds by itself keeps its name.
    if (library && !input.stored && !input.by_path) continue;
    argv[input.argument] = (library ? std::string() : input.prefix) + paths[i];
  }
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    const bool is_short =
        std::find(kLeftOutShort.begin(), kLeftOutShort.end(), word) != kLeftOutShort.end();
    const LeftOut* row = left_out(word);
    if (is_short) continue;
    if (word == "-o" || (row != nullptr && row->next_too && word.find('=') == std::string::npos))
      ++i;
    if (word == "-o" || row != nullptr) continue;
    kept.push_back(word);
  }
  return kept;
}

struct Relinker::Unknown {
  std::mutex lock;
  std::vector<std::string> options;

  bool add(const std::string& option) {
    const std::lock_guard guard(lock);
    if (options.size() == kMostDropped) return false;
    options.push_back(option);
    return true;
  }
  std::vector<std::string> without(std::vector<std::string> words) {
    const std::lock_guard guard(lock);
    std::erase_if(words, [&](const std::string& word) {
      return std::find(options.begin(), options.end(), word) != options.end();
    });
    return words;
  }
};

Relinker::Relinker(const LinkStep& link) : link_(&link), unknown_(std::make_shared<Unknown>()) {}

Result<Relinker> Relinker::make(const Capture& capture, const LinkStep& link,
                                const std::string& directory,
                                const std::atomic<bool>* interrupted) {
  Relinker relinker(link);
  relinker.interrupted_ = interrupted;
  relinker.directory_ = directory;
  for (const char* name : kLinkers)
    if (relinker.linker_.empty()) relinker.linker_ = find_program(name).value_or("");
  if (relinker.linker_.empty())
    return Error{ErrorCode::kUnavailable, "ld.lld-19 was not found", "apt install lld-19"};
  // Linkers look at the names of some files (crtbegin.o), so contents get theirs back.
  for (const StepInput& input : link.inputs) {
    if (!input.stored) {
      relinker.paths_.push_back(input.path);
      continue;
    }
    const std::string folder = fmt::format("{}/inputs/{}", directory, input.hash);
    const std::string path = folder + "/" + fs::path(input.path).filename().string();
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (!fs::exists(capture.content_path(input.hash), failed))
      return Error{ErrorCode::kBadInput,
                   fmt::format("{}: the copy of {} is missing", capture.directory, input.path),
                   "capture the build again"};
    fs::remove(path, failed);
    fs::create_symlink(capture.content_path(input.hash), path, failed);
    if (failed)
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{}: cannot be written: {}", path, failed.message()), ""};
    relinker.paths_.push_back(path);
  }
  return relinker;
}

std::vector<std::string> Relinker::arguments(const Change& change) const {
  std::vector<std::string> paths = paths_;
  for (const auto& [input, path] : change.inputs) paths[input] = path;
  // Debug information takes most of the time and space, and does not run.
  std::vector<std::string> words = {"--threads=1", "--strip-debug"};
  words.insert(words.end(), change.front.begin(), change.front.end());
  for (std::string& word : relink_arguments(*link_, paths)) words.push_back(std::move(word));
  return words;
}

std::string Relinker::key(const Change& change) const {
  std::string text = linker_ + "\n" + response_text(arguments(change));
  for (const StepInput& input : link_->inputs) text += input.hash + "\n";
  return content_hash({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Result<Done> Relinker::link(const Change& change, const std::string& output) const {
  const std::string partial = fmt::format("{}.{}.partial", output, getpid());
  const std::string response = partial + ".rsp";
  while (true) {
    std::vector<std::string> words = unknown_->without(arguments(change));
    words.insert(words.end(), {"-o", partial});
    const std::string text = response_text(words);
    AF_TRY([[maybe_unused]] const Done written,
           write_whole_file(response,
                            {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
    const Result<ProcessResult> run = run_process({.argv = {linker_, "@" + response},
                                                   .environment = link_->environment,
                                                   .working_directory = directory_,
                                                   .input = {},
                                                   .output = OutputMode::kDiscard,
                                                   .interrupted = interrupted_});
    std::error_code failed;
    fs::remove(response, failed);
    if (!run) return run.error();
    if (run->succeeded()) {
      fs::rename(partial, output, failed);
      if (!failed) return Done{};
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{}: cannot be written: {}", output, failed.message()), ""};
    }
    fs::remove(partial, failed);
    const std::optional<std::string> unknown = unknown_argument(run->errors);
    if (!unknown)
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{} cannot make the link of {} again: {}",
                               fs::path(linker_).filename().string(), link_->output,
                               run->errors.empty() ? run->ending() : first_error(run->errors)),
                   ""};
    if (!unknown_->add(*unknown))
      return Error{
          ErrorCode::kUnavailable,
          fmt::format("ld.lld knows too few of the options that {} is linked with", link_->output),
          ""};
  }
}

}  // namespace asmforge
