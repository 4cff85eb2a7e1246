#include "collect/open.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "base/archive.h"
#include "collect/open_bytes.h"
#include "collect/readers/elf_object.h"

namespace asmforge {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view what;
};
constexpr Magic kForeign[] = {
    {"MZ", "is a Windows program"},
    {"\xcf\xfa\xed\xfe", "is a Mach-O file"},
    {"\xca\xfe\xba\xbe", "is a Mach-O universal binary or a Java class"},
    {"BC\xc0\xde", "is LLVM bitcode"},
    {"\xde\xc0\x17\x0b", "is LLVM bitcode"},
    {"\x89PNG", "is a picture"},
    {"\x1f\x8b", "is compressed (gzip)"},
    {"\xfd\x37zXZ", "is compressed (xz)"},
    {"\x28\xb5\x2f\xfd", "is compressed (zstd)"},
    {"#!", "is a script"},
};

// What a file that is no ELF file seems to be: "is a script".
std::string_view foreign_kind(Bytes bytes) {
  const std::string_view front(reinterpret_cast<const char*>(bytes.data()),
                               std::min<std::size_t>(bytes.size(), 16));
  for (const Magic& magic : kForeign)
    if (front.starts_with(magic.bytes)) return magic.what;
  return {};
}

Error not_an_object(Bytes bytes) {
  const std::string_view kind = foreign_kind(bytes);
  return {ErrorCode::kBadInput,
          kind.empty() ? "is neither an ELF file nor an archive"
                       : fmt::format("{}, not an ELF file", kind),
          "name an ELF program, library, object or archive"};
}

// One archive being opened.
struct ArchiveInput {
  const std::string& path;
  const std::string& wanted;  // one member, or empty for all
  const OpenOptions& options;
  std::vector<std::shared_ptr<const MappedFile>> files;  // the archive itself
};

// The member as an object; a thin archive's member is a file of its own.
Result<Binary> open_member(const ArchiveInput& archive, const ArchiveMember& member, bool thin) {
  ObjectInput input{
      .path = archive.path, .member = member.name, .bytes = member.bytes, .files = archive.files};
  if (thin) {
    if (archive.files.empty())
      return Error{ErrorCode::kBadInput, "is in another file, and the archive is not in a folder",
                   "name the archive's path"};
    const std::filesystem::path folder = std::filesystem::path(archive.path).parent_path();
    AF_TRY(const std::shared_ptr<const MappedFile> file,
           MappedFile::open((folder / member.name).string()));
    input.bytes = file->bytes();
    input.files.push_back(file);
  }
  if (!is_elf(input.bytes)) return not_an_object(input.bytes);
  return read_elf_object(input, archive.options);
}

bool has_code(const Binary& binary) {
  return std::any_of(binary.sections.begin(), binary.sections.end(),
                     [](const Section& section) { return section.executable; });
}

// "3 members were left out: a.bc (is LLVM bitcode, not an ELF file), ..."
std::string describe_left_out(const std::vector<std::string>& left_out) {
  constexpr std::size_t kShown = 3;
  const std::size_t shown = std::min(left_out.size(), kShown);
  return fmt::format(
      "{} member{} left out: {}{}", left_out.size(), left_out.size() == 1 ? " was" : "s were",
      fmt::join(left_out.begin(), left_out.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      shown < left_out.size() ? ", ..." : "");
}

Result<std::vector<Binary>> open_archive(const ArchiveInput& input, Bytes bytes) {
  AF_TRY(const Archive archive, read_archive(bytes));
  std::vector<Binary> binaries;
  std::vector<std::string> left_out;
  for (const ArchiveMember& member : archive.members) {
    if (!input.wanted.empty() && member.name != input.wanted) continue;
    Result<Binary> binary = open_member(input, member, archive.thin);
    if (binary && input.wanted.empty() && !has_code(*binary)) {
      left_out.push_back(fmt::format("{} (holds no code)", member.name));
    } else if (binary) {
      binaries.push_back(std::move(*binary));
    } else if (!input.wanted.empty()) {
      return binary.error().within(member.name);
    } else {
      left_out.push_back(fmt::format("{} ({})", member.name, binary.error().what));
    }
  }
  if (binaries.empty()) {
    if (!input.wanted.empty())
      return Error{
          ErrorCode::kNotFound, "has no member " + input.wanted,
          fmt::format("`ar t {}` lists its {} members", input.path, archive.members.size())};
    return Error{ErrorCode::kBadInput,
                 left_out.empty() ? "is an archive without members"
                                  : "holds no object that is read; " + describe_left_out(left_out),
                 "name an archive of x86-64 or AArch64 ELF objects"};
  }
  if (!left_out.empty()) binaries.front().notes.push_back(describe_left_out(left_out));
  return binaries;
}

// "libx.a(y.o)" to its two names; the member is empty when it is no such name.
std::pair<std::string, std::string> split_member(const std::string& path) {
  const std::size_t open = path.rfind('(');
  if (open == std::string::npos || open == 0 || !path.ends_with(')')) return {path, ""};
  return {path.substr(0, open), path.substr(open + 1, path.size() - open - 2)};
}

}  // namespace

Result<std::vector<Binary>> open_bytes(const std::string& name, std::span<const std::uint8_t> bytes,
                                       const OpenOptions& options, const std::string& member,
                                       std::shared_ptr<const MappedFile> file) {
  std::vector<std::shared_ptr<const MappedFile>> files;
  if (file != nullptr) files.push_back(std::move(file));
  if (is_archive(bytes)) {
    Result<std::vector<Binary>> binaries = open_archive({name, member, options, files}, bytes);
    if (!binaries) return binaries.error().within(name);
    return binaries;
  }
  if (!is_elf(bytes)) return not_an_object(bytes).within(name);
  if (!member.empty())
    return Error{ErrorCode::kBadInput, "is no archive, so it has no member " + member,
                 "name the file alone"}
        .within(name);
  Result<Binary> binary = read_elf_object({name, "", bytes, std::move(files)}, options);
  if (!binary) return binary.error().within(name);
  std::vector<Binary> binaries;
  binaries.push_back(std::move(*binary));
  return binaries;
}

Result<std::vector<Binary>> open_input(const std::string& path, const OpenOptions& options) {
  std::error_code ignored;
  auto [file_path, member] = split_member(path);
  // A file may really be called "a(b)".
  if (!member.empty() && std::filesystem::exists(path, ignored)) {
    file_path = path;
    member.clear();
  }
  AF_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(file_path));
  return open_bytes(file_path, file->bytes(), options, member, file);
}

Result<Done> check_unchanged(const Binary& binary) {
  const auto* storage = dynamic_cast<const ReaderStorage*>(binary.storage.get());
  if (storage == nullptr) return Done{};
  for (const std::shared_ptr<const MappedFile>& file : storage->files) {
    AF_TRY([[maybe_unused]] const Done unchanged, file->check_unchanged());
  }
  return Done{};
}

}  // namespace asmforge
