// Samples and mappings as perf_event_open reports them, in order of their time, to a
// ProfileBuilder.
//
// The records' layouts are documented in perf_event_open(2). They come from the
// kernel's ring buffers or from a perf.data file, so nothing in them is trusted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "collect/profiles/profile_builder.h"
#include "core/result.h"

namespace asmforge {

// What perf_event_attr says of the records' fields.
struct RecordLayout {
  std::uint64_t sample_type = 0;
  bool sample_id_all = false;  // other records than samples carry a time too
};

class SampleCollector {
 public:
  // `live`: mapped files are those on this machine now, and are remembered as such.
  SampleCollector(ProfileBuilder& builder, bool live) : builder_(builder), live_(live) {}

  // Build ids that are known for files by their names.
  void set_build_ids(std::unordered_map<std::string, std::string> by_path);

  // One record with its header; kinds that say nothing about where code ran are ignored.
  Result<Done> add(std::span<const std::uint8_t> record, const RecordLayout& layout);

  // Gives every sample its place. To be called once, when all records are in.
  Result<Done> resolve();

  [[nodiscard]] std::uint64_t samples() const { return samples_.size(); }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  // Processes that were forked and have not ended.
  [[nodiscard]] bool any_alive_but(std::uint32_t pid) const;
  [[nodiscard]] std::vector<std::uint32_t> alive() const;

 private:
  struct Sample {
    std::uint64_t time = 0;
    std::uint64_t address = 0;
    std::uint32_t pid = 0;
    bool user = false;
  };
  struct Change {  // of a process's mappings
    enum class Kind : std::uint8_t { kMapped, kForked, kExecuted };
    std::uint64_t time = 0;
    std::uint32_t order = 0;  // among those of one time
    Kind kind = Kind::kMapped;
    std::uint32_t pid = 0;
    std::uint32_t parent = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t offset = 0;
    ProfileBuilder::FileNumber file = 0;
  };
  struct Mapping {
    std::uint64_t end = 0;
    std::uint64_t offset = 0;
    ProfileBuilder::FileNumber file = 0;
  };
  using Mappings = std::map<std::uint64_t, Mapping>;  // by begin, disjoint

  Result<Done> add_sample(std::span<const std::uint8_t> body, std::uint16_t misc,
                          const RecordLayout& layout);
  Result<Done> add_mapping(std::span<const std::uint8_t> body, std::uint16_t misc, bool second,
                           std::uint64_t time);
  void add_fork_or_exit(std::span<const std::uint8_t> body, bool fork, std::uint64_t time);
  Result<Done> apply(const Change& change);
  void place(const Sample& sample);
  Mappings& own_mappings(std::uint32_t pid);

  ProfileBuilder& builder_;
  bool live_;
  std::unordered_map<std::string, std::string> build_ids_;
  std::vector<Sample> samples_;
  std::vector<Change> changes_;
  std::uint64_t lost_ = 0;
  std::set<std::uint32_t> alive_;
  // Shared after a fork until one side maps something.
  std::unordered_map<std::uint32_t, std::shared_ptr<Mappings>> mappings_;
  std::uint64_t mapping_count_ = 0;  // held in all of them
};

}  // namespace asmforge
