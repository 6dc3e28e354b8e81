#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/kept_posts.hpp"

/// How an outbox file is written: records one behind the other, each whole or not there.
///
///   ┌────────────┬──────────────┬───────────────────┐
///   │ length  4  │ checksum  8  │ payload           │  the first record says where the outbox stood
///   └────────────┴──────────────┴───────────────────┘  when the file was written anew
namespace palabre {

[[nodiscard]] std::string encode_kept(const KeptRecord& record);
/// A file that holds just that, without what is settled.
[[nodiscard]] std::string encode_kept(const KeptPosts& posts);

struct DecodedOutbox {
  KeptPosts posts;
  std::size_t bytes = 0;  ///< up to here the records are whole
};
/// Reads the records up to the first that is not whole. Nothing when not even the first is: that is no outbox
/// file, or one whose making was cut off.
[[nodiscard]] std::optional<DecodedOutbox> decode_outbox(std::string_view file);

}  // namespace palabre
