#include "measure/layouts/changed_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/archive.h"
#include "base/content_hash.h"
#include "base/mapped_file.h"
#include "measure/layouts/content_store.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

struct OpenInput {
  std::shared_ptr<const MappedFile> file;
  Archive archive;  // no members unless it is one
};

Result<OpenInput> open_input(const Capture& capture, const StepInput& input) {
  const std::string path = input.stored ? capture.content_path(input.hash) : input.path;
  OpenInput open;
  AF_TRY(open.file, MappedFile::open(path));
  if (input.kind != InputKind::kArchive) return open;
  Result<Archive> archive = read_archive(open.file->bytes());
  if (!archive) return archive.error().within(input.path);
  open.archive = std::move(*archive);
  return open;
}

std::string file_name(const std::string& path) { return fs::path(path).filename().string(); }

void add_if_changed(Bytes bytes, const ObjectPlace& place, const std::string& name,
                    const std::vector<std::string>& functions,
                    std::vector<ChangedObject>& objects) {
  if (!is_elf(bytes)) return;  // rustc puts its metadata beside the objects
  Result<std::vector<DefinedFunction>> found = defined_functions(bytes, functions);
  if (!found || found->empty()) return;
  objects.push_back({.place = place, .name = name, .functions = std::move(*found)});
}

}  // namespace

std::string link_time_optimised(const LinkStep& link) {
  for (const StepInput& input : link.inputs) {
    if (input.kind == InputKind::kGccLto)
      return fmt::format(
          "{} holds gcc's link-time bytecode: its code is made by the linker, in one piece",
          file_name(input.path));
    if (input.kind == InputKind::kBitcode)
      return fmt::format("{} is LLVM bitcode: its code is made by the linker, in one piece",
                         file_name(input.path));
  }
  return {};
}

Result<std::vector<ChangedObject>> find_changed_objects(const Capture& capture,
                                                        const LinkStep& link,
                                                        const std::vector<std::string>& functions) {
  std::vector<ChangedObject> objects;
  for (const bool archives : {false, true}) {
    for (std::size_t i = 0; i < link.inputs.size(); ++i) {
      const StepInput& input = link.inputs[i];
      if (input.kind != (archives ? InputKind::kArchive : InputKind::kObject)) continue;
      AF_TRY(const OpenInput open, open_input(capture, input));
      const std::string name = file_name(input.path);
      if (!archives) {
        add_if_changed(open.file->bytes(), {.input = i, .member = std::nullopt}, name, functions,
                       objects);
        continue;
      }
      for (std::size_t member = 0; member < open.archive.members.size(); ++member) {
        const ArchiveMember& one = open.archive.members[member];
        add_if_changed(one.bytes, {.input = i, .member = member},
                       fmt::format("{}({})", name, file_name(one.name)), functions, objects);
      }
    }
  }
  return objects;
}

std::vector<DefinedFunction> first_definitions(const std::vector<ChangedObject>& objects,
                                               const std::vector<std::string>& functions) {
  std::vector<DefinedFunction> first;
  for (const std::string& name : functions) {
    const DefinedFunction* found = nullptr;
    for (const ChangedObject& object : objects)
      for (const DefinedFunction& function : object.functions)
        if (found == nullptr && function.name == name) found = &function;
    if (found != nullptr) first.push_back(*found);
  }
  return first;
}

Result<std::vector<std::uint8_t>> object_bytes(const Capture& capture, const LinkStep& link,
                                               const ObjectPlace& place) {
  AF_TRY(const OpenInput open, open_input(capture, link.inputs[place.input]));
  Bytes bytes = open.file->bytes();
  if (place.member) bytes = open.archive.members[*place.member].bytes;
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

Result<std::map<std::size_t, std::string>> write_changed_inputs(
    const Capture& capture, const LinkStep& link, const std::string& directory,
    const std::map<ObjectPlace, std::vector<std::uint8_t>>& contents) {
  std::map<std::size_t, std::vector<std::uint8_t>> files;
  for (auto at = contents.begin(); at != contents.end();) {
    const std::size_t input = at->first.input;
    if (!at->first.member) {
      files[input] = at->second;
      ++at;
      continue;
    }
    AF_TRY(OpenInput open, open_input(capture, link.inputs[input]));
    for (; at != contents.end() && at->first.input == input; ++at)
      open.archive.members[*at->first.member].bytes = at->second;
    files[input] = write_archive(open.archive);
  }
  std::map<std::size_t, std::string> paths;
  for (const auto& [input, bytes] : files) {
    const std::string folder = fmt::format("{}/changed/{}", directory, content_hash(bytes));
    const std::string path = folder + "/" + file_name(link.inputs[input].path);
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (!fs::exists(path, failed)) {
      AF_TRY([[maybe_unused]] const Done written, write_whole_file(path, bytes));
    }
    paths[input] = path;
  }
  return paths;
}

}  // namespace asmforge
