#include "collect/profiles/count_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "base/mapped_file.h"
#include "collect/profiles/qemu_plugin/count_format.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

template <class T>
T copy_of(std::span<const std::uint8_t> bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

struct Log {
  std::shared_ptr<const MappedFile> file;
  count_header header = {};
  std::span<const std::uint8_t> records;
};

Result<Log> open_log(const std::string& path) {
  Log log;
  AF_TRY(log.file, MappedFile::open(path));
  const std::span<const std::uint8_t> bytes = log.file->bytes();
  const Error broken{ErrorCode::kBadInput, path + ": is no count file", "profile again"};
  if (bytes.size() < COUNT_HEADER_BYTES) return broken;
  log.header = copy_of<count_header>(bytes);
  if (std::memcmp(log.header.magic, COUNT_MAGIC, sizeof(log.header.magic)) != 0 ||
      log.header.log_bytes > bytes.size() - COUNT_HEADER_BYTES ||
      log.header.segments > COUNT_MAX_SEGMENTS || log.header.slots > COUNT_MAX_SLOTS)
    return broken;
  log.records = bytes.subspan(COUNT_HEADER_BYTES, log.header.log_bytes);
  return log;
}

std::vector<std::uint64_t> sum_of_slots(const std::string& base, const count_header& header) {
  std::vector<std::uint64_t> sums(header.segments, 0);
  for (std::uint32_t slot = 0; slot < header.slots; ++slot) {
    const auto file = MappedFile::open(fmt::format("{}.{}", base, slot));
    if (!file) continue;  // a thread that has run no code yet
    const std::span<const std::uint8_t> bytes = (*file)->bytes();
    const std::size_t count = std::min(sums.size(), bytes.size() / sizeof(std::uint64_t));
    for (std::size_t i = 0; i < count; ++i)
      sums[i] += copy_of<std::uint64_t>(bytes.subspan(i * sizeof(std::uint64_t)));
  }
  return sums;
}

CodeFile code_file(const count_module& module, std::span<const std::uint8_t> path) {
  CodeFile file;
  file.path.assign(path.begin(), path.end());
  file.stamp = FileStamp{module.device, module.inode, module.size, module.modified_seconds,
                         module.modified_nanoseconds};
  return file;
}

constexpr std::uint64_t kPageBytes = 4096;

// Walks the records; stops at the first that does not fit, which is our own bug or
// somebody's hand in the folder.
class Records {
 public:
  Records(const std::vector<std::uint64_t>& counts, ProfileBuilder& builder)
      : counts_(counts), builder_(builder) {}

  bool add_all(std::span<const std::uint8_t> records) {
    static_cast<void>(walk(records, [&](std::uint32_t kind, std::span<const std::uint8_t> record) {
      return kind == COUNT_MODULE || note_beginning(record);
    }));
    return walk(records, [&](std::uint32_t kind, std::span<const std::uint8_t> record) {
      return kind == COUNT_MODULE ? add_module(record) : add_segment(record);
    });
  }

 private:
  // False when one does not fit.
  template <class Visit>
  static bool walk(std::span<const std::uint8_t> rest, const Visit& visit) {
    while (!rest.empty()) {
      if (rest.size() < 8) return false;
      const auto kind = copy_of<std::uint32_t>(rest);
      const auto bytes = copy_of<std::uint32_t>(rest.subspan(4));
      if (bytes < 8 || bytes % 8 != 0 || bytes > rest.size()) return false;
      if (!visit(kind, rest.first(bytes))) return false;
      rest = rest.subspan(bytes);
    }
    return true;
  }

  using Place = std::pair<std::uint32_t, std::uint64_t>;  // module and file offset

  // Of an instruction that reaches into the next page QEMU begins a new block, but only after it
  // began to translate it as the last of the block before: there it is listed as well, with as
  // many of its bytes as lie before the page's end, and did not run.
  bool note_beginning(std::span<const std::uint8_t> record) {
    if (record.size() <= sizeof(count_segment)) return false;
    const auto segment = copy_of<count_segment>(record);
    const std::uint8_t size = record[sizeof(count_segment)];
    if (segment.insns != 0 && segment.file_offset % kPageBytes + size > kPageBytes)
      reaching_over_.emplace(segment.module, segment.file_offset);
    return true;
  }

  bool add_module(std::span<const std::uint8_t> record) {
    if (record.size() < sizeof(count_module)) return false;
    const auto module = copy_of<count_module>(record);
    if (module.module != files_.size() + 1 ||
        module.path_bytes > record.size() - sizeof(count_module))
      return false;
    files_.push_back(
        builder_.file(code_file(module, record.subspan(sizeof(count_module), module.path_bytes))));
    return true;
  }

  bool add_segment(std::span<const std::uint8_t> record) {
    if (record.size() < sizeof(count_segment)) return false;
    const auto segment = copy_of<count_segment>(record);
    const std::span<const std::uint8_t> sizes = record.subspan(sizeof(count_segment));
    if (segment.kind != COUNT_SEGMENT || segment.insns > sizes.size() ||
        segment.module > files_.size())
      return false;
    // A running process may have added segments since its counters were read.
    const std::uint64_t count = segment.segment < counts_.size() ? counts_[segment.segment] : 0;
    if (count == 0) return true;
    if (segment.module == 0) {
      builder_.add_unattributed(count * segment.insns);
      return true;
    }
    std::uint64_t offset = segment.file_offset;
    for (std::uint32_t i = 0; i < segment.insns; ++i) {
      const bool is_last = i != 0 && i + 1 == segment.insns;
      if (is_last && reaching_over_.contains({segment.module, offset})) break;
      builder_.add(files_[segment.module - 1], offset, count);
      offset += sizes[i];
    }
    return true;
  }

  const std::vector<std::uint64_t>& counts_;
  ProfileBuilder& builder_;
  std::vector<ProfileBuilder::FileNumber> files_;  // module number - 1
  std::set<Place> reaching_over_;  // instructions at the beginning of a block, over a page's end
};

void add_notes(const count_header& header, bool still_runs, ProfileBuilder& builder) {
  if (still_runs)
    builder.incomplete(
        "a process was still running when the profile was written; it is counted up to then");
  else if (header.state == COUNT_RUNNING && header.uncounted_programs == 0)
    builder.note(
        "a process was killed by a signal; its last instructions, up to the first that "
        "can fault, may be counted without having run");
  if (header.uncounted_children != 0)
    builder.incomplete("a process or thread could not write its counts and is missing");
  if (header.uncounted_programs != 0)
    builder.incomplete(
        "a program was run that cannot be emulated (another ISA, or set-user-id); it is missing");
  if (header.full != 0) builder.note("there was more code than counters; the rest is unattributed");
}

// Running, and not merely waiting to be reaped by its parent.
bool is_alive(std::uint32_t pid) {
  std::ifstream status(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(status, text);
  const std::size_t name_end = text.rfind(')');  // "12 (name) S ...": a name may hold anything
  if (name_end == std::string::npos || name_end + 2 >= text.size()) return false;
  return text[name_end + 2] != 'Z' && text[name_end + 2] != 'X';
}

// "<folder>/<pid>-<n>.log": whether <pid>-<n + 1>.log, a later image, is there.
bool has_successor(const std::string& log_path) {
  const std::size_t dash = log_path.rfind('-');
  const unsigned long n = std::strtoul(log_path.c_str() + dash + 1, nullptr, 10);
  return fs::exists(fmt::format("{}-{}.log", log_path.substr(0, dash), n + 1));
}

// A process that is about to end or to execute may still be counting.
bool still_runs(const count_header& header, const std::string& log_path) {
  if (header.state == COUNT_REPLACED && has_successor(log_path)) return false;
  return is_alive(header.pid);
}

}  // namespace

std::vector<std::string> CountFiles::log_paths() const {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored))
    if (entry.path().extension() == ".log") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());  // the same notes in the same order
  return paths;
}

void CountFiles::collect(const std::string& log_path, bool is_running, ProfileBuilder& builder) {
  const Result<Log> log = open_log(log_path);
  if (!log) {
    // Made and not yet filled in, or no room for the header.
    if (!is_running) builder.incomplete("a process ended before it could write its counts");
    return;
  }
  collected_ = true;
  const std::string base = log_path.substr(0, log_path.size() - std::strlen(".log"));
  const std::vector<std::uint64_t> counts = sum_of_slots(base, log->header);
  if (!Records(counts, builder).add_all(log->records))
    builder.incomplete("the counts of a process were damaged; what follows the damage is missing");
  add_notes(log->header, is_running, builder);
  if (is_running) return;
  std::error_code ignored;
  for (std::uint32_t slot = 0; slot < log->header.slots; ++slot)
    fs::remove(fmt::format("{}.{}", base, slot), ignored);
  fs::remove(log_path, ignored);
}

void CountFiles::collect_ended(ProfileBuilder& builder) {
  for (const std::string& path : log_paths()) {
    const Result<Log> log = open_log(path);
    if (log && !still_runs(log->header, path)) collect(path, false, builder);
  }
}

void CountFiles::collect_all(ProfileBuilder& builder) {
  for (const std::string& path : log_paths()) {
    const Result<Log> log = open_log(path);
    collect(path, log && still_runs(log->header, path), builder);
  }
}

std::vector<pid_t> CountFiles::running() const {
  std::vector<pid_t> pids;
  for (const std::string& path : log_paths()) {
    const Result<Log> log = open_log(path);
    if (log && still_runs(log->header, path)) pids.push_back(static_cast<pid_t>(log->header.pid));
  }
  return pids;
}

bool CountFiles::any_seen() const { return collected_ || !log_paths().empty(); }

}  // namespace asmforge
