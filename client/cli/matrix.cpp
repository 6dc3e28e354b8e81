#include <algorithm>
#include <memory>

#include "client/cli/connection.hpp"
#include "client/cli/output.hpp"
#include "client/cli/program.hpp"
#include "client/cli/talk.hpp"
#include "client/cli/verbs.hpp"
#include "client/counted.hpp"
#include "client/exit_status.hpp"

namespace palabre::cli {
namespace {

struct MatrixOptions {
  std::optional<std::uint32_t> client;
  std::uint32_t from = 1;
  std::optional<std::uint64_t> count;
  bool prints_json = false;
};

/// Prints rows of the matrix, one message a line, and for people a line above each row.
class MatrixPrinter {
 public:
  MatrixPrinter(Connection& connection, const MatrixOptions& options)
      : connection_(connection),
        options_(options),
        messages_(output_, options.prints_json ? OutputFormat::json : OutputFormat::text,
                  MessageLayout{.shows_room = true, .shows_column = true}) {}

  int print_row(ClientNumber client) {
    Column next{options_.from};
    auto left = options_.count.value_or(limits::kIntegerMax);
    for (bool is_first = true; left > 0; is_first = false) {
      const auto answer = connection_.client->row(
          {.client = client, .from = next, .count = std::min<std::uint64_t>(left, limits::kEventsMax)},
          kAnswerWait);
      if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
      const auto& row = std::get<reply::Row>(answer);
      if (is_first) print_head(row);
      for (const auto& message : messages_of(row, connection_.welcome.epoch)) messages_.print(message);
      next = row.next;
      left -= std::min<std::uint64_t>(left, row.cells.size());
      if (!output_.flush() || !next) break;
    }
    return kDone;
  }

  int print_all_rows() {
    request::Who wanted;
    do {
      const auto answer = connection_.client->who(wanted, kAnswerWait);
      if (const auto* problem = std::get_if<Problem>(&answer)) return fail(*problem);
      const auto& part = std::get<reply::Who>(answer);
      for (const auto& entry : part.clients) {
        if (const int status = print_row(entry.client); status != kDone) return status;
      }
      wanted.from = part.next;
    } while (wanted.from && output_.flush());
    return kDone;
  }

 private:
  void print_head(const reply::Row& row) {
    if (options_.prints_json) return;
    output_.show("#" + std::to_string(row.client.value) + " " + row.name + ": " +
                 counted(row.columns.value, "message"));
  }

  Connection& connection_;
  const MatrixOptions& options_;
  Output output_;
  MessageOutput messages_;
};

int matrix(const Settings& settings, const MatrixOptions& options) {
  auto connected = connect(settings);
  if (const auto* status = std::get_if<int>(&connected)) return *status;
  MatrixPrinter printer(std::get<Connection>(connected), options);
  return options.client ? printer.print_row(ClientNumber{*options.client}) : printer.print_all_rows();
}

}  // namespace

void add_matrix(Program& program) {
  auto options = std::make_shared<MatrixOptions>();
  auto& verb = program.add_verb("matrix", "Print the matrix: what each client said, in column order",
                                [options](const Settings& settings) { return matrix(settings, *options); });
  verb.add_option("--client", options->client, "Only this client's row")->check(positive())->type_name("N");
  verb.add_option("--from", options->from, "Begin with this column")->check(positive())->type_name("COLUMN");
  verb.add_option("--count", options->count, "So many messages of a row at most")
      ->check(positive())
      ->type_name("N");
  verb.add_flag("--json", options->prints_json, "Print one object a message");
}

}  // namespace palabre::cli
