/* cJSON reads and prints a document. */
#include <cJSON.h>
#include "text.h"

static char text[40000];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  uint32_t state = 77;
  char* out = text;
  out += sprintf(out, "[");
  for (int i = 0; i < 250; i++)
    out += sprintf(
        out, "%s{\"id\": %d, \"name\": \"thing %u\\n\", \"on\": %s, \"list\": [%u, -%u, null]}",
        i == 0 ? "" : ", ", i, next_random(&state) % 100000,
        next_random(&state) % 2 ? "true" : "false", next_random(&state) % 1000,
        next_random(&state) % 50);
  sprintf(out, "]");
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    cJSON* const tree = cJSON_Parse(text);
    expect(tree != NULL, "cJSON_Parse");
    char* const back = cJSON_PrintUnformatted(tree);
    expect(back != NULL, "cJSON_PrintUnformatted");
    sum = sum * 31 + sum_of((const unsigned char*)back, strlen(back));
    free(back);
    cJSON_Delete(tree);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}
