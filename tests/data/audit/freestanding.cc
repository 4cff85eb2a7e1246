// What must be found whatever the instruction set: no header is needed, so every compiler builds
// it for every target.
using Size = unsigned long;

namespace std {
[[noreturn]] void __throw_out_of_range_fmt(const char* format, ...);
}

extern "C" {
[[noreturn]] void give_up(Size index);

// An index is checked each time, against a length that stays; what was stored before the failure
// can be seen after it, so the check must stay in the loop.
void free_checked_index(unsigned* values, Size length, Size count) {
  unsigned sum = 0;
  for (Size i = 0; i < count; ++i) {
    if (i >= length) std::__throw_out_of_range_fmt("%zu of %zu", i, length);
    sum = (sum << 3 | sum >> 29) ^ values[i];
    values[i] = sum;
  }
}

// The same, checked once.
void free_checked_before(unsigned* values, Size length, Size count) {
  if (count > length) std::__throw_out_of_range_fmt("%zu of %zu", count, length);
  unsigned sum = 0;
  for (Size i = 0; i < count; ++i) {
    sum = (sum << 3 | sum >> 29) ^ values[i];
    values[i] = sum;
  }
}

// What is not returned from says nothing of an index.
unsigned free_other_failure(const unsigned* values, Size count) {
  unsigned sum = 0;
  for (Size i = 0; i < count; ++i) {
    if (values[i] == 77) give_up(i);
    sum = (sum << 3 | sum >> 29) ^ values[i];
  }
  return sum;
}

// An index that is read from memory must be checked.
unsigned free_index_from_data(const unsigned* values, Size length, const unsigned* indices,
                              Size count) {
  unsigned sum = 0;
  for (Size i = 0; i < count; ++i) {
    const Size index = indices[i];
    if (index >= length) std::__throw_out_of_range_fmt("%zu of %zu", index, length);
    sum = (sum << 3 | sum >> 29) ^ values[index];
  }
  return sum;
}

// A divisor that stays.
void free_scale(unsigned* values, Size count, unsigned divisor) {
  for (Size i = 0; i < count; ++i) values[i] /= divisor;
}

// Its remainder.
unsigned free_buckets(const unsigned* values, Size count, unsigned buckets) {
  unsigned sum = 0;
  for (Size i = 0; i < count; ++i) sum = sum * 31 + values[i] % buckets;
  return sum;
}

// A divisor of its own each time.
void free_ratios(unsigned* values, const unsigned* divisors, Size count) {
  for (Size i = 0; i < count; ++i) values[i] /= divisors[i];
}

// Digits of a number: few rounds, and what is divided is what was left.
unsigned free_digits(unsigned value, unsigned base) {
  unsigned digits = 0;
  for (; value != 0; value /= base) ++digits;
  return digits;
}

// A bucket of a hash table: it is left as soon as the remainder is another.
struct Node {
  Node* next;
  Size hash;
  Size key;
};
Node* free_find_in_bucket(Node* node, Size buckets, Size bucket, Size key) {
  while (node != nullptr && node->hash % buckets == bucket) {
    if (node->key == key) return node;
    node = node->next;
  }
  return nullptr;
}
}
