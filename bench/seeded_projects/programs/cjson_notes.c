/* cJSON prints notes: PASSES. */
#include <cJSON.h>
#include "text.h"

int main(int argc, char** argv) {
  static unsigned char words[12000];
  uint64_t sum = 0;
  fill_with_words(words, sizeof words);
  cJSON* const notes = cJSON_CreateArray();
  for (int i = 0; i < 80; i++) {
    char note[150];
    memcpy(note, words + i * 140, 140);
    strcpy(note + 140, "\n");
    cJSON_AddItemToArray(notes, cJSON_CreateString(note));
  }
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    char* const page = cJSON_PrintUnformatted(notes);
    expect(page != NULL, "cJSON_PrintUnformatted");
    sum = sum * 31 + sum_of((const unsigned char*)page, strlen(page));
    free(page);
  }
  cJSON_Delete(notes);
  printf("%" PRIx64 "\n", sum);
  return 0;
}
