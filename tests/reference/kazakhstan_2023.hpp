/// What Zhailauov, Omar, Ulybyshev and Kuttybaeva (2023) print, read from datasets/kazakhstan-2023, and what regio
/// makes of the shipments that were constructed to agree with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <regio/interaction_index.hpp>

#include "tests/reference/article.hpp"

namespace regio::reference {

struct PrintedPair {
  Index a = 0, b = 0;
  double volume = 0;  ///< thousand USD, 2016-2021
};

struct Kazakhstan2023 {
  std::vector<std::string> codes, names;  ///< of the regions
  InteractionIndex printed;               ///< Table 2; without ranks
  std::vector<PrintedPair> pairs;         ///< Table 1
  std::vector<std::string> industries;

  std::vector<std::uint8_t> raw_industries;
  std::vector<std::int32_t> origin, destination, industry;  ///< of the constructed shipments
  std::vector<double> value;

  [[nodiscard]] Shipments shipments() const;

  [[nodiscard]] Index region(std::string const& code) const;  ///< throws std::out_of_range when there is none
  /// Codes of the `count` regions with the largest values, the largest first; NaN last.
  [[nodiscard]] std::vector<std::string> leading(std::vector<double> const& values, std::size_t count) const;
};

/// The tables with the shipments of `year`; 0: of all years.
Kazakhstan2023 read_kazakhstan_2023(std::filesystem::path const& datasets, int year = 2021);

/// What the article's text says, held against its tables.
std::vector<Statement> kazakhstan_2023_statements(Kazakhstan2023 const& article);

/// The article's section of docs/replication.md; `datasets` gives the shipments of all years.
std::string kazakhstan_2023_section(std::filesystem::path const& datasets);

}  // namespace regio::reference
