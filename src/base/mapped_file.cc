#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <string_view>

namespace asmforge {

// One mapped range, readable from a signal handler: nodes are only ever added to
// the list and reused, never freed, and an unused one has begin == end.
struct MappedFile::Range {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
  std::array<char, 256> name{};
  Range* next = nullptr;

  static std::atomic<Range*> list;
  static std::mutex lock;
  static Range* add(std::span<const std::uint8_t> bytes, std::string_view path);
  static const Range* holding(std::uintptr_t address);
  static void on_bus_error(int signal, siginfo_t* info, void* context);
};

std::atomic<MappedFile::Range*> MappedFile::Range::list{nullptr};
std::mutex MappedFile::Range::lock;

const MappedFile::Range* MappedFile::Range::holding(std::uintptr_t address) {
  for (const Range* range = list.load(std::memory_order_acquire); range != nullptr;
       range = range->next)
    if (address >= range->begin.load() && address < range->end.load()) return range;
  return nullptr;
}

void MappedFile::Range::on_bus_error(int signal, siginfo_t* info, void* /*context*/) {
  if (const Range* range = holding(reinterpret_cast<std::uintptr_t>(info->si_addr))) {
    const auto say = [](std::string_view text) {
      return write(STDERR_FILENO, text.data(), text.size()) >= 0;
    };
    // Nothing is left to do when stderr is closed.
    (void)(say("asmforge: ") && say(range->name.data()) &&
           say(": the file was cut short while it was read; try again when it is written\n"));
    _exit(exit_status(ErrorCode::kBadInput));
  }
  // Not ours: returning runs the instruction again, now with the default action.
  std::signal(signal, SIG_DFL);
}

MappedFile::Range* MappedFile::Range::add(std::span<const std::uint8_t> bytes,
                                          std::string_view path) {
  const std::lock_guard<std::mutex> guard(lock);
  static const bool installed = [] {
    struct sigaction action = {};
    action.sa_sigaction = &on_bus_error;
    action.sa_flags = SA_SIGINFO;
    return sigaction(SIGBUS, &action, nullptr) == 0;
  }();
  AF_CHECK(installed);

  Range* range = list.load();
  while (range != nullptr && range->end.load() != 0) range = range->next;
  const bool fresh = range == nullptr;
  if (fresh) range = new Range;
  const std::size_t length = path.copy(range->name.data(), range->name.size() - 1);
  range->name[length] = '\0';
  range->begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  range->end = range->begin + bytes.size();
  if (fresh) {
    range->next = list.load();
    list.store(range, std::memory_order_release);
  }
  return range;
}

MappedFile::Identity MappedFile::identity_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified_seconds = status.st_mtim.tv_sec,
          .modified_nanoseconds = status.st_mtim.tv_nsec};
}

namespace {

Error cannot_read(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return {ErrorCode::kBadInput, path + ": there is no such file", "check the path"};
    case EACCES:
    case EPERM:
      return {ErrorCode::kBadInput, path + ": permission denied", "check who may read it"};
    default: return {ErrorCode::kBadInput, path + ": cannot be read: " + std::strerror(error), ""};
  }
}

// What a path is when it is no regular file.
std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "a socket";
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path) {
  // O_NONBLOCK: a FIFO without a writer must not hang us.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  // A socket cannot be opened at all.
  if (descriptor < 0 && errno == ENXIO)
    return Error{ErrorCode::kBadInput, path + ": is no regular file", "name a regular file"};
  if (descriptor < 0) return cannot_read(path, errno);
  struct Closer {
    int descriptor;
    ~Closer() { ::close(descriptor); }
  } const closer{descriptor};

  struct stat status = {};
  if (fstat(descriptor, &status) != 0) return cannot_read(path, errno);
  if (!S_ISREG(status.st_mode))
    return Error{ErrorCode::kBadInput, path + ": is " + std::string(kind_of(status.st_mode)),
                 "name a regular file"};
  if (status.st_size == 0)
    return Error{ErrorCode::kBadInput, path + ": the file is empty",
                 "name another, or make it again"};

  const auto size = static_cast<std::size_t>(status.st_size);
  void* const start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (start == MAP_FAILED) return cannot_read(path, errno);

  std::shared_ptr<MappedFile> file(new MappedFile);
  file->path_ = path;
  file->bytes_ = {static_cast<const std::uint8_t*>(start), size};
  file->identity_ = identity_of(status);
  file->range_ = Range::add(file->bytes_, path);
  return std::shared_ptr<const MappedFile>(std::move(file));
}

MappedFile::~MappedFile() {
  if (range_ != nullptr) {
    const std::lock_guard<std::mutex> guard(Range::lock);
    range_->end = 0;
    range_->begin = 0;
  }
  if (!bytes_.empty()) munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

Result<Done> MappedFile::check_unchanged() const {
  struct stat status = {};
  if (stat(path_.c_str(), &status) == 0 && identity_of(status) == identity_) return Done{};
  return Error{ErrorCode::kBadInput, path_ + ": the file changed while it was read",
               "run again when nobody writes it"};
}

bool MappedFile::is_mapped(std::span<const std::uint8_t> bytes) {
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  const Range* range = Range::holding(begin);
  return range != nullptr && bytes.size() <= range->end.load() - begin;
}

void release_pages(std::span<const std::uint8_t> bytes) {
  if (!MappedFile::is_mapped(bytes)) return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t before = reinterpret_cast<std::uintptr_t>(bytes.data()) % page;
  const std::size_t skipped = before == 0 ? 0 : page - before;
  if (bytes.size() < skipped + page) return;
  const std::size_t whole = (bytes.size() - skipped) / page * page;
  madvise(const_cast<std::uint8_t*>(bytes.data() + skipped), whole, MADV_DONTNEED);
}

}  // namespace asmforge
