#include "tests/simt/fibre.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <system_error>

#include "tests/simt/address_sanitizer.hpp"

namespace simt {

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

Fibre::Fibre() {
  void* const memory = mmap(nullptr, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, guard_bytes, PROT_NONE) != 0) {
    throw std::system_error(errno, std::generic_category(), "simt: no memory for the stack of a CUDA thread");
  }
  stack_ = static_cast<std::byte*>(memory) + guard_bytes;
}

Fibre::~Fibre() { munmap(stack_ - guard_bytes, guard_bytes + stack_bytes); }

void Fibre::start(void (*body)(void*), void* argument) {
  unpoison(stack_, stack_bytes);
  body_ = body;
  argument_ = argument;
  context_ = make_fcontext(stack_ + stack_bytes, stack_bytes, entry);
}

void Fibre::entry(transfer_t from_caller) {
  auto& self = *static_cast<Fibre*>(from_caller.data);
  after_switch(nullptr, &self.caller_stack_, &self.caller_stack_bytes_);
  self.caller_ = from_caller.fctx;
  self.body_(self.argument_);
  before_switch(nullptr, self.caller_stack_, self.caller_stack_bytes_);
  jump_fcontext(self.caller_, nullptr);
  __builtin_unreachable();
}

void Fibre::resume() {
  before_switch(&caller_fake_stack_, stack_, stack_bytes);
  transfer_t const back = jump_fcontext(context_, this);
  after_switch(caller_fake_stack_, nullptr, nullptr);
  context_ = back.fctx;
}

void Fibre::suspend() {
  before_switch(&fake_stack_, caller_stack_, caller_stack_bytes_);
  transfer_t const again = jump_fcontext(caller_, nullptr);
  after_switch(fake_stack_, &caller_stack_, &caller_stack_bytes_);
  caller_ = again.fctx;
}

}  // namespace simt
