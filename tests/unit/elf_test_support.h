// What the tests of the readers share: a folder that is removed afterwards,
// programs built in it, and look-ups in a Binary.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "collect/open.h"

namespace asmforge::elf_test {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "asmforge-test-XXXXXX").string();
    AF_CHECK(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  // Runs in the folder; the test fails when the program does.
  void run(const std::vector<std::string>& argv) const {
    ProcessOptions options;
    options.argv = argv;
    options.working_directory = folder_.string();
    const Result<ProcessResult> result = run_process(options);
    ASSERT_TRUE(result.has_value()) << result.error().what;
    ASSERT_TRUE(result->succeeded()) << shell_quoted(argv) << "\n" << result->errors;
  }

 private:
  std::filesystem::path folder_;
};

inline std::vector<std::uint8_t> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::vector<Binary> open_all(const std::string& path, const OpenOptions& options = {}) {
  Result<std::vector<Binary>> opened = open_input(path, options);
  EXPECT_TRUE(opened.has_value()) << opened.error().what;
  return opened.has_value() ? std::move(*opened) : std::vector<Binary>();
}

inline Binary open_one(const std::string& path, const OpenOptions& options = {}) {
  std::vector<Binary> binaries = open_all(path, options);
  EXPECT_EQ(binaries.size(), 1U);
  return binaries.empty() ? Binary{} : std::move(binaries.front());
}

inline std::string error_of(const std::string& path) {
  const Result<std::vector<Binary>> opened = open_input(path, {});
  return opened.has_value() ? "opened" : opened.error().what;
}

inline const FunctionEntry* function_named(const Binary& binary, std::string_view name) {
  for (const FunctionEntry& function : binary.functions)
    if (function.name == name) return &function;
  return nullptr;
}

}  // namespace asmforge::elf_test
