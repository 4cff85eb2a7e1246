void fill(int* values, const int* count, int value) {
  for (int i = 0; i < *count; i++) values[i] = value;
}
void scale(unsigned* values, long count, unsigned divisor) {
  for (long i = 0; i < count; i++) values[i] /= divisor;
}
