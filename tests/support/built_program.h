// Source or assembly built by a real compiler, opened and analysed.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collect/open.h"
#include "collect/stream.h"
#include "scratch_dir.h"
#include "tools.h"

namespace asmforge::testing_support {

class BuiltProgram {
 public:
  // `command` is a compiler with its flags, "gcc -O2"; the source file and the
  // output are appended. `suffix` tells the language: ".c", ".cc", ".s", ".rs".
  BuiltProgram(const std::string& command, const std::string& suffix, const std::string& source) {
    std::vector<std::string> argv;
    for (std::size_t at = 0; at < command.size();) {
      const std::size_t end = std::min(command.find(' ', at), command.size());
      if (end > at) argv.push_back(command.substr(at, end - at));
      at = end + 1;
    }
    argv.push_back(scratch_.write("input" + suffix, source));
    argv.insert(argv.end(), {"-o", scratch_.file("built")});
    run_tool(argv);
    Result<std::vector<Binary>> opened = open_input(scratch_.file("built"), {});
    if (!opened || opened->empty()) {
      ADD_FAILURE() << "cannot open what " << command << " built";
      binaries_.emplace_back();
    } else {
      binaries_ = std::move(*opened);
    }
    analyser_.emplace_back(binaries_.front());
  }

  [[nodiscard]] const Binary& binary() const { return binaries_.front(); }

  // kNoIndex, and a failed test, when there is none of this (mangled) name.
  [[nodiscard]] std::uint32_t find(const std::string& name) const {
    const std::vector<FunctionEntry>& functions = binary().functions;
    for (std::uint32_t i = 0; i < functions.size(); ++i)
      if (functions[i].name == name) return i;
    ADD_FAILURE() << "no function " << name;
    return kNoIndex;
  }

  // Valid until the next call. The function must exist.
  FunctionView analyse(const std::string& name) { return analyser_.front().analyse(find(name)); }

 private:
  ScratchDir scratch_;
  std::vector<Binary> binaries_;
  std::vector<FunctionAnalyser> analyser_;  // one; made after the binary
};

}  // namespace asmforge::testing_support
