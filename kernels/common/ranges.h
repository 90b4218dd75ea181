/* Ranges that a profiler shows, from one table: NVTX in CUDA builds, nothing elsewhere. Without a profiler a range
 * costs a few nanoseconds. */
#ifndef ESWI_KERNELS_RANGES_H
#define ESWI_KERNELS_RANGES_H

/* X(name, text) */
#define ESWI_RANGES(X)                                   \
    X(OPEN, "open: allocate, upload tables")             \
    X(STAGE, "stage: draw a batch, copy it to the host") \
    X(SOLVE, "solve: one method on a batch")             \
    X(ENQUEUE, "enqueue: kernels and copies of a chunk") \
    X(COLLECT, "collect: wait for a chunk, hand its decisions on")

typedef enum eswi_range {
#define X(name, text) ESWI_RANGE_##name,
    ESWI_RANGES(X)
#undef X
} eswi_range;

#if defined(__CUDACC__)

#include <nvtx3/nvToolsExt.h>

static inline void eswi_range_push(eswi_range range)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ESWI_RANGES(X)
#undef X
    };
    nvtxRangePushA(texts[range]);
}

static inline void eswi_range_pop(void)
{
    nvtxRangePop();
}

#else

static inline void eswi_range_push(eswi_range range)
{
    (void)range;
}

static inline void eswi_range_pop(void)
{
}

#endif

/* A range that lasts as long as its scope. */
struct eswi_range_scope {
    explicit eswi_range_scope(eswi_range range)
    {
        eswi_range_push(range);
    }
    ~eswi_range_scope()
    {
        eswi_range_pop();
    }
    eswi_range_scope(const eswi_range_scope &) = delete;
    eswi_range_scope &operator=(const eswi_range_scope &) = delete;
};

#endif
