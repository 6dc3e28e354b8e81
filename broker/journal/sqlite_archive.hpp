#pragma once

#include <cstddef>
#include <memory>

#include "broker/domain/ports.hpp"
#include "broker/journal/data_directory.hpp"

namespace palabre::broker {

inline constexpr std::size_t kArchiveReadersDefault = 4;

/// Opens `readers` (at least 1) read-only connections to the store in `directory`, whose journal must be
/// open: it makes and migrates the store, and should close after the archive, for the last one to go tidies
/// the log. Any thread may read; one that finds all connections busy waits for the next. Opening throws
/// StoreUnusable, reading JournalFailure.
[[nodiscard]] std::unique_ptr<Archive> open_archive(const DataDirectory& directory,
                                                    std::size_t readers = kArchiveReadersDefault);

}  // namespace palabre::broker
