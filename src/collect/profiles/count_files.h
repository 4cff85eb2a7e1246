// Reads what the counting plugin left (qemu_plugin/count_format.h).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "collect/profiles/profile_builder.h"

namespace asmforge {

class CountFiles {
 public:
  explicit CountFiles(std::string folder) : folder_(std::move(folder)) {}

  // Adds and removes the files of processes that have ended, so that a run of many
  // processes does not fill the disk.
  void collect_ended(ProfileBuilder& builder);
  // Adds all files, those of processes that still run as they are now.
  void collect_all(ProfileBuilder& builder);
  // The processes that still run.
  [[nodiscard]] std::vector<pid_t> running() const;
  // Whether any process got as far as to make its files.
  [[nodiscard]] bool any_seen() const;

 private:
  [[nodiscard]] std::vector<std::string> log_paths() const;
  void collect(const std::string& log_path, bool still_runs, ProfileBuilder& builder);

  std::string folder_;
  bool collected_ = false;
};

}  // namespace asmforge
