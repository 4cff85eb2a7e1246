// Much inlining over several header files, a cold part, static and anonymous
// functions: what debug info of optimised C++ looks like.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

struct Item {
  int key;
  std::string name;
  bool operator<(const Item& other) const { return key < other.key; }
};

int weight(const Item& item) { return item.key * 3 / (1 + static_cast<int>(item.name.size() & 7)); }

}  // namespace

static int sum(const std::vector<Item>& items) {
  int total = 0;
  for (const Item& item : items) total += weight(item);
  return total;
}

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
struct Square final : Shape {
  explicit Square(double s) : side(s) {}
  double area() const override { return side * side; }
  double side;
};

__attribute__((noinline)) double total_area(const std::vector<Shape*>& shapes) {
  double area = 0;
  for (const Shape* shape : shapes) {
    if (shape == nullptr) throw "no shape";
    area += shape->area();
  }
  return area;
}

int main(int argc, char** argv) {
  std::vector<Item> items;
  for (int i = 0; i < argc * 100; ++i) {
    items.push_back({i * 7919 % 101, std::string(static_cast<std::size_t>(i % 30), 'x')});
  }
  std::sort(items.begin(), items.end());
  std::map<std::string, int> by_name;
  for (const Item& item : items) by_name[item.name] += item.key;
  Square square(argv[0][0]);
  std::vector<Shape*> shapes{&square};
  std::printf("%d %zu %f\n", sum(items), by_name.size(), total_area(shapes));
}
