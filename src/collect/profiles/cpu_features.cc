#include "collect/profiles/cpu_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>
#include <string_view>

#include "base/process.h"

namespace asmforge {
namespace {

constexpr std::chrono::seconds kProbeTime{20};  // it takes 30 ms

// /proc/cpuinfo's name to QEMU's, where they differ by more than a dash.
struct Renamed {
  std::string_view name;
  std::string_view in_qemu;
};
constexpr std::array kRenamed = {
    Renamed{"pni", "sse3"},
    Renamed{"ospke", "pku"},
    Renamed{"avx512_vbmi2", "avx512vbmi2"},
    Renamed{"avx512_vnni", "avx512vnni"},
    Renamed{"avx512_bitalg", "avx512bitalg"},
};

std::string name_in_qemu(std::string name) {
  for (const Renamed& row : kRenamed)
    if (row.name == name) return std::string(row.in_qemu);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::vector<std::string> difference(const std::vector<std::string>& a,
                                    const std::vector<std::string>& b) {
  std::vector<std::string> left;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(left));
  return left;
}

Result<CpuOffer> run_probe(std::vector<std::string> command) {
  ProcessOptions options;
  options.argv = std::move(command);
  options.timeout = kProbeTime;
  AF_TRY(const ProcessResult result, run_process(options));
  if (!result.succeeded())
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{} {}", shell_quoted(options.argv), result.ending()), ""};
  return parse_cpu_offer(result.output);
}

}  // namespace

Result<CpuOffer> parse_cpu_offer(const std::string& text) {
  CpuOffer offer;
  std::istringstream lines(text);
  std::string key;
  std::string value;
  while (lines >> key >> value) {
    const auto number = static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10));
    if (key == "has") offer.features.push_back(value);
    if (key == "vendor") offer.vendor = value;
    if (key == "family") offer.family = number;
    if (key == "model") offer.model = number;
    if (key == "stepping") offer.stepping = number;
  }
  if (offer.vendor.empty() || offer.features.empty())
    return Error{ErrorCode::kUnavailable, "the CPU probe said nothing that can be read", ""};
  std::sort(offer.features.begin(), offer.features.end());
  return offer;
}

std::string processor_like(const CpuOffer& host, const CpuOffer& emulated) {
  std::string processor = fmt::format("max,vendor={},family={},model={},stepping={}", host.vendor,
                                      host.family, host.model, host.stepping);
  for (const std::string& feature : difference(emulated.features, host.features))
    processor += ",-" + name_in_qemu(feature);
  return processor;
}

Result<EmulatedCpu> match_host_cpu(const std::string& qemu, const std::string& probe) {
  AF_TRY(const CpuOffer host, run_probe({probe}));
  AF_TRY(const CpuOffer most, run_probe({qemu, "-cpu", "max", probe}));
  EmulatedCpu cpu;
  cpu.processor = processor_like(host, most);
  Result<CpuOffer> offered = run_probe({qemu, "-cpu", cpu.processor, probe});
  if (!offered) {  // a QEMU that spells a feature in another way
    cpu.processor = "max";
    offered = most;
  }
  cpu.not_seen = difference(host.features, offered->features);
  cpu.extra = difference(offered->features, host.features);
  return cpu;
}

}  // namespace asmforge
