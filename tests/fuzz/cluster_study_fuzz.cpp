// Any bytes are a cluster study whose options the study accepts, or an InputError.
#include <cstdint>
#include <string>

#include "study/cluster_study_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace regio;
  static format::StudySchema const cluster = study::cluster_schema();
  static format::StudySchema const dynamics = study::dynamics_schema();
  std::string const text(reinterpret_cast<char const*>(data), size);
  try {
    (void)study::cluster_options(format::StudyDocument::parse(text, "study.toml", "", cluster));
  } catch (InputError const&) {
  }
  try {
    (void)study::dynamics_options(format::StudyDocument::parse(text, "study.toml", "", dynamics), "dynamics");
  } catch (InputError const&) {
  }
  return 0;
}
