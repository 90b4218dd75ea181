/* What is left to do of a run: blocks, and the methods they lack. */
#ifndef ESWI_WORK_H
#define ESWI_WORK_H

#include "edgesweep/run.h"
#include "sweep/results_internal.h"

/* Consecutive blocks of a point that lack the same methods. */
typedef struct eswi_segment {
    uint64_t first, blocks;
    uint32_t point;
    uint32_t set; /* into the sets of methods */
} eswi_segment;

/* A list of segments in the order of point, then block. Plain memory, so that ranks can hand it on. Zero-initialise;
 * free with eswi_work_free. */
typedef struct eswi_work {
    eswi_segment *segments;
    size_t n_segments;
    unsigned char *sets; /* [n_sets][n_methods]: 1 where the method is to be done */
    size_t n_sets, n_methods;
    uint64_t blocks; /* in all segments */
} eswi_work;

/* Which blocks of every point a process or shard has to do. */
typedef struct eswi_share {
    uint32_t shard, shards; /* shards = 0: everything */
} eswi_share;

/* The blocks [*first, *end) of `blocks` that a shard has at a point: a run of them, so that batches stay whole,
 * starting with another shard at every point, so that few blocks are spread as well. */
void eswi_share_of(const eswi_share *share, size_t point, uint64_t blocks, uint64_t *first, uint64_t *end);

/* Adds the blocks [first, end) of a point as far as `done` lacks them (NULL: nothing is done). False when out of
 * memory. */
bool eswi_work_add(eswi_work *work, const esw_experiment *experiment, const esw_results *done, size_t point,
                   uint64_t first, uint64_t end);

/* The segment and the block that has number `at` of the work's blocks; *left blocks of the segment from there
 * on. NULL beyond the last. */
const eswi_segment *eswi_work_find(const eswi_work *work, uint64_t at, uint64_t *block, uint64_t *left);

void eswi_work_free(eswi_work *work);

#endif
