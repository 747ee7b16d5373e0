/// Files that appear whole or not at all: written beside their place, flushed to the disk, renamed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace regio::format {

/// Names of unfinished files begin with this.
inline constexpr std::string_view unfinished_prefix = ".regio-part-";

/// Writes one file whole or not at all. A link is followed, a device or pipe is written to as it is. Throws OutputError
/// with the system's reason; a limit on file sizes is an error here, not a signal.
void write_file(std::filesystem::path const& path, std::string_view content);

/// When a file that has appeared outlasts a loss of power: at once, or when the system next writes the folder. Its
/// content is on the disk before it appears in both cases.
enum class Durability { at_once, with_folder };

/// The same for `name` in an open folder; a link of that name is replaced. `shown` names the file in messages.
void write_file_in(int folder, std::string const& name, std::string_view content, std::string const& shown,
                   Durability durability = Durability::at_once);

/// The content of a plain file in an open folder; nullopt when there is none or it cannot be read. Links are not
/// followed.
std::optional<std::string> read_file_in(int folder, std::string const& name);

}  // namespace regio::format
