#include "measure/proc_text.h"

#include <array>
#include <charconv>

namespace asmforge {
namespace {

constexpr std::string_view kBlanks = " \t";

// Takes the first line off `text`, without its newline.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

template <class Number>
std::optional<Number> number(std::string_view word) {
  Number value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<ProcessorTimes> processor_line(std::string_view line) {
  std::string_view name = take_word(line);
  if (!name.starts_with("cpu")) return std::nullopt;
  name.remove_prefix(3);
  const std::optional<unsigned> processor = number<unsigned>(name);  // none: the line of all
  if (!processor) return std::nullopt;
  // user nice system idle iowait irq softirq steal; kernels before 2.6.11 end sooner
  std::array<std::uint64_t, 8> ticks{};
  for (std::uint64_t& tick : ticks) {
    const std::string_view word = take_word(line);
    if (word.empty()) break;
    const std::optional<std::uint64_t> value = number<std::uint64_t>(word);
    if (!value) return std::nullopt;
    tick = *value;
  }
  return ProcessorTimes{*processor, ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6],
                        ticks[3] + ticks[4], ticks[7]};
}

}  // namespace

std::vector<ProcessorTimes> parse_processor_times(std::string_view proc_stat) {
  std::vector<ProcessorTimes> times;
  while (!proc_stat.empty())
    if (const std::optional<ProcessorTimes> line = processor_line(take_line(proc_stat)))
      times.push_back(*line);
  return times;
}

std::optional<RunDelay> parse_run_delay(std::string_view schedstat) {
  std::string_view line = take_line(schedstat);
  const std::optional<std::uint64_t> ran = number<std::uint64_t>(take_word(line));
  const std::optional<std::uint64_t> waited = number<std::uint64_t>(take_word(line));
  if (!ran || !waited) return std::nullopt;
  return RunDelay{*ran, *waited};
}

std::optional<unsigned> parse_last_processor(std::string_view proc_pid_stat) {
  constexpr int kField = 39;
  // The second field is the name in parentheses, which may hold anything.
  const std::size_t name_end = proc_pid_stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  std::string_view line = proc_pid_stat.substr(name_end + 1);
  line = take_line(line);
  for (int field = 3; field < kField; ++field) take_word(line);
  return number<unsigned>(take_word(line));
}

std::vector<unsigned> parse_processor_list(std::string_view text) {
  constexpr unsigned kMost = 1u << 16;  // processors; a list is not made longer by bad text
  std::vector<unsigned> processors;
  std::string_view line = take_line(text);
  while (!line.empty()) {
    const std::string_view part = line.substr(0, line.find(','));
    line.remove_prefix(std::min(part.size() + 1, line.size()));
    const std::size_t dash = part.find('-');
    const std::optional<unsigned> first = number<unsigned>(part.substr(0, dash));
    const std::optional<unsigned> last =
        dash == std::string_view::npos ? first : number<unsigned>(part.substr(dash + 1));
    if (!first || !last || *last >= kMost) continue;
    for (unsigned processor = *first; processor <= *last; ++processor)
      processors.push_back(processor);
  }
  return processors;
}

std::string parse_cpu_model(std::string_view cpuinfo) {
  while (!cpuinfo.empty()) {
    const std::string_view line = take_line(cpuinfo);
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = std::min(line.find(':'), line.size() - 1);
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
    return std::string(value);
  }
  return {};
}

}  // namespace asmforge
