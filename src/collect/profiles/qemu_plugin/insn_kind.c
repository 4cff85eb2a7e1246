#include "insn_kind.h"

#include "isa/x86_64_prefixes.h"

enum { MAX_INSN_BYTES = 15 };

/* The bytes up to and with the opcode, and the ModRM byte when there is one more. */
struct parts {
  bool lock;
  bool repeat;   /* F2 or F3 */
  uint8_t space; /* 0: one-byte opcodes; 1: 0F; 2: 0F 38; 3: 0F 3A; 4: VEX; 5: others */
  uint8_t opcode;
  bool has_next;
  uint8_t next; /* the byte after the opcode: ModRM for those that have one */
};

static struct parts split(const uint8_t* bytes, size_t size) {
  struct parts p = {.space = 5};
  size_t at = 0;
  for (; at < size && x86_64_is_prefix(bytes[at]); ++at) {
    p.lock |= bytes[at] == 0xf0;
    p.repeat |= bytes[at] == 0xf2 || bytes[at] == 0xf3;
  }
  if (at < size && (bytes[at] & 0xf0) == 0x40) ++at; /* REX */
  if (at >= size) return p;
  uint8_t first = bytes[at++];
  if (first == 0xc5 || first == 0xc4) {
    at += first == 0xc5 ? 1 : 2;
    p.space = 4;
  } else if (first == 0x62 || first == 0x8f) {
    return p; /* EVEX; XOP or pop */
  } else if (first == 0x0f && at < size && (bytes[at] == 0x38 || bytes[at] == 0x3a)) {
    p.space = bytes[at++] == 0x38 ? 2 : 3;
  } else if (first == 0x0f) {
    p.space = 1;
  } else {
    p.space = 0;
    --at;
  }
  if (at >= size) {
    p.space = 5;
    return p;
  }
  p.opcode = bytes[at++];
  p.has_next = at < size;
  p.next = p.has_next ? bytes[at] : 0;
  return p;
}

static bool registers_only(const struct parts* p) { return p->has_next && p->next >= 0xc0; }
static unsigned reg_field(const struct parts* p) { return (p->next >> 3) & 7; }

static bool one_byte_goes_on(const struct parts* p) {
  uint8_t op = p->opcode;
  if (op < 0x40) { /* add or adc sbb and sub xor cmp */
    if ((op & 7) < 4) return registers_only(p);
    return (op & 7) < 6;
  }
  if (op >= 0x70 && op <= 0x7f) return true; /* jcc */
  if (op >= 0x90 && op <= 0x97) return true; /* xchg with rax, nop */
  if (op >= 0xb0 && op <= 0xbf) return true; /* mov immediate */
  switch (op) {
    case 0x63:
    case 0x69:
    case 0x6b: /* movsxd, imul */
    case 0x80:
    case 0x81:
    case 0x83:
    case 0x84:
    case 0x85: /* arithmetic with immediate, test */
    case 0x86:
    case 0x87:
    case 0x88:
    case 0x89:
    case 0x8a:
    case 0x8b: /* xchg, mov */
    case 0xc0:
    case 0xc1:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3: /* shifts */ return registers_only(p);
    case 0x8d: /* lea */
    case 0x98:
    case 0x99: /* cdqe, cqo */
    case 0xa8:
    case 0xa9: /* test immediate */
    case 0xe9:
    case 0xeb: /* jmp */ return true;
    case 0xc6:
    case 0xc7: return registers_only(p) && reg_field(p) == 0;
    case 0xf6:
    case 0xf7: return registers_only(p) && reg_field(p) < 6; /* all but div, idiv */
    case 0xfe:
    case 0xff: return registers_only(p) && reg_field(p) < 2; /* inc, dec */
    default: return false;
  }
}

static bool two_byte_goes_on(const struct parts* p) {
  uint8_t op = p->opcode;
  if (op >= 0x80 && op <= 0x8f) return true; /* jcc */
  if (op >= 0xc8 && op <= 0xcf) return true; /* bswap */
  if (op == 0x1f) return true;               /* nop with an operand that is not read */
  if (op == 0x1e) return registers_only(p);  /* endbr */
  bool known = (op >= 0x40 && op <= 0x4f) || /* cmov */
               (op >= 0x90 && op <= 0x9f) || /* setcc */
               (op >= 0x10 && op <= 0x17) || op == 0x28 || op == 0x29 || /* SSE moves */
               (op >= 0x54 && op <= 0x57) ||                             /* SSE logic */
               (op >= 0x60 && op <= 0x76) || op == 0x7e || op == 0x7f || /* SSE integer */
               (op >= 0xd1 && op <= 0xfe && op != 0xf0 && op != 0xf7) || op == 0xa3 || op == 0xab ||
               op == 0xb3 || op == 0xba || op == 0xbb ||               /* bt */
               op == 0xa4 || op == 0xa5 || op == 0xac || op == 0xad || /* shld, shrd */
               op == 0xaf || op == 0xb6 || op == 0xb7 || op == 0xb8 || /* imul, movzx, popcnt */
               op == 0xbc || op == 0xbd || op == 0xbe || op == 0xbf || /* bsf, bsr, movsx */
               op == 0xc4 || op == 0xc5 || op == 0xc6;
  return known && registers_only(p);
}

bool insn_may_leave(const uint8_t* bytes, size_t size) {
  struct parts p = split(bytes, size);
  if (p.lock) return true;
  switch (p.space) {
    case 0: return p.repeat || !one_byte_goes_on(&p);
    case 1: return !two_byte_goes_on(&p);
    /* vzeroupper has no ModRM: said to leave, harmless. F7 is vmaskmovdqu, which stores. */
    case 4: return !registers_only(&p) || p.opcode == 0xf7;
    default: return true;
  }
}

static bool is_string_opcode(uint8_t byte) {
  return (byte >= 0xa4 && byte <= 0xa7) || (byte >= 0xaa && byte <= 0xaf);
}

bool insn_is_repeated_string(const uint8_t* bytes, size_t size) {
  struct parts p = split(bytes, size);
  return p.space == 0 && p.repeat && is_string_opcode(p.opcode);
}

bool insn_may_follow_repeated_string(const uint8_t* bytes, size_t before) {
  if (before == 0) return true;
  return is_string_opcode(bytes[-1]) &&
         (before < 2 || x86_64_is_prefix(bytes[-2]) || (bytes[-2] & 0xf0) == 0x40);
}

static bool is_atomic(const struct parts* p) {
  bool exchange = p->space == 0 && (p->opcode == 0x86 || p->opcode == 0x87);
  return p->lock || (exchange && p->has_next && !registers_only(p));
}

bool insn_is_atomic(const uint8_t* bytes, size_t size) {
  struct parts p = split(bytes, size);
  return is_atomic(&p);
}

bool insn_is_plain_store(const uint8_t* bytes, size_t size) {
  struct parts p = split(bytes, size);
  if (is_atomic(&p)) return true;
  if (p.repeat || !p.has_next || registers_only(&p)) return false;
  if (p.space == 1) /* SSE stores */
    return p.opcode == 0x11 || p.opcode == 0x29 || p.opcode == 0x7f || p.opcode == 0xe7;
  if (p.space != 0) return false;
  uint8_t op = p.opcode;
  if (op < 0x38) return (op & 7) < 2; /* add [m], r and friends */
  if (op == 0xc6 || op == 0xc7) return reg_field(&p) == 0;
  return op == 0x88 || op == 0x89 || op == 0x80 || op == 0x81 || op == 0x83;
}
