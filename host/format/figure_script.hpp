/// The script that draws figures in a report: Vega, Vega-Lite and vega-embed, which are part of the library.
#pragma once

#include <string_view>

namespace regio::format {

/// JavaScript that puts `vegaEmbed` on the window; empty when the build had no vl-convert-python.
std::string_view figure_script() noexcept;
/// Copyright notices and licences of what figure_script() contains.
std::string_view figure_script_licences() noexcept;

}  // namespace regio::format
