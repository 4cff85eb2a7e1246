// Optimisation remarks in YAML: every form of a scalar, broken documents, and a real file against
// another reader of YAML.
#include "collect/remarks/read_remarks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "../support/scratch_dir.h"
#include "../support/tools.h"
#include "collect/remarks/remark_files.h"

namespace asmforge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::run_tool;
using testing_support::ScratchDir;

// The parts of a remark as counted strings, which is what the other reader prints too.
std::string counted(const std::string& text) { return std::to_string(text.size()) + ':' + text; }
std::string form(const std::optional<RawRemarkPlace>& place) {
  if (!place) return "-";
  return counted(text_of(place->file)) + ' ' + std::to_string(place->line) + ' ' +
         std::to_string(place->column);
}
std::string form(const RawRemark& remark) {
  std::string text = std::string(to_string(remark.kind)) + ' ' + counted(text_of(remark.pass)) +
                     ' ' + counted(text_of(remark.name)) + ' ' + counted(text_of(remark.function)) +
                     ' ' + form(remark.place) + '\n';
  for (const RawRemarkArgument& argument : remark.arguments)
    text += ' ' + counted(text_of(argument.key)) + ' ' + counted(text_of(argument.value)) + ' ' +
            form(argument.place) + '\n';
  return text;
}

constexpr const char* kOtherReader = R"py(
import sys, yaml
kinds = {"!Missed": "missed", "!Passed": "passed", "!Failure": "failure"}
def counted(text): return f"{len(text.encode())}:{text}"
def place(node):
    if node is None: return "-"
    members = {key.value: value.value for key, value in node.value}
    return f"{counted(members['File'])} {members['Line']} {members.get('Column', 0)}"
loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
out = open(1, "w", encoding="utf-8", newline="", closefd=False)
for document in yaml.compose_all(open(sys.argv[1], "rb"), Loader=loader):
    members = {key.value: value for key, value in document.value}
    out.write(" ".join([kinds.get(document.tag, "analysis"),
                        *(counted(members[name].value) for name in ("Pass", "Name", "Function")),
                        place(members.get("DebugLoc"))]) + "\n")
    arguments = members.get("Args")
    for argument in arguments.value if arguments is not None else []:
        where = None
        for key, value in argument.value:
            if key.value == "DebugLoc": where = value
            else: word = key.value, value.value
        out.write(f" {counted(word[0])} {counted(word[1])} {place(where)}\n")
)py";

std::string as_python_reads(const std::string& path) {
  return run_tool({"python3", "-c", kOtherReader, path});
}

struct Read {
  std::vector<std::string> forms;
  RemarkCounts counts;
};

Read read(std::string_view text) {
  Read result;
  result.counts =
      read_remarks(text, [&](const RawRemark& remark) { result.forms.push_back(form(remark)); });
  return result;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

constexpr std::string_view kWhole =
    "--- !Missed\n"
    "Pass:            gvn\n"
    "Name:            LoadClobbered\n"
    "DebugLoc:        { File: fill.c, Line: 6, Column: 8 }\n"
    "Function:        fill\n"
    "Hotness:         12\n"
    "Args:\n"
    "  - String:          'load of type '\n"
    "  - Type:            ptr\n"
    "  - ClobberedBy:     store\n"
    "    DebugLoc:        { File: fill.c, Line: 7, Column: 18 }\n"
    "...\n";
constexpr const char* kWholeForm =
    "missed 3:gvn 13:LoadClobbered 4:fill 6:fill.c 6 8\n"
    " 6:String 13:load of type  -\n"
    " 4:Type 3:ptr -\n"
    " 11:ClobberedBy 5:store 6:fill.c 7 18\n";

TEST(RemarkReaderTest, ReadsARemarkWithAllItsParts) {
  const Read result = read(kWhole);
  EXPECT_THAT(result.forms, ElementsAre(kWholeForm));
  EXPECT_EQ(result.counts.remarks, 1U);
  EXPECT_EQ(result.counts.unreadable, 0U);
  EXPECT_EQ(result.counts.first_unreadable_line, 0U);
}

TEST(RemarkReaderTest, GivesTheMessageThatTheArgumentsMakeTogether) {
  std::string message;
  read_remarks(kWhole, [&](const RawRemark& remark) { message = remark.message(); });
  EXPECT_EQ(message, "load of type ptrstore");
}

TEST(RemarkReaderTest, ReadsTheSameWithTheLineEndsOfWindows) {
  std::string text;
  for (const char c : kWhole) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_THAT(read(text).forms, ElementsAre(kWholeForm));
}

TEST(RemarkReaderTest, KnowsEveryKind) {
  std::string text;
  for (const char* kind :
       {"Passed", "Missed", "Analysis", "AnalysisFPCommute", "AnalysisAliasing", "Failure"})
    text += std::string("--- !") + kind + "\nPass: p\nName: N\nFunction: f\n...\n";
  EXPECT_THAT(joined(read(text).forms),
              "passed 1:p 1:N 1:f -\nmissed 1:p 1:N 1:f -\nanalysis 1:p 1:N 1:f -\n"
              "analysis 1:p 1:N 1:f -\nanalysis 1:p 1:N 1:f -\nfailure 1:p 1:N 1:f -\n");
}

// A value as it may stand behind "  - String:", and what it says.
struct Value {
  std::string written;
  std::string said;
};

std::vector<Value> values() {
  return {
      {" plain words", "plain words"},
      {"          far away   ", "far away"},
      {" with # no comment", "with"},
      {" a#b", "a#b"},
      {" http://x:y", "http://x:y"},
      {" -3", "-3"},
      {" goes on\n       in the next\n\n       but one", "goes on in the next\nbut one"},
      {"", ""},
      {"\n      below", "below"},
      {" ''", ""},
      {" 'it''s'", "it's"},
      {" ' kept '", " kept "},
      {" 'a: b # c'   # comment", "a: b # c"},
      {" 'two\n      lines'", "two lines"},
      {" 'a  \n\n\n       b'", "a\n\nb"},
      {" '\n'", " "},
      {" \"\"", ""},
      {R"( "\"\\\/\a\b\t\n\v\f\r\e\0\x41\u00e9\U0001F600\N\_\L\P")",
       std::string("\"\\/\a\b\t\n\v\f\r\x1b") + '\0' +
           "A\xc3\xa9\xf0\x9f\x98\x80\xc2\x85\xc2\xa0\xe2\x80\xa8\xe2\x80\xa9"},
      {" \"a\\\n      b\"", "ab"},
      {" \"a \\\n     \\ b\"", "a  b"},
      {" \"a\\n  \n      b\"", "a\n b"},
      {" \"a\\t\n      b\"", "a\t b"},  // an escape is no blank before the line's end
      {" |\n      two\n        lines\n\n      more\n", "two\n  lines\n\nmore\n"},
      {" |-\n      one\n\n", "one"},
      {" |+\n      one\n", "one\n\n"},
      {" |2\n        one\n", "  one\n"},
      {" |-  # comment\n      # text\n", "# text"},
      {" |\n\n      late\n", "\nlate\n"},
  };
}

std::string document_with(const std::string& written) {
  return "--- !Missed\nPass: p\nName: N\nFunction: f\nArgs:\n  - String:" + written +
         "\n  - Last:  end\n...\n";
}

TEST(RemarkReaderTest, ReadsEveryFormOfAScalar) {
  for (const Value& value : values()) {
    const Read result = read(document_with(value.written));
    EXPECT_THAT(result.forms, ElementsAre("missed 1:p 1:N 1:f -\n 6:String " + counted(value.said) +
                                          " -\n 4:Last 3:end -\n"))
        << value.written << "\n"
        << result.counts.first_reason;
  }
}

TEST(RemarkReaderTest, ReadsScalarsAsAnotherReaderOfYamlDoes) {
  const ScratchDir scratch;
  std::string text;
  for (const Value& value : values()) text += document_with(value.written);
  EXPECT_EQ(joined(read(text).forms), as_python_reads(scratch.write("a.opt.yaml", text)));
}

TEST(RemarkReaderTest, ReadsPlacesThatAreBrokenIntoLinesAndQuoted) {
  const Read result = read(
      "--- !Missed\nPass: p\nName: N\n"
      "DebugLoc:        { File: '/a, b/it''s.c', \n                   Line: 1043, Column: 9 }\n"
      "Function: f\n...\n"
      "--- !Missed\nPass: p\nName: N\nDebugLoc: {File: \"a\\tb.c\",Line: 3}\nFunction: f\nArgs: "
      "[]\n");
  EXPECT_THAT(joined(result.forms),
              "missed 1:p 1:N 1:f 12:/a, b/it's.c 1043 9\nmissed 1:p 1:N 1:f 5:a\tb.c 3 0\n");
}

TEST(RemarkReaderTest, TakesCommentsDirectivesAndOtherKeysWithoutAWord) {
  const Read result = read(
      "%YAML 1.2\n# comment\n--- !Passed  # comment\n\nPass: p\n  # comment\nName: N\n"
      "Later: whatever\n'Function': f\nArgs:\n- A: 1\n- B: 2\n...\n# comment\n");
  EXPECT_THAT(joined(result.forms), "passed 1:p 1:N 1:f -\n 1:A 1:1 -\n 1:B 1:2 -\n");
  EXPECT_EQ(result.counts.unreadable, 0U);
}

struct Broken {
  std::string document;
  std::uint64_t line;  // of the document, from 1 on
  std::string why;
};

TEST(RemarkReaderTest, ABrokenDocumentCostsThatDocument) {
  const std::string head = "--- !Missed\nPass: p\nName: N\nFunction: f\n";
  for (const Broken& broken : std::vector<Broken>{
           {"--- !Strange\nPass: p\n", 1, "no kind"},
           {"---\nPass: p\n", 1, "no kind"},
           {"--- !Missed\nPass: p\nName: N\n...\n", 4, "is missing"},
           {head + "Pass: q\n", 5, "twice"},
           {head + "no colon here\n", 5, "no key"},
           {"--- !Missed\n  Indented: x\n", 2, "indented"},
           {head + "  Indented: x\n", 5, "mapping"},
           {"--- !Missed\n\tTab: x\n", 2, "a tab"},
           {head + "Other: 'open\n", 5, "does not end"},
           {head + "Other: \"\\q\"\n", 5, "escape"},
           {head + "Other: \"\\ud800\"\n", 5, "escape"},
           {head + "Other: \"\\x4\"\n", 5, "escape"},
           {head + "Other: 'x' y\n", 5, "behind a value"},
           {head + "Other: a: b\n", 5, "mapping"},
           {head + "Other: {}\n", 5, "no remark has"},
           {head + "Other: *alias\n", 5, "no remark has"},
           {head + "Other: >\n  folded\n", 5, "no remark has"},
           {head + "Other: |x\n", 5, "block of text"},
           {head + "Other:\n  - a\n", 6, "a list"},
           {head + "DebugLoc: a.c\n", 5, "a place"},
           {head + "DebugLoc: { File: a.c, Line: 3\n", 6, "a place"},
           {head + "DebugLoc: { File: a.c, Line: -3 }\n", 5, "no number"},
           {head + "DebugLoc: { File: a.c, Line: 4294967296 }\n", 5, "no number"},
           {head + "DebugLoc: { File: a.c }\n", 5, "no line"},
           {head + "DebugLoc: { File: a.c Line: 3 }\n", 5, ""},
           {head + "Args: text\n", 5, "no list"},
           {head + "Args:\n  text\n", 6, "begin with '- '"},
           {head + "Args:\n  - A: 1\n    B: 2\n", 7, "two values"},
           {head + "Args:\n  - A: 1\n      B: 2\n", 7, ""},
           {head + "Args:\n  - A: 1\n - B: 2\n", 7, "alike"},
           {head + "Args:\n  - DebugLoc: { File: a.c, Line: 3 }\n", 7, "no value"},
           {head + "...\ntext\n", 6, "behind the remark's end"},
       }) {
    const std::string text = std::string(kWhole) + broken.document + std::string(kWhole);
    const Read result = read(text);
    EXPECT_THAT(result.forms, ElementsAre(kWholeForm, kWholeForm)) << broken.document;
    EXPECT_EQ(result.counts.unreadable, 1U) << broken.document;
    EXPECT_EQ(result.counts.first_unreadable_line, 12 + broken.line) << broken.document;
    EXPECT_THAT(result.counts.first_reason, HasSubstr(broken.why)) << broken.document;
  }
}

TEST(RemarkReaderTest, CountsWhatStandsBeforeTheFirstDocumentOrIsCutOff) {
  EXPECT_EQ(read("junk\n" + std::string(kWhole)).counts.unreadable, 1U);
  EXPECT_EQ(read("junk\n" + std::string(kWhole)).counts.first_unreadable_line, 1U);
  const std::string cut = std::string(kWhole) + std::string(kWhole).substr(0, 60);
  EXPECT_EQ(read(cut).counts.remarks, 1U);
  EXPECT_EQ(read(cut).counts.unreadable, 1U);
  EXPECT_THAT(read("").forms, IsEmpty());
  EXPECT_EQ(read("").counts.unreadable, 0U);
}

// Pages behind are given back now and then, and lines are counted all the same.
TEST(RemarkReaderTest, KnowsTheLineOfWhatIsBrokenFarBehind) {
  std::string text;
  std::uint64_t remarks = 0;
  for (; text.size() < (9U << 20U); ++remarks) text += kWhole;
  text += "--- !Strange\n";
  text += kWhole;
  RemarkCounts counts = read_remarks(text, [](const RawRemark& /*remark*/) {});
  EXPECT_EQ(counts.remarks, remarks + 1);
  EXPECT_EQ(counts.unreadable, 1U);
  EXPECT_EQ(counts.first_unreadable_line, 12 * remarks + 1);
  counts = read_remarks(text, [](const RawRemark& /*remark*/) {}, [] { return true; });
  EXPECT_LT(counts.remarks, remarks / 2);
}

std::string in_double_quotes(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n')
      quoted += "\\n";
    else if (static_cast<unsigned char>(c) < ' ')
      quoted += "\\x0" + std::string(1, "0123456789abcdef"[c & 15]);
    else
      quoted += c;
  }
  return quoted + '"';
}
std::string in_single_quotes(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}
std::string in_a_block(const std::string& text) {
  std::string block = "|-\n";
  for (const char c : "      " + text)
    block += c == '\n' ? std::string("\n      ") : std::string(1, c);
  return block;
}

RC_GTEST_PROP(RemarkReaderTest, EveryTextComesBackOutOfEveryFormThatCanHoldIt, ()) {
  const std::string text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab'\"\\:#-|{}, \n.")));
  const auto comes_back = [&](const std::string& written) {
    RC_ASSERT(
        read(document_with(' ' + written)).forms ==
        std::vector{"missed 1:p 1:N 1:f -\n 6:String " + counted(text) + " -\n 4:Last 3:end -\n"});
  };
  comes_back(in_double_quotes(text));
  if (text.find('\n') == text.npos) comes_back(in_single_quotes(text));
  // A block's own indentation is that of its first line with text, and "-" takes ends away.
  if (!text.empty() && text.front() != ' ' && text.front() != '\n' && text.back() != '\n')
    comes_back(in_a_block(text));
}

// ---- files ----

TEST(RemarkFilesTest, ARealFileReadsAsAnotherReaderOfYamlReadsIt) {
  const ScratchDir scratch;
  const std::string source = scratch.write("it's a \"file\".cc", R"(
#include <map>
#include <string>
#include <vector>
int sum(const std::vector<int> &v, std::vector<int> &w) {
  int total = 0;
  for (std::size_t i = 0; i < v.size(); ++i) w[i] = total += v.at(i);
  return total;
}
std::map<std::string, int> known;
int look(const std::string &name) { return known[name + "it's\n"]; }
)");
  run_tool({"clang++-19", "-O2", "-fsave-optimization-record",
            "-foptimization-record-file=" + scratch.file("a.opt.yaml"), "-c", source, "-o",
            scratch.file("a.o")});
  std::string ours;
  const Result<RemarkCounts> counts = read_remark_file(
      scratch.file("a.opt.yaml"), [&](const RawRemark& remark) { ours += form(remark); });
  ASSERT_TRUE(counts) << counts.error().what;
  EXPECT_GT(counts->remarks, 100U);
  EXPECT_EQ(counts->unreadable, 0U) << counts->first_unreadable_line << counts->first_reason;
  EXPECT_TRUE(ours == as_python_reads(scratch.file("a.opt.yaml")));
}

TEST(RemarkFilesTest, FindsThoseOfAFolderOnceAndInOrder) {
  const ScratchDir scratch;
  scratch.write("build/b.opt.yaml", "");
  scratch.write("build/deep/a.opt.yaml", "");
  scratch.write("build/a.out.opt.ld.yaml.thin.1.yaml", "");
  scratch.write("build/config.yaml", "");
  const auto found =
      find_remark_files({scratch.file("build/b.opt.yaml"), scratch.file("build"), scratch.path()});
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, ElementsAre(scratch.file("build/b.opt.yaml"),
                                  scratch.file("build/a.out.opt.ld.yaml.thin.1.yaml"),
                                  scratch.file("build/deep/a.opt.yaml")));
  std::filesystem::create_directory(scratch.file("empty"));
  EXPECT_THAT(find_remark_files({scratch.file("empty")}).error().what,
              HasSubstr("no file of remarks"));
}

TEST(RemarkFilesTest, RefusesInOneSentenceWhatIsNoFileOfRemarks) {
  const ScratchDir scratch;
  const auto error_of = [&](const std::string& text) {
    const auto result = read_remark_file(scratch.write("x", text), [](const RawRemark&) {});
    return result ? std::string("none") : result.error().what;
  };
  EXPECT_EQ(error_of(""), "none");
  EXPECT_EQ(error_of("# nothing but a comment\n"), "none");
  EXPECT_THAT(error_of("RMRK\1\2\3"), HasSubstr("bitstream2yaml"));
  EXPECT_THAT(error_of(std::string("REMARKS\0\0", 9)), HasSubstr("another file"));
  EXPECT_THAT(error_of("\x1f\x8b\x08"), HasSubstr("as gcc's remarks are, which are not read"));
  EXPECT_THAT(error_of(std::string("\x7f"
                                   "ELF\0\1\2",
                                   7)),
              HasSubstr("holds no remarks"));
  EXPECT_THAT(error_of(std::string(2U << 20U, 'x') + std::string(kWhole)),
              HasSubstr("holds no remarks"));
  EXPECT_THAT(read_remark_file(scratch.file("none"), [](const RawRemark&) {}).error().what,
              HasSubstr("there is no such file"));
}

}  // namespace
}  // namespace asmforge
