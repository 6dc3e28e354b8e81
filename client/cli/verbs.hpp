#pragma once

namespace palabre::cli {

class Program;

/// The verbs for scripts, each in the file of its name.
void add_send(Program& program);
void add_tail(Program& program);
void add_history(Program& program);
void add_rooms(Program& program);
void add_who(Program& program);
void add_whoami(Program& program);
void add_whois(Program& program);
void add_keygen(Program& program);
void add_matrix(Program& program);
void add_ping(Program& program);
void add_moderate(Program& program);
void add_audit(Program& program);

}  // namespace palabre::cli
