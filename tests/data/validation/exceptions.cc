// Landing pads, cleanups, rethrow, virtual calls, std containers.
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

struct Noisy {
  explicit Noisy(int* c) : count(c) { ++*count; }
  ~Noisy() { --*count; }
  int* count;
};
struct Shape {
  virtual ~Shape() = default;
  virtual int area(int k) const = 0;
};
struct Square : Shape {
  int area(int k) const override { return k * k; }
};
struct Broken : Shape {
  int area(int k) const override {
    if (k % 3 == 0) throw std::runtime_error("broken " + std::to_string(k));
    if (k % 3 == 1) throw k;
    return k;
  }
};

__attribute__((noinline)) static int middle(const Shape& shape, int k, int* live) {
  const Noisy first(live);
  std::string text(static_cast<std::size_t>(k), 'x');
  const Noisy second(live);
  return shape.area(k) + static_cast<int>(text.size());
}

__attribute__((noinline)) static int outer(const Shape& shape, int k, int* live) {
  try {
    return middle(shape, k, live);
  } catch (const std::runtime_error& error) {
    if (k > 6) throw;
    return static_cast<int>(std::string(error.what()).size());
  } catch (int value) {
    return -value;
  }
}

int main() {
  int live = 0, sum = 0;
  std::vector<std::unique_ptr<Shape>> shapes;
  shapes.push_back(std::make_unique<Square>());
  shapes.push_back(std::make_unique<Broken>());
  std::map<std::string, std::variant<int, std::string>> seen;
  for (int k = 0; k < 12; ++k) {
    for (const auto& shape : shapes) {
      try {
        sum += outer(*shape, k, &live);
        seen[std::to_string(k)] = sum;
      } catch (...) {
        seen[std::to_string(k)] = "thrown";
        ++sum;
      }
    }
    try {
      sum += static_cast<int>(std::vector<int>(3).at(static_cast<std::size_t>(k)));
    } catch (const std::out_of_range&) {
      --sum;
    }
  }
  std::vector<std::string> words = {"loop", "edge", "block", "pad", "table"};
  std::sort(words.begin(), words.end());
  for (const auto& [key, value] : seen)
    sum += std::visit([](const auto& v) { return static_cast<int>(sizeof v); }, value);
  std::printf("%d %d %s\n", sum, live, words.front().c_str());
}
