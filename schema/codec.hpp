#pragma once

#include <string_view>

#include "schema/messages.hpp"
#include "schema/result.hpp"

/// Talk messages to and from bytes. Any bytes may be given to decode: what comes out has passed every limit
/// and rule of schema/README.md, sections 2 and 9, or is a refusal that names the field.
namespace palabre {

struct DecodedRequest {
  RequestId id;  ///< 0 when it could not be read
  Result<Request> body;
};

struct DecodedReply {
  RequestId id;
  Reply body;
};

[[nodiscard]] Bytes encode(RequestId id, const Request& request);
[[nodiscard]] Bytes encode(RequestId id, const Reply& reply);

[[nodiscard]] DecodedRequest decode_request(std::string_view frame);
/// The id of what is refused unread: as decode_request finds it, without looking at the rest.
[[nodiscard]] RequestId request_id_of(std::string_view frame);
[[nodiscard]] Result<DecodedReply> decode_reply(std::string_view frame);

}  // namespace palabre
