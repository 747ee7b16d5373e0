#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/standard_output.hpp"

namespace regio::cli {
namespace {

std::string as_text(std::vector<DeviceProbe> const& probes) {
  std::string text;
  for (DeviceProbe const& probe : probes) {
    std::string const device =
        std::string(name(probe.device)) +
        (probe.failure || probe.device == Device::cpu ? "" : ":" + std::to_string(probe.ordinal));
    text += device + std::string(device.size() < 8 ? 8 - device.size() : 1, ' ');
    text += (probe.failure ? "not usable (" + std::string(name(*probe.failure)) + "): " : "usable: ");
    text += probe.description + '\n';
  }
  return text;
}

std::string as_json(std::vector<DeviceProbe> const& probes) {
  nlohmann::ordered_json document;
  document["devices"] = nlohmann::ordered_json::array();
  for (DeviceProbe const& probe : probes) {
    nlohmann::ordered_json entry = {
        {"device", name(probe.device)}, {"ordinal", probe.ordinal}, {"usable", !probe.failure}};
    if (probe.failure) entry["failure"] = name(*probe.failure);
    entry["description"] = probe.description;
    document["devices"].push_back(std::move(entry));
  }
  return document.dump(2) + '\n';
}

}  // namespace

Command add_devices_command(CLI::App& program) {
  auto const json = std::make_shared<bool>(false);
  CLI::App* const app = program.add_subcommand("devices", "Engines usable here; for the others, why not");
  app->add_flag("--json", *json, "print one JSON document on standard output, and nothing else there");
  return {app, [json] {
            auto const probes = probe_devices(cuda_options());
            print(*json ? as_json(probes) : as_text(probes));
            return ExitStatus::done;
          }};
}

}  // namespace regio::cli
