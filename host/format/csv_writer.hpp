/// CSV text: UTF-8, comma, LF, quoted only where needed; numbers are the shortest that read back to the same double,
/// NaN is an empty cell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace regio::format {

/// The shortest decimal text that reads back to the same double; "" for NaN.
std::string number_text(double value);

class CsvWriter {
 public:
  explicit CsvWriter(std::vector<std::string> const& columns);

  CsvWriter& cell(std::string_view text);
  CsvWriter& cell(double value);
  CsvWriter& cell(std::int64_t value);
  CsvWriter& cell(int value) { return cell(static_cast<std::int64_t>(value)); }
  /// Ends the row; throws std::logic_error when it has another number of cells than the header.
  void end_row();

  [[nodiscard]] std::string const& text() const noexcept { return text_; }

 private:
  std::string text_;
  std::size_t columns_ = 0;
  std::size_t cells_ = 0;
};

}  // namespace regio::format
