// Throws in every third of argv[1] rounds, through two functions.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

__attribute__((noinline)) int inner(int i) {
  if (i % 3 == 0) throw std::runtime_error("third");
  return 2 * i;
}

__attribute__((noinline)) int outer(int i) {
  const int once = inner(i);
  return once + i;
}

int main(int, char** argv) {
  const int rounds = std::atoi(argv[1]);
  int sum = 0;
  for (int i = 0; i < rounds; ++i) {
    try {
      const std::string text(static_cast<unsigned>(i), 'x');
      sum += outer(i) + static_cast<int>(text.size());
    } catch (const std::exception& caught) {
      sum += caught.what()[0];
    }
  }
  std::printf("%d\n", sum);
  return 0;
}
