#include "format/study_document.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "tests/format/german_locale.hpp"
#include "tests/format/refusal.hpp"
#include "tests/format/temporary_folder.hpp"

namespace regio::format {
namespace {

KeySchema key(std::string table, std::string name, KeyKind kind, StudyValue default_value) {
  KeySchema schema;
  schema.table = std::move(table);
  schema.key = std::move(name);
  schema.kind = kind;
  schema.explanation = "about " + schema.key;
  schema.default_value = std::move(default_value);
  return schema;
}

/// One key of every kind.
StudySchema schema() {
  StudySchema result{.kind = "cluster", .explanation = "Clusters of regions."};
  result.keys.push_back(key("study", "title", KeyKind::text, "A \"title\" with \\ and Łódź\n"));
  result.keys.push_back(key("input", "panel", KeyKind::path, "panel.csv"));
  result.keys.back().required = true;
  result.keys.push_back(key("input", "boundaries", KeyKind::path, ""));
  result.keys.back().optional = true;
  result.keys.back().example = "\"map.geojson\"";
  result.keys.push_back(key("clusters", "k", KeyKind::integer_or_choice, "elbow"));
  result.keys.back().choices = {"elbow", "silhouette"};
  result.keys.back().smallest = 1;
  result.keys.back().largest = 1000;
  result.keys.push_back(key("clusters", "k_range", KeyKind::integer_list, std::vector<std::int64_t>{2, 12}));
  result.keys.back().smallest = 1;
  result.keys.push_back(key("clusters", "chain", KeyKind::choice, "warm"));
  result.keys.back().choices = {"warm", "independent"};
  result.keys.push_back(key("clusters", "restarts", KeyKind::integer, std::int64_t{100}));
  result.keys.back().smallest = 1;
  result.keys.push_back(key("clusters", "tolerance", KeyKind::number, 1e-4));
  result.keys.back().smallest = 0;
  result.keys.back().largest = 1;
  result.keys.push_back(key("clusters", "weights", KeyKind::number_list, std::vector<double>{1, 0.5}));
  result.keys.push_back(key("clusters", "names", KeyKind::text_list, std::vector<std::string>{"a", "b"}));
  result.keys.push_back(key("clusters", "shown", KeyKind::boolean, true));
  return result;
}

constexpr char const* head = "[study]\nversion = 1\nkind = \"cluster\"\n[input]\npanel = \"p.csv\"\n[clusters]\n";

StudyDocument parsed(std::string text) { return StudyDocument::parse(std::move(text), "s.toml", "folder", schema()); }
StudyDocument parsed_clusters(std::string const& lines) { return parsed(head + lines); }
std::string refused(std::string const& text) {
  return refusal([&] { (void)parsed(text); });
}
std::string refused_clusters(std::string const& lines) { return refused(head + lines); }

TEST(StudyDocument, DefaultsFillWhatIsNotGiven) {
  StudyDocument const study = parsed_clusters("");
  EXPECT_EQ(study.text("study", "kind"), "cluster");
  EXPECT_EQ(study.text("clusters", "k"), "elbow");
  EXPECT_FALSE(study.is_integer("clusters", "k"));
  EXPECT_EQ(study.integers("clusters", "k_range"), (std::vector<std::int64_t>{2, 12}));
  EXPECT_EQ(study.number("clusters", "tolerance"), 1e-4);
  EXPECT_EQ(study.numbers("clusters", "weights"), (std::vector<double>{1, 0.5}));
  EXPECT_EQ(study.texts("clusters", "names"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(study.boolean("clusters", "shown"));
  EXPECT_FALSE(study.has("input", "boundaries"));
  EXPECT_EQ(study.path("input", "boundaries"), "");
}

TEST(StudyDocument, ValuesOfEveryKind) {
  StudyDocument const study = parsed_clusters(
      "k = 5\nk_range = [3, 4]\nchain = \"independent\"\nrestarts = 7\ntolerance = 0.5\nweights = [1, 2.5]\n"
      "names = []\nshown = false\n");
  EXPECT_TRUE(study.is_integer("clusters", "k"));
  EXPECT_EQ(study.integer("clusters", "k"), 5);
  EXPECT_EQ(study.integers("clusters", "k_range"), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(study.text("clusters", "chain"), "independent");
  EXPECT_EQ(study.integer("clusters", "restarts"), 7);
  EXPECT_EQ(study.number("clusters", "tolerance"), 0.5);
  EXPECT_EQ(study.numbers("clusters", "weights"), (std::vector<double>{1, 2.5}));
  EXPECT_TRUE(study.texts("clusters", "names").empty());
  EXPECT_FALSE(study.boolean("clusters", "shown"));
}

TEST(StudyDocument, AnIntegerIsANumberToo) {
  EXPECT_EQ(parsed_clusters("tolerance = 1\n").number("clusters", "tolerance"), 1.0);
}

TEST(StudyDocument, PathsAreRelativeToTheFile) {
  EXPECT_EQ(parsed_clusters("").path("input", "panel"), "folder/p.csv");
  std::string text = head;
  text.replace(text.find("p.csv"), 5, "/data/p.csv");
  EXPECT_EQ(parsed(text).path("input", "panel"), "/data/p.csv");
}

TEST(StudyDocument, WrongValuesAreNamedWithWhatWasExpected) {
  EXPECT_EQ(
      refused_clusters("k = \"elbwo\"\nk_range = 3\nchain = 1\nrestarts = 0\ntolerance = \"small\"\n"
                       "weights = [1, \"x\"]\nnames = [1]\nshown = 1\n"),
      "s.toml:7:5: clusters.k: found 'elbwo', expected a whole number from 1 to 1000, or one of elbow, silhouette; "
      "did you mean 'elbow'?\n"
      "s.toml:8:11: clusters.k_range: found '3', expected a list of whole numbers of at least 1, as in [1, 2]\n"
      "s.toml:9:9: clusters.chain: found '1', expected one of warm, independent\n"
      "s.toml:10:12: clusters.restarts: found '0', expected a whole number of at least 1\n"
      "s.toml:11:13: clusters.tolerance: found 'small', expected a number from 0 to 1\n"
      "s.toml:12:11: clusters.weights: found '[ 1, 'x' ]', expected a list of numbers, as in [0.5, 1]\n"
      "s.toml:13:9: clusters.names: found '[ 1 ]', expected a list of texts, as in [\"a\", \"b\"]\n"
      "s.toml:14:9: clusters.shown: found '1', expected true or false");
  EXPECT_EQ(refused_clusters("restarts = 1.5\n"),
            "s.toml:7:12: clusters.restarts: found '1.5', expected a whole number of at least 1");
  EXPECT_EQ(
      refused_clusters("k = 1001\n"),
      "s.toml:7:5: clusters.k: found '1001', expected a whole number from 1 to 1000, or one of elbow, silhouette");
  EXPECT_EQ(
      refused_clusters("k_range = [0, 3]\n"),
      "s.toml:7:11: clusters.k_range: found '[ 0, 3 ]', expected a list of whole numbers of at least 1, as in [1, 2]");
}

TEST(StudyDocument, NotANumberAndInfinityAreNoNumbers) {
  EXPECT_EQ(refused_clusters("tolerance = nan\n"),
            "s.toml:7:13: clusters.tolerance: found 'nan', expected a number from 0 to 1");
  EXPECT_EQ(refused_clusters("weights = [inf]\n"),
            "s.toml:7:11: clusters.weights: found '[ inf ]', expected a list of numbers, as in [0.5, 1]");
}

TEST(StudyDocument, UnknownKeysAndTables) {
  EXPECT_EQ(refused_clusters("restrats = 5\npanel = \"x\"\nfrobnicate = 1\n[cluster]\n[output]\n"),
            "s.toml:7:1: found 'restrats', expected a key of [clusters]; did you mean 'restarts'?\n"
            "s.toml:8:1: found 'panel', expected a key of [clusters]; it belongs to [input]\n"
            "s.toml:9:1: found 'frobnicate', expected a key of [clusters]\n"
            "s.toml:10:2: found '[cluster]', expected one of the tables [study], [input], [clusters]; did you mean "
            "'clusters'?\n"
            "s.toml:11:2: found '[output]', expected one of the tables [study], [input], [clusters]");
}

TEST(StudyDocument, KeysOutsideOfTables) {
  EXPECT_EQ(refused("restarts = 5\n" + std::string(head)),
            "s.toml:1:1: found 'restarts', expected no key outside of a table; it belongs to [clusters]");
}

TEST(StudyDocument, TableWrittenAsAValueOrList) {
  EXPECT_EQ(refused("clusters = 5\n[study]\nversion = 1\nkind = \"cluster\"\n[input]\npanel = \"p.csv\"\n"),
            "s.toml:1:1: clusters: found '5', expected a table, as in [clusters]");
  EXPECT_NE(refused("[study]\nversion = 1\nkind = \"cluster\"\n[input]\npanel = \"p.csv\"\n[[clusters]]\nk = 1\n"), "");
}

TEST(StudyDocument, RequiredKeys) {
  EXPECT_EQ(refused("[study]\nversion = 1\nkind = \"cluster\"\n[input]\n"),
            "s.toml:4: [input] needs the key 'panel': the name of a file, in quotes");
  EXPECT_EQ(refused(""),
            "s.toml: [study] needs the key 'version': 1\n"
            "s.toml: [study] needs the key 'kind': one of cluster\n"
            "s.toml: [input] needs the key 'panel': the name of a file, in quotes");
}

TEST(StudyDocument, VersionAndKind) {
  EXPECT_EQ(refused("[study]\nversion = 2\nkind = \"balance\"\n[input]\npanel = \"p.csv\"\n"),
            "s.toml:2:11: study.version: found '2', expected 1\n"
            "s.toml:3:8: study.kind: found 'balance', expected one of cluster");
}

TEST(StudyDocument, SyntaxErrorsHaveTheirPosition) {
  std::string const message = refused("[study]\nversion = \n");
  EXPECT_TRUE(message.starts_with("s.toml:2:11: is no TOML here: ")) << message;
  std::string const duplicate = refused("[study]\nversion = 1\nversion = 1\n");
  EXPECT_TRUE(duplicate.starts_with("s.toml:3:")) << duplicate;
}

// toml++ 3.3 has assertions for these where other texts get its parse errors.
TEST(StudyDocument, TextsThatTheTomlLibraryDidNotExpect) {
  EXPECT_EQ(refused("[ = 1"), "s.toml:1:3: is no TOML here: a key or a value is missing");
  EXPECT_EQ(refused(std::string(head) + "k = 3\n[ = 1\n[input]\n"),
            "s.toml:8:3: is no TOML here: a key or a value is missing");
}

TEST(StudyDocument, LettersBeyondAsciiOutsideOfQuotes) {
  EXPECT_TRUE(refused("[study]\ntitle = Київ\n").starts_with("s.toml:2:9: is no TOML here: "));
  EXPECT_TRUE(refused("[study]\nтитул = 1\n").starts_with("s.toml:2:1: is no TOML here: "));
  StudyDocument const study = parsed(
      "study.version = 1 # é\nstudy.kind = 'cluster'\ninput.panel = 'p.csv'\n"
      "study.title = \"\"\"a \\\n  é\"\"\"\n");
  EXPECT_EQ(study.text("study", "title"), "a é");
}

TEST(StudyDocument, OtherEncodings) {
  EXPECT_EQ(refused("[study]\ntitle = \"\xe9t\xe9\"\n"),
            "s.toml:2: found 'byte 0xE9', expected UTF-8 text at byte 10 of the line; save the file as UTF-8");
  EXPECT_EQ(refused("\xff\xfe["), "s.toml: found 'UTF-16 text', expected UTF-8; save the file as UTF-8");
  EXPECT_EQ(parsed("\xef\xbb\xbf" + std::string(head)).text("study", "kind"), "cluster");
}

TEST(StudyDocument, ProblemsPointToTheValue) {
  StudyDocument const study = parsed_clusters("k_range = [5, 2]\n");
  EXPECT_EQ(study.problem("clusters", "k_range", "the smaller first").text(),
            "s.toml:7:11: clusters.k_range: found '[ 5, 2 ]', expected the smaller first");
  EXPECT_EQ(study.problem("clusters", "k", "another default").text(), "s.toml: clusters.k: another default");
}

TEST(StudyDocument, AskingForAnotherTypeIsADefect) {
  StudyDocument const study = parsed_clusters("");
  EXPECT_THROW((void)study.integer("clusters", "k"), std::logic_error);
  EXPECT_THROW((void)study.text("clusters", "absent"), std::logic_error);
}

TEST(StudyDocument, KindChoosesTheSchema) {
  TemporaryFolder const folder;
  auto const file = folder.path() / "Łódź study.toml";
  auto const kind_of = [&](std::string const& text) {
    std::ofstream(file) << text;
    return StudyDocument::read_kind(file, {"cluster", "dynamics"});
  };
  EXPECT_EQ(kind_of("[study]\nkind = \"dynamics\"\nanything = 1\n"), "dynamics");
  EXPECT_EQ(
      refusal([&] { kind_of("[study]\nkind = \"clusters\"\n"); }),
      file.string() + ":2:8: study.kind: found 'clusters', expected one of cluster, dynamics; did you mean 'cluster'?");
  EXPECT_EQ(refusal([&] { kind_of("[study]\nkind = 3\n"); }),
            file.string() + ":2:8: study.kind: found '3', expected one of cluster, dynamics");
  EXPECT_EQ(refusal([&] { kind_of(""); }), file.string() + ": [study] needs the key 'kind': one of cluster, dynamics");
  EXPECT_EQ(refusal([&] { StudyDocument::read_kind(folder.path() / "absent.toml", {}); }),
            (folder.path() / "absent.toml").string() + ": no such file");
}

TEST(CommentedStudy, ReadsBackToTheDefaults) {
  std::string const text = commented_study(schema());
  StudyDocument const study = parsed(text);
  for (KeySchema const& expected : schema().keys) {
    SCOPED_TRACE(expected.key);
    EXPECT_EQ(study.has(expected.table, expected.key), !expected.optional);
    EXPECT_NE(text.find("# about " + expected.key), text.npos);
  }
  EXPECT_EQ(study.text("study", "title"), "A \"title\" with \\ and Łódź\n");
  EXPECT_EQ(study.path("input", "panel"), "folder/panel.csv");
  EXPECT_EQ(study.text("clusters", "k"), "elbow");
  EXPECT_EQ(study.integers("clusters", "k_range"), (std::vector<std::int64_t>{2, 12}));
  EXPECT_EQ(study.number("clusters", "tolerance"), 1e-4);
  EXPECT_EQ(study.numbers("clusters", "weights"), (std::vector<double>{1, 0.5}));
  EXPECT_EQ(study.texts("clusters", "names"), (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(text.find("# boundaries = \"map.geojson\"\n"), text.npos);
  EXPECT_NE(text.find("(a whole number, or elbow, silhouette)"), text.npos);
}

TEST(CommentedStudy, OptionalKeysWorkOnceUncommented) {
  std::string text = commented_study(schema());
  text.erase(text.find("# boundaries ="), 2);
  EXPECT_EQ(parsed(text).path("input", "boundaries"), "folder/map.geojson");
}

TEST(StudyDocument, LocaleDoesNotMatter) {
  GermanLocale const german;
  StudyDocument const study = parsed_clusters("tolerance = 0.25\nrestarts = 12345\n");
  EXPECT_EQ(study.number("clusters", "tolerance"), 0.25);
  EXPECT_EQ(study.problem("clusters", "restarts", "less").found, "12345");
  EXPECT_NE(commented_study(schema()).find("tolerance = 1e-04\n"), std::string::npos);
}

}  // namespace
}  // namespace regio::format
