// Stands in for libFuzzer where the compiler has none: replays a corpus, then a fixed number of seeded mutations of it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

constexpr std::size_t longest_input = 4096;
constexpr int most_mutations = 6;

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> const& corpus) : corpus_(corpus) {}

  std::string next() {
    std::string input = corpus_[below(corpus_.size())];
    for (std::size_t mutations = 1 + below(most_mutations); mutations > 0; --mutations) mutate(input);
    if (input.size() > longest_input) input.resize(longest_input);
    return input;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

  void mutate(std::string& input) {
    std::size_t const at = below(input.size() + 1);
    std::size_t const length = std::min(input.size() - at, below(32));
    switch (below(6)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(below(256));
        break;
      case 1: input.insert(at, 1, static_cast<char>(below(256))); break;
      case 2: input.erase(at, length); break;
      case 3: input.insert(below(input.size() + 1), input.substr(at, length)); break;
      case 4: input.insert(at, tokens_[below(tokens_.size())]); break;
      default: {
        std::string const& other = corpus_[below(corpus_.size())];
        input = input.substr(0, at) + other.substr(below(other.size() + 1));
      }
    }
  }

  std::vector<std::string> const& corpus_;
  std::vector<std::string> const tokens_{"\"",
                                         "\r\n",
                                         ",",
                                         ";",
                                         "NaN",
                                         "1e999",
                                         "-",
                                         "[",
                                         "{",
                                         "}",
                                         "]",
                                         "'",
                                         "\xef\xbb\xbf",
                                         "\xf0\x9f\x97\xba",
                                         std::string(1, '\0'),
                                         "9223372036854775808",
                                         "#",
                                         "="};
  std::mt19937_64 random_{1};
};

void run(std::string const& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s EXECUTIONS CORPUS\n", argv[0]);
    return 2;
  }
  std::vector<std::string> corpus;
  for (auto const& entry : std::filesystem::directory_iterator(argv[2])) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "no corpus in %s\n", argv[2]);
    return 2;
  }
  std::sort(corpus.begin(), corpus.end());  // folders have no order
  for (std::string const& input : corpus) run(input);
  Mutator mutator(corpus);
  long const executions = std::atol(argv[1]);
  for (long i = 0; i < executions; ++i) {
    std::string const input = mutator.next();
    try {
      run(input);
    } catch (std::exception const& error) {
      std::fprintf(stderr, "execution %ld: %s\n", i, error.what());
      std::ofstream("finding", std::ios::binary) << input;
      return 1;
    }
  }
  std::printf("%zu inputs of the corpus and %ld mutations\n", corpus.size(), executions);
}
