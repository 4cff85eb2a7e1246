#include "measure/layouts/layout_links.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "base/content_hash.h"
#include "base/mapped_file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "measure/layouts/linked_program.h"
#include "measure/layouts/mix.h"

namespace asmforge {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kResidues = 64;

Error interrupted_error() {
  return {ErrorCode::kInterrupted, "linking the layouts was interrupted", ""};
}

struct CheckedProgram {
  BuiltLayout built;
  ProgramShape shape;
};

Result<CheckedProgram> check(const LayoutLink& link, const std::string& path) {
  CheckedProgram checked{.built = {.layout = link.layout, .path = path}, .shape = {}};
  AF_TRY(const auto file, MappedFile::open(path));
  AF_TRY(const std::vector<std::uint64_t> addresses,
         addresses_of_function(file->bytes(), link.function));
  bool there = false;
  for (const std::uint64_t address : addresses)
    there = there || address % kResidues == link.layout.residue;
  if (!there)
    return Error{ErrorCode::kUnavailable,
                 addresses.empty()
                     ? fmt::format("{} is not in the program that ld.lld links", link.function)
                     : fmt::format("ld.lld put {} at {:#x} where {} mod 64 was asked for",
                                   link.function, addresses.front(), link.layout.residue),
                 ""};
  AF_TRY(checked.shape, shape_of_program(file->bytes()));
  checked.built.layout.content_hash = content_hash(file->bytes());
  return checked;
}

Result<CheckedProgram> make(const LayoutLink& link, const std::string& directory) {
  const std::string path = fmt::format("{}/{}", directory, link.relinker->key(link.change));
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    AF_TRY([[maybe_unused]] const Done linked, link.relinker->link(link.change, path));
  }
  return check(link, path);
}

// 128 copies of a large program may be more than the disk has.
Result<Done> check_space(const std::string& directory, const std::string& program,
                         std::size_t copies) {
  std::error_code failed;
  const std::uint64_t needed = fs::file_size(program, failed) * copies;
  if (failed) return Done{};
  const fs::space_info space = fs::space(directory, failed);
  if (failed || space.available > needed) return Done{};
  return Error{ErrorCode::kUnavailable,
               fmt::format("{} layouts need {}, and {} has {} left", copies, human_bytes(needed),
                           directory, human_bytes(space.available)),
               "make space, or ask for fewer layouts"};
}

}  // namespace

LayoutRequest checked_request(const LayoutRequest& request) {
  AF_CHECK(request.before != nullptr && request.after != nullptr && request.layouts != 0);
  LayoutRequest checked = request;
  std::error_code ignored;
  checked.directory = fs::absolute(request.directory, ignored).lexically_normal().string();
  return checked;
}

Result<std::vector<BuiltLayout>> link_layouts(const LayoutRequest& request,
                                              const std::vector<LayoutLink>& links) {
  const std::string directory = request.directory + "/programs";
  std::error_code failed;
  fs::create_directories(directory, failed);
  if (failed)
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: cannot be made: {}", directory, failed.message()), ""};
  std::vector<CheckedProgram> made(links.size());
  // The first of each build tells what ld.lld does not know, and how the others must look.
  std::map<Arm, std::size_t> first;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (!first.emplace(links[i].layout.arm, i).second) continue;
    AF_TRY(made[i], make(links[i], directory));
    AF_TRY([[maybe_unused]] const Done room,
           check_space(directory, made[i].built.path, links.size()));
  }

  std::mutex lock;
  std::optional<Error> error;
  std::size_t done = 0;
  parallel_for(links.size(), available_threads(), [&](unsigned, std::size_t i) {
    const bool stop = request.interrupted != nullptr && request.interrupted->load();
    {
      const std::lock_guard guard(lock);
      if (stop && !error) error = interrupted_error();
      if (error) return;
    }
    const std::size_t model = first.at(links[i].layout.arm);
    Result<CheckedProgram> program =
        i == model ? Result<CheckedProgram>(made[i]) : make(links[i], directory);
    const std::lock_guard guard(lock);
    if (!program) {
      if (!error) error = program.error();
      return;
    }
    const std::string differs = difference(made[model].shape, program->shape);
    if (!differs.empty() && !error)
      error =
          Error{ErrorCode::kUnavailable,
                fmt::format("two layouts of one build are not the same program: {}", differs), ""};
    if (i != model) made[i] = std::move(*program);
    ++done;
    if (request.progress) request.progress(done, links.size());
  });
  if (error) return *error;
  std::vector<BuiltLayout> built;
  built.reserve(made.size());
  for (CheckedProgram& program : made) built.push_back(std::move(program.built));
  return built;
}

std::uint64_t shuffle_seed(std::uint64_t seed, Stage stage, Arm arm, std::uint32_t index) {
  const std::uint64_t stream = 16 * static_cast<unsigned>(stage) + static_cast<unsigned>(arm);
  const std::uint64_t x = mixed(mixed(mixed(seed) + stream) + index);
  return 1 + x % 0x7fff'fffeU;
}

LayoutBuild unavailable(Stage stage, std::string reason) {
  LayoutBuild build;
  build.stage.stage = stage;
  build.stage.reason = std::move(reason);
  return build;
}

}  // namespace asmforge
