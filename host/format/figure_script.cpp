#include "format/figure_script.hpp"

extern "C" {
extern char const regio_figure_script[], regio_figure_script_end[];
extern char const regio_figure_script_licences[], regio_figure_script_licences_end[];
}

namespace regio::format {

std::string_view figure_script() noexcept { return {regio_figure_script, regio_figure_script_end}; }

std::string_view figure_script_licences() noexcept {
  return {regio_figure_script_licences, regio_figure_script_licences_end};
}

}  // namespace regio::format
