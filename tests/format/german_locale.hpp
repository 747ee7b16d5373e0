/// Numbers as in German texts, for C and C++, while this object lives.
#pragma once

#include <clocale>
#include <locale>
#include <string>

namespace regio {

class GermanLocale {
 public:
  GermanLocale() : before_(std::locale::global(std::locale(std::locale::classic(), new Punctuation))) {
    // A machine without this locale still has the one of C++ above.
    std::setlocale(LC_ALL, "de_DE.UTF-8");
  }
  GermanLocale(GermanLocale const&) = delete;
  GermanLocale& operator=(GermanLocale const&) = delete;
  ~GermanLocale() {
    std::setlocale(LC_ALL, "C");
    std::locale::global(before_);
  }

 private:
  struct Punctuation : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };

  std::locale before_;
};

}  // namespace regio
