// SPDX-License-Identifier: MIT
//
// Output paths: which file it is that a path means.
#pragma once

#include <string>

namespace tidemark::detail {

/// Where the links at the end of `path` lead, so that it is their target that is written; that need
/// not be there. Throws FileError, naming a link that leads back to itself.
std::string target_of(const std::string& path);

/// Whether the opening of what is at `path` may wait for somebody, as that of a pipe does.
bool may_wait(const std::string& path);

/// The descriptor of this process that `target` stands for, as /dev/stdout does; -1: none.
int own_descriptor(const std::string& target);

/// The file beside `target` in which it is written until it is whole.
std::string temporary_beside(const std::string& target);

}  // namespace tidemark::detail
