/// What a function says when a caller breaks its contract.
#pragma once

#include <string>

#include <regio/error.hpp>

namespace regio::test {

/// The message of the ContractError that `call` throws.
template <class Call>
std::string contract_message(Call const& call) {
  try {
    call();
  } catch (ContractError const& error) {
    return error.what();
  }
  return "no ContractError";
}

}  // namespace regio::test
