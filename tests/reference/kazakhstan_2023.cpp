#include "tests/reference/kazakhstan_2023.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include <regio/regional_structure.hpp>

namespace regio::reference {
namespace {

using format::CsvTable;

constexpr double printed_digit = 0.01;  // of Table 2

Index place(std::vector<std::string> const& values, std::string const& value) {
  auto const found = std::find(values.begin(), values.end(), value);
  if (found == values.end()) throw std::out_of_range(value + " is not in the article's tables");
  return found - values.begin();
}

/// Whether a share printed with two decimals can be a whole number of `parts`.
bool is_count(double share, int parts) {
  return std::abs(std::round(share * parts) / parts - share) <= printed_digit / 2 + 1e-12;
}

Index counts_that_fit(std::vector<double> const& shares, int parts) {
  return std::count_if(shares.begin(), shares.end(), [parts](double share) { return is_count(share, parts); });
}

double sum(std::vector<double> const& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

std::vector<double> negative(std::vector<double> values) {
  for (double& value : values) value = -value;
  return values;
}

bool same_set(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

/// "Karaganda region (1.83), ...".
std::string with_values(Kazakhstan2023 const& article, std::vector<std::string> const& codes,
                        std::vector<double> const& values) {
  std::vector<std::string> texts;
  for (std::string const& code : codes) {
    auto const r = static_cast<std::size_t>(article.region(code));
    texts.push_back(fmt::format("{} ({:.2f})", article.names[r], values[r]));
  }
  return listed(texts);
}

InteractionReport interaction_of_shipments(Kazakhstan2023 const& article) {
  Engine engine = Engine::cpu(1);
  return interaction_index(engine, {}, {{.shipments = article.shipments()}});
}

}  // namespace

Shipments Kazakhstan2023::shipments() const {
  return {.regions = static_cast<Index>(codes.size()),
          .industries = static_cast<Index>(industries.size()),
          .list = {.origin = origin, .destination = destination, .industry = industry, .value = value},
          .raw_industries = raw_industries};
}

Index Kazakhstan2023::region(std::string const& code) const { return place(codes, code); }

std::vector<std::string> Kazakhstan2023::leading(std::vector<double> const& values, std::size_t count) const {
  std::vector<std::size_t> order(codes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t r, std::size_t s) { return values[r] > values[s]; });
  std::vector<std::string> result;
  for (std::size_t k = 0; k < count; ++k) result.push_back(codes[order[k]]);
  return result;
}

Kazakhstan2023 read_kazakhstan_2023(std::filesystem::path const& datasets, int year) {
  std::filesystem::path const folder = datasets / "kazakhstan-2023";
  Kazakhstan2023 article;
  CsvTable const regions = CsvTable::read(folder / "regions.csv");
  article.codes = text_column(regions, "region");
  article.names = text_column(regions, "label");

  CsvTable const table2 = CsvTable::read(folder / "index_table2.csv");
  std::vector<std::string> const rows = text_column(table2, "region");
  std::pair<char const*, std::vector<double>*> const columns[] = {{"Q", &article.printed.industries},
                                                                  {"A", &article.printed.supplies},
                                                                  {"V", &article.printed.volume},
                                                                  {"R", &article.printed.links},
                                                                  {"S", &article.printed.index}};
  for (auto const& [name, values] : columns) {
    std::vector<double> const printed = number_column(table2, name);
    values->resize(article.codes.size());
    for (std::size_t k = 0; k < rows.size(); ++k) {
      (*values)[static_cast<std::size_t>(article.region(rows[k]))] = printed[k];
    }
  }

  CsvTable const table1 = CsvTable::read(folder / "pairs_table1.csv");
  std::vector<std::string> const a = text_column(table1, "a"), b = text_column(table1, "b");
  std::vector<double> const volume = number_column(table1, "volume");
  for (std::size_t k = 0; k < a.size(); ++k)
    article.pairs.push_back({article.region(a[k]), article.region(b[k]), volume[k]});

  CsvTable const industries = CsvTable::read(folder / "industries.csv");
  article.industries = text_column(industries, "industry");
  for (std::string const& use : text_column(industries, "use")) article.raw_industries.push_back(use == "raw" ? 1 : 0);

  CsvTable const shipments = CsvTable::read(folder / "shipments.csv");
  std::vector<std::string> const origin = text_column(shipments, "origin");
  std::vector<std::string> const destination = text_column(shipments, "destination");
  std::vector<std::string> const industry = text_column(shipments, "industry");
  std::vector<int> const years = integer_column(shipments, "year");
  std::vector<double> const value = number_column(shipments, "value");
  for (std::size_t k = 0; k < value.size(); ++k) {
    if (year != 0 && years[k] != year) continue;
    article.origin.push_back(static_cast<std::int32_t>(article.region(origin[k])));
    article.destination.push_back(static_cast<std::int32_t>(article.region(destination[k])));
    article.industry.push_back(static_cast<std::int32_t>(place(article.industries, industry[k])));
    article.value.push_back(value[k]);
  }
  return article;
}

std::vector<Statement> kazakhstan_2023_statements(Kazakhstan2023 const& article) {
  InteractionIndex const& printed = article.printed;
  std::vector<Statement> statements;

  double largest = 0;
  for (std::size_t r = 0; r < article.codes.size(); ++r) {
    double const components = printed.industries[r] + printed.supplies[r] + printed.volume[r] + printed.links[r];
    largest = std::max(largest, std::abs(components - printed.index[r]));
  }
  statements.push_back({"S = Q + A + V + R in every row of Table 2",
                        fmt::format("largest difference {:.2f}, within the rounding of five numbers", largest),
                        largest <= 2.5 * printed_digit});

  auto const named = [&](std::string text, std::vector<std::string> const& said, std::vector<double> const& values,
                         std::vector<std::string> const& found) {
    statements.push_back({std::move(text), with_values(article, found, values), same_set(said, found)});
  };
  named("Pavlodar, Karaganda, East Kazakhstan, Astana and Shymkent have the highest index",
        {"pavlodar", "karaganda", "east", "astana", "shymkent"}, printed.index, article.leading(printed.index, 5));
  named("West Kazakhstan, North Kazakhstan, Kyzylorda, Mangistau and Zhambyl are outsiders",
        {"west", "north", "kyzylorda", "mangistau", "jambyl"}, printed.index,
        article.leading(negative(printed.index), 5));
  named("Karaganda, Pavlodar, Kostanay, Astana and Shymkent ship most",
        {"karaganda", "pavlodar", "kostanay", "astana", "shymkent"}, printed.volume,
        article.leading(printed.volume, 5));
  named("West Kazakhstan, Kyzylorda, Mangystau, Aktobe and Kostanay buy mostly finished products",
        {"west", "kyzylorda", "mangistau", "aktobe", "kostanay"}, printed.supplies,
        article.leading(negative(printed.supplies), 5));
  std::vector<std::string> few;
  for (std::size_t r = 0; r < article.codes.size(); ++r) {
    if (printed.links[r] < 1.0 / 3) few.push_back(article.codes[r]);
  }
  named("Atyrau, West Kazakhstan and Kyzylorda interact with less than a third of all regions",
        {"atyrau", "west", "kyzylorda"}, printed.links, few);
  named("Almaty city has connections with almost all regions", {"almaty-city"}, printed.links,
        article.leading(printed.links, 1));

  Index const regions_fit = counts_that_fit(printed.links, 17);
  std::vector<double> counts;
  for (double const share : printed.links) counts.push_back(std::round(17 * share));
  statements.push_back(
      {"R is a number of regions over 17",
       fmt::format(
           "{} of 17 values are whole numbers of 17; they sum to {}, odd, so links are counted in one direction",
           regions_fit, sum(counts)),
       regions_fit == 17});
  statements.push_back({"V is a region's deliveries over their mean",
                        fmt::format("the 17 values sum to {:.2f}", sum(printed.volume)),
                        std::abs(sum(printed.volume) - 17) <= 17 * printed_digit / 2});
  Index const fit25 = counts_that_fit(printed.industries, 25), fit29 = counts_that_fit(printed.industries, 29);
  statements.push_back({"There are 25 traded industries, by which Q is divided",
                        fmt::format("{} of 17 values of Q are whole numbers of 25, {} of 29", fit25, fit29),
                        fit25 == 17});
  double largest_pair = 0;
  for (PrintedPair const& pair : article.pairs) largest_pair = std::max(largest_pair, pair.volume);
  statements.push_back(
      {"Cargo between the regions was 17.3 million USD in 2021",
       fmt::format(
           "the largest pair alone has {:.1f} thousand million USD in six years: 17.3 thousand million is meant",
           largest_pair / 1e6),
       largest_pair / 1e3 <= 17.3 * 6});
  return statements;
}

namespace {

std::string index_table(Kazakhstan2023 const& article, InteractionIndex const& computed) {
  std::string text = "| region | Q | A | V | R | S |\n|---|---|---|---|---|---|\n";
  std::size_t equal = 0, all = 0;
  for (std::string const& code : article.leading(article.printed.index, article.codes.size())) {
    auto const r = static_cast<std::size_t>(article.region(code));
    text += "| " + article.names[r] + " |";
    for (auto const values : {&InteractionIndex::industries, &InteractionIndex::supplies, &InteractionIndex::volume,
                              &InteractionIndex::links, &InteractionIndex::index}) {
      std::string const printed = fmt::format("{:.2f}", (article.printed.*values)[r]);
      std::string const found = fmt::format("{:.2f}", (computed.*values)[r]);
      text += " " + printed + " / " + found + " |";
      ++all;
      equal += printed == found ? 1 : 0;
    }
    text += "\n";
  }
  return fmt::format("{} of {} numbers are equal.\n\n", equal, all) + text;
}

std::string pairs_table(Kazakhstan2023 const& article, ShipmentTotals const& totals) {
  std::string text = "| pair | printed | computed | rank by volume |\n|---|---|---|---|\n";
  std::vector<RegionPair> const pairs = region_pairs(totals.flow_matrix());
  for (PrintedPair const& printed : article.pairs) {
    auto const [a, b] = std::minmax(printed.a, printed.b);
    auto const found = std::find_if(pairs.begin(), pairs.end(),
                                    [a = a, b = b](RegionPair const& pair) { return pair.a == a && pair.b == b; });
    text += fmt::format("| {}, {} | {} | {} | {} |\n", article.names[static_cast<std::size_t>(printed.a)],
                        article.names[static_cast<std::size_t>(printed.b)], printed.volume,
                        found == pairs.end() ? 0.0 : found->volume, found - pairs.begin() + 1);
  }
  return text;
}

}  // namespace

std::string kazakhstan_2023_section(std::filesystem::path const& datasets) {
  Kazakhstan2023 const article = read_kazakhstan_2023(datasets);
  InteractionReport const latest = interaction_of_shipments(article);
  InteractionReport const all = interaction_of_shipments(read_kazakhstan_2023(datasets, 0));
  return "## Interaction of the regions of Kazakhstan, 2016-2021\n\n"
         "Ye. Zhailauov, Zh. Omar, D. Ulybyshev and N. Kuttybaeva, \"Interregional interaction in the industrial "
         "sector of "
         "the economy:\nassessment methods and intensification factors\", Economic Annals-XXI 202 (2023), no. 3-4, "
         "pages "
         "31-39,\ndoi:10.21003/ea.V202-03. The shipments are not published. Those in `datasets/kazakhstan-2023` are "
         "*constructed* to agree with\nTables 1 and 2 and the shares of product groups; that they do is what the first "
         "two "
         "tables show, and all that they show.\n\n"
         "### Table 2: the index in 2021\n\nPrinted / computed from the constructed shipments. " +
         index_table(article, latest.interaction[0]) +
         "\n### Table 1: the closest pairs, 2016-2021\n\nThousand USD, both directions; the fourth pair by the "
         "text.\n\n" +
         pairs_table(article, all.totals[0]) + "\n" + statements_tables(kazakhstan_2023_statements(article));
}

}  // namespace regio::reference
