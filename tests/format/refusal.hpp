/// What a reader says when it refuses its input.
#pragma once

#include <string>

#include <regio/error.hpp>

namespace regio {

/// The whole message of the InputError that `read` throws; "" when it throws none.
template <class Read>
std::string refusal(Read&& read) {
  try {
    read();
  } catch (InputError const& error) {
    return error.what();
  }
  return "";
}

}  // namespace regio
