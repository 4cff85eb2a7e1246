// The program: signals, streams, and off to the command.
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "cli/command.h"

int main(int argc, char** argv) {
  asmforge::install_signal_handlers();
  asmforge::Output out(asmforge::kStandardOutput);
  asmforge::Output err(asmforge::kStandardError);
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return asmforge::run_command_line(arguments, out, err);
}
