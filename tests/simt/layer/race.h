/* What the compiler's instrumentation tells the race checker. */
#ifndef SIMT_RACE_H
#define SIMT_RACE_H

#include "engine.h"

namespace simt
{

enum class AccessType { read, write, atomic };

/* An access by the running CUDA thread; host accesses are ignored. */
void check_access(const void *address, size_t bytes, AccessType type, const void *program_counter);

} // namespace simt

#endif
