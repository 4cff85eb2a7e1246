#include "collect/open.h"

#include <algorithm>
#include <string_view>

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
    {"\xfd"
     "7zXZ",
     "is compressed (xz)"},
    {"\x28\xb5\x2f\xfd", "is compressed (zstd)"},
    {"#!", "is a script"},
};

Error not_an_object(std::span<const std::uint8_t> bytes) {
  const std::string_view front(reinterpret_cast<const char*>(bytes.data()),
                               std::min<std::size_t>(bytes.size(), 512));
  std::string what = "is neither an ELF file nor an archive";
  for (const Magic& magic : kForeign)
    if (front.starts_with(magic.bytes)) what = std::string(magic.what) + ", not an ELF file";
  return {ErrorCode::kBadInput, what, "name an x86-64 ELF program, library, object or archive"};
}

}  // namespace

Result<std::vector<Binary>> open_bytes(const std::string& name, std::span<const std::uint8_t> bytes,
                                       const OpenOptions& options, const std::string& /*member*/,
                                       std::shared_ptr<const MappedFile> file) {
  if (!is_elf(bytes)) return not_an_object(bytes).within(name);
  ObjectInput input{.path = name, .member = "", .bytes = bytes, .files = {}};
  if (file != nullptr) input.files.push_back(std::move(file));
  Result<Binary> binary = read_elf_object(input, options);
  if (!binary) return binary.error().within(name);
  std::vector<Binary> binaries;
  binaries.push_back(std::move(*binary));
  return binaries;
}

Result<std::vector<Binary>> open_input(const std::string& path, const OpenOptions& options) {
  AF_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
  return open_bytes(path, file->bytes(), options, "", file);
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
