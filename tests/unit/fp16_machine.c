/* Compiled, not run, for a machine with half precision. */
#include "base/detmath.h"
#include "base/detmath64.h"
#include "base/detmath_normal.h"
#include "base/philox.h"
#include "base/reduce.h"

/* What the test is about: clang has said 0 there, gcc 16. */
#if defined(__GNUC__) && !defined(__clang__)
_Static_assert(FLT_EVAL_METHOD == 16, "this machine has no half precision, so nothing is tested");
#endif
