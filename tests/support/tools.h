// Runs compilers and binary tools in tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/process.h"

namespace asmforge::testing_support {

// What the tool printed. A tool that fails, fails the test, with its messages.
inline std::string run_tool(const std::vector<std::string>& argv, const std::string& folder = "",
                            const std::string& input = "") {
  ProcessOptions options;
  options.argv = argv;
  options.working_directory = folder;
  options.input = input;
  options.capture_bytes = std::size_t{256} << 20;
  options.timeout = std::chrono::minutes(5);
  const auto result = run_process(options);
  if (!result) {
    ADD_FAILURE() << shell_quoted(argv) << ": " << result.error().what;
    return "";
  }
  EXPECT_TRUE(result->succeeded()) << shell_quoted(argv) << " " << result->ending() << "\n"
                                   << result->errors;
  return result->output;
}

inline bool have_tool(const std::string& name) { return find_program(name).has_value(); }

}  // namespace asmforge::testing_support
