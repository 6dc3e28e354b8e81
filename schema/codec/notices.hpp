#pragma once

#include "schema/codec/fields.hpp"
#include "schema/codec/writer.hpp"
#include "schema/messages.hpp"

/// What is told of people: notices, and what was done in closed rooms.
namespace palabre::codec {

/// The three fields that notices on the feed and on the talk port share.
void write_notice_fields(Writer& writer, const Notice& notice);
Notice read_notice(Fields& fields);

void write_audit_entry(Writer& writer, const reply::AuditEntry& entry);
reply::AuditEntry read_audit_entry(Row& row);

}  // namespace palabre::codec
