#pragma once

/// What Ctrl-c and SIGTERM do to a verb: end it with status 130 at once, unless an InterruptWatch lives,
/// which is told instead so that the verb can end in good order.
namespace palabre::cli {

/// To be called once, before any thread is started.
void handle_interrupts();

/// At most one lives at a time, on the application thread.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  /// Readable once an interrupt came.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool has_come() const;

 private:
  int descriptor_;
};

}  // namespace palabre::cli
