/* libyaml reads the tokens of a document. */
#include <yaml.h>
#include "text.h"

static char text[20000];

int main(int argc, char** argv) {
  uint64_t sum = 0;
  uint32_t state = 99;
  char* out = text;
  for (int i = 0; i < 90; i++)
    out +=
        sprintf(out, "key%d:\n  - name: \"thing %u\"\n    size: %u\n  - [a, 'b%u', {c: d}]  # %u\n",
                i, next_random(&state) % 1000, next_random(&state), next_random(&state) % 99,
                next_random(&state));
  for (uint32_t pass = 0, passes = passes_of(argc, argv); pass < passes; pass++) {
    yaml_parser_t parser;
    expect(yaml_parser_initialize(&parser), "yaml_parser_initialize");
    yaml_parser_set_input_string(&parser, (const unsigned char*)text, strlen(text));
    for (int ended = 0; !ended;) {
      yaml_token_t token;
      expect(yaml_parser_scan(&parser, &token), "yaml_parser_scan");
      sum = sum * 31 + (uint64_t)token.type + token.start_mark.column;
      ended = token.type == YAML_STREAM_END_TOKEN;
      yaml_token_delete(&token);
    }
    yaml_parser_delete(&parser);
  }
  printf("%" PRIx64 "\n", sum);
  return 0;
}
