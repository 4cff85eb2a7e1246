// asmforge_source_probe FILE DIRECTORY ARGUMENT...: where the loops, branches and functions
// of a C or C++ file stand, by libclang, which reads it as the compiler that was told
// ARGUMENTs in DIRECTORY. A program of its own: hostile sources make libclang crash, and it
// takes longer to load than asmforge to answer.
//
//     loop LINE BEGIN BODY_LINE LAST_LINE
//     branch LINE CONDITION CONDITION_END LAST_LINE THEN_LINE THEN_LAST ELSE_LINE ELSE_LAST
//     function LINE LAST_LINE BEGIN HEAD FLAGS NAME
//     parameter KIND SIZE NAME_AT           of the function before, in their order
//
// a line each; BEGIN, HEAD and CONDITION are bytes from the start of FILE, ELSE_LINE is 0 where
// there is none, FLAGS are of "stn" (static, template, returns a number) or "-". What a macro wrote
// is left out, for nothing can be put there. KIND is "integer", "float", "pointer" (to integers or
// floats, SIZE bytes each), "restrict" (the same, said to be), or "other"; NAME_AT is 0 where
// the parameter has no name, or a macro wrote it. Exit status 1: it could not be parsed at all.
#include <clang-c/Index.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

struct Position {
  CXFile file = nullptr;
  unsigned line = 0;
  unsigned offset = 0;
  bool in_macro = false;
};

Position position_of(CXSourceLocation location) {
  Position where;
  clang_getExpansionLocation(location, &where.file, &where.line, nullptr, &where.offset);
  CXFile spelled = nullptr;
  unsigned spelled_at = 0;
  clang_getSpellingLocation(location, &spelled, nullptr, nullptr, &spelled_at);
  where.in_macro = spelled_at != where.offset || clang_File_isEqual(spelled, where.file) == 0;
  return where;
}

struct Span {
  Position begin;
  Position end;
};

Span span_of(CXCursor cursor) {
  const CXSourceRange range = clang_getCursorExtent(cursor);
  return {position_of(clang_getRangeStart(range)), position_of(clang_getRangeEnd(range))};
}

std::string text_of(CXString text) {
  const char* characters = clang_getCString(text);
  std::string copy = characters == nullptr ? "" : characters;
  clang_disposeString(text);
  return copy;
}

class Probe {
 public:
  explicit Probe(std::string wanted) : wanted_(std::move(wanted)) {}

  void visit(CXCursor cursor) {
    clang_visitChildren(
        cursor,
        [](CXCursor child, CXCursor, CXClientData self) {
          return static_cast<Probe*>(self)->look_at(child);
        },
        this);
  }

 private:
  bool is_wanted(CXFile file) {
    if (file == nullptr) return false;
    if (file != last_file_) {
      last_file_ = file;
      std::string path = text_of(clang_File_tryGetRealPathName(file));
      last_is_wanted_ = path == wanted_;
    }
    return last_is_wanted_;
  }

  CXChildVisitResult look_at(CXCursor cursor) {
    const CXCursorKind kind = clang_getCursorKind(cursor);
    const Span span = span_of(cursor);
    // A file may be included within a namespace, or within a function.
    const bool holds_others = kind == CXCursor_Namespace || kind == CXCursor_LinkageSpec;
    if (!is_wanted(span.begin.file))
      return holds_others ? CXChildVisit_Recurse : CXChildVisit_Continue;
    switch (kind) {
      case CXCursor_ForStmt:
      case CXCursor_WhileStmt:
      case CXCursor_DoStmt:
      case CXCursor_CXXForRangeStmt: print_loop(cursor, span); break;
      case CXCursor_IfStmt: print_branch(cursor, span); break;
      case CXCursor_FunctionDecl:
      case CXCursor_CXXMethod:
      case CXCursor_Constructor:
      case CXCursor_ConversionFunction:
      case CXCursor_FunctionTemplate: print_function(cursor, span); break;
      default: break;
    }
    return CXChildVisit_Recurse;
  }

  static void print_loop(CXCursor cursor, const Span& span) {
    if (span.begin.in_macro) return;
    // The body is what comes last, but for `do`.
    const bool is_do = clang_getCursorKind(cursor) == CXCursor_DoStmt;
    const std::vector<CXCursor> parts = parts_of(cursor);
    if (parts.empty()) return;
    const Span body = span_of(is_do ? parts.front() : parts.back());
    if (body.begin.file == nullptr || clang_File_isEqual(body.begin.file, span.begin.file) == 0)
      return;
    std::printf("loop %u %u %u %u\n", span.begin.line, span.begin.offset, body.begin.line,
                span.end.line);
  }

  static std::vector<CXCursor> parts_of(CXCursor cursor) {
    std::vector<CXCursor> parts;
    clang_visitChildren(
        cursor,
        [](CXCursor child, CXCursor, CXClientData list) {
          static_cast<std::vector<CXCursor>*>(list)->push_back(child);
          return CXChildVisit_Continue;
        },
        &parts);
    return parts;
  }

  static void print_branch(CXCursor cursor, const Span& span) {
    if (span.begin.in_macro) return;
    const std::vector<CXCursor> parts = parts_of(cursor);
    // More are an initialiser or a declared variable; fewer were not understood.
    if (parts.size() < 2 || parts.size() > 3) return;
    if (clang_isExpression(clang_getCursorKind(parts[0])) == 0) return;
    const Span condition = span_of(parts[0]);
    const Span then = span_of(parts[1]);
    if (condition.end.file != span.begin.file || then.end.file != span.begin.file) return;
    const Span otherwise = parts.size() == 3 ? span_of(parts[2]) : Span{};
    std::printf("branch %u %u %u %u %u %u %u %u\n", span.begin.line, condition.begin.offset,
                condition.end.offset, condition.end.line, then.begin.line, then.end.line,
                otherwise.begin.line, otherwise.end.line);
  }

  // Attributes may stand before what libclang takes for the beginning.
  static unsigned head_of(CXCursor cursor, const Span& span) {
    unsigned first = span.begin.offset;
    for (const CXCursor part : parts_of(cursor)) {
      if (clang_isAttribute(clang_getCursorKind(part)) == 0) continue;
      const Position at = span_of(part).begin;
      if (!at.in_macro && clang_File_isEqual(at.file, span.begin.file) != 0 && at.offset < first)
        first = at.offset;
    }
    return first;
  }

  static const char* kind_of(CXType type) {
    const CXType plain = clang_getCanonicalType(type);
    if (plain.kind == CXType_Enum) return "integer";
    if (plain.kind >= CXType_Bool && plain.kind <= CXType_LongLong) return "integer";
    if (plain.kind == CXType_Float || plain.kind == CXType_Double) return "float";
    return nullptr;
  }

  static void print_parameter(CXCursor cursor) {
    const CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
    const Position name = position_of(clang_getCursorLocation(cursor));
    const bool named = !name.in_macro && !text_of(clang_getCursorSpelling(cursor)).empty();
    const char* kind = kind_of(type);
    CXType sized = type;
    if (type.kind == CXType_Pointer) {
      sized = clang_getPointeeType(type);
      const bool plain = kind_of(sized) != nullptr && clang_isVolatileQualifiedType(sized) == 0;
      if (plain) kind = clang_isRestrictQualifiedType(type) != 0 ? "restrict" : "pointer";
    }
    const long long size = kind == nullptr ? 0 : clang_Type_getSizeOf(sized);
    std::printf("parameter %s %lld %u\n", kind == nullptr ? "other" : kind, size < 0 ? 0 : size,
                named ? name.offset : 0);
  }

  static void print_function(CXCursor cursor, const Span& span) {
    if (clang_isCursorDefinition(cursor) == 0 || span.end.in_macro) return;
    std::string flags;
    if (clang_Cursor_getStorageClass(cursor) == CX_SC_Static) flags += 's';
    if (clang_getCursorKind(cursor) == CXCursor_FunctionTemplate) flags += 't';
    if (kind_of(clang_getCursorResultType(cursor)) != nullptr) flags += 'n';
    std::printf("function %u %u %u %u %s %s\n", span.begin.line, span.end.line, span.begin.offset,
                head_of(cursor, span), flags.empty() ? "-" : flags.c_str(),
                text_of(clang_getCursorSpelling(cursor)).c_str());
    for (const CXCursor part : parts_of(cursor))
      if (clang_getCursorKind(part) == CXCursor_ParmDecl) print_parameter(part);
  }

  std::string wanted_;
  CXFile last_file_ = nullptr;
  bool last_is_wanted_ = false;
};

}  // namespace

int main(int count, char** words) {
  if (count < 4) {
    static_cast<void>(std::fputs("asmforge_source_probe is started by asmforge\n", stderr));
    return 2;
  }
  if (chdir(words[2]) != 0) {
    std::perror(words[2]);
    return 1;
  }
  char* real = realpath(words[1], nullptr);
  if (real == nullptr) {
    std::perror(words[1]);
    return 1;
  }
  const CXIndex index = clang_createIndex(0, 0);
  CXTranslationUnit unit = nullptr;
  const CXErrorCode failed = clang_parseTranslationUnit2(
      index, nullptr, words + 3, count - 3, nullptr, 0, CXTranslationUnit_KeepGoing, &unit);
  if (failed != CXError_Success) return 1;
  Probe(real).visit(clang_getTranslationUnitCursor(unit));
  std::free(real);
  // Without errors of its own, which a compiler has told before; memory goes with the process.
  return std::fflush(stdout) == 0 ? 0 : 1;
}
