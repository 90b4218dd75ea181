/* Lanes: sixteen independent columns worked on together.
 *
 * On the CPU a lane is an element of a vector: ESW_EACH_LANE is a loop the compiler turns into vector instructions, and
 * a lane variable is an array of sixteen. In CUDA a lane is a thread: the loop body runs once and a lane variable is a
 * register. Code between these macros never reads another lane.
 *
 * Lane variables are handed on by reference (ESW_LANE_REF in the parameter list, ESW_PASS by the caller, ESW_REF where
 * it is used); ESW_LANE_ROWS are lane variables by an index that is the same in all lanes.
 */
#ifndef ESWI_LANE_LOOP_H
#define ESWI_LANE_LOOP_H

#include "base/portable.h"

#if defined(__AVX512F__) && !defined(ESW_LANE_IS_THREAD)
#include <immintrin.h>
#endif

enum { ESW_LANES = 16 };

/* A reference to a lane variable. */
#define ESW_LANE_REF(type, name) type *name

#if defined(ESW_LANE_IS_THREAD)

#define ESW_EACH_LANE(l)         for (int l = (int)(threadIdx.x % ESW_LANES), once_##l = l >= 0; once_##l; once_##l = 0)
#define ESW_LANES_IN_TURN(l)     ESW_EACH_LANE(l)
#define ESW_LANE_VAR(type, name) type name = {} /* compilers do not see that loops over lanes run once */
#define ESW_AT(name, l)          name

#define ESW_PASS(name)                    (&(name))
#define ESW_REF(name, l)                  (*(name))
#define ESW_LANE_ROWS(type, name, rows)   type name[rows]
#define ESW_LANE_ROWS_REF(type, name)     type *name
#define ESW_ROW_AT(name, row, l)          name[row]

/* Whether a loop must go on for any lane: on the CPU if any of an integer lane variable is not 0, in CUDA the
 * thread's own. */
#define ESW_LANES_ANY(name) ((name) != 0)

#else

#define ESW_EACH_LANE(l)         _Pragma("omp simd") for (int l = 0; l < ESW_LANES; l++)
#define ESW_LANES_IN_TURN(l)     for (int l = 0; l < ESW_LANES; l++) /* for rare work with branches of its own */
#define ESW_LANE_VAR(type, name) type name[ESW_LANES]
#define ESW_AT(name, l)          name[l]

#define ESW_PASS(name)                    name
#define ESW_REF(name, l)                  name[l]
#define ESW_LANE_ROWS(type, name, rows)   type name[rows][ESW_LANES]
#define ESW_LANE_ROWS_REF(type, name)     type (*name)[ESW_LANES]
#define ESW_ROW_AT(name, row, l)          name[row][l]

/* By hand where compilers of the day take the loop apart. */
static inline int eswi_lanes_any(const int *value)
{
#if defined(__AVX512F__)
    const __m512i all = _mm512_loadu_si512(value);
    return _mm512_test_epi32_mask(all, all) != 0;
#else
    int any = 0;
    for (int lane = 0; lane < ESW_LANES; lane++)
        any |= value[lane];
    return any;
#endif
}

#define ESW_LANES_ANY(name) eswi_lanes_any(name)

#endif
#endif
