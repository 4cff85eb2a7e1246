/* Areas through virtual calls, in an order that cannot be foreseen. */
#include "kernel.h"

namespace {
struct Shape {
  virtual int64_t area(int64_t scale) const = 0;
  int64_t a = 0, b = 0;
};
struct Square final : Shape {
  int64_t area(int64_t scale) const override { return a * a * scale; }
};
struct Strip final : Shape {
  int64_t area(int64_t scale) const override { return a * b * scale + 1; }
};
struct Corner final : Shape {
  int64_t area(int64_t scale) const override {
    if (b > 4000) refuse("corner too wide", static_cast<uint64_t>(b));
    return a * b * scale / 2;
  }
};
constexpr int kShapes = 6000;
Square squares[kShapes];
Strip strips[kShapes];
Corner corners[kShapes];
const Shape* shapes[kShapes];
}  // namespace

void prepare(void) {
  uint32_t state = 79;
  for (int i = 0; i < kShapes; i++) {
    const uint32_t kind = next_random(&state) % 3;
    Shape* const shape = kind == 0   ? static_cast<Shape*>(&squares[i])
                         : kind == 1 ? static_cast<Shape*>(&strips[i])
                                     : static_cast<Shape*>(&corners[i]);
    shape->a = next_random(&state) % 100;
    shape->b = next_random(&state) % 100;
    shapes[i] = shape;
  }
}

uint64_t hot(uint32_t pass) {
  int64_t sum = 0;
  for (const Shape* shape : shapes) {
    if (shape == nullptr) refuse("no shape", pass);
    sum += shape->area(3 + (pass & 3));
  }
  if (sum < 0) refuse("negative area", pass);
  return static_cast<uint64_t>(sum);
}
