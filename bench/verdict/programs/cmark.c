/* cmark renders a document. */
#include <cmark.h>
#include "text.h"

static unsigned char text[12000];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  fill_with_words(text, sizeof text);
  for (size_t i = 0; i < sizeof text; i++)
    if (text[i] == ' ') {
      if (i % 7 == 0) text[i] = '*';
      if (i % 61 == 0) text[i] = '`';
      if (i % 97 == 0) text[i] = '[';
      if (i % 89 == 0) text[i] = '\n';
    }
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    char* const page = cmark_markdown_to_html((const char*)text, sizeof text, CMARK_OPT_DEFAULT);
    expect(page != NULL, "cmark_markdown_to_html");
    sum = sum * 31 + sum_of((const unsigned char*)page, strlen(page));
    free(page);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}
