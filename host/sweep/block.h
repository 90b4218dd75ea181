/* One block of one method at one point: its journal record, and the totals that records add up to. */
#ifndef ESWI_BLOCK_H
#define ESWI_BLOCK_H

#include "base/buffer.h"
#include "base/histogram.h"
#include "base/stats.h"
#include "edgesweep/results.h"
#include "sweep/metrics.h"

/* What a record of a point holds; the same for all its blocks. */
typedef struct eswi_block_shape {
    size_t n_metrics;
    size_t ratio_metric[ESW_RATIOS]; /* ESW_NONE where there is no such ratio */
    unsigned keep;                   /* ESW_KEEP_... */
    size_t entity_values;            /* fields x entities of a scenario, 0 unless kept */
    size_t series_values;            /* series x frames, 0 unless kept */
} eswi_block_shape;

eswi_block_shape eswi_block_shape_of(const esw_experiment *experiment, const eswi_metrics *metrics,
                                     esw_sizes sizes);

typedef struct eswi_block_key {
    uint32_t point;
    uint32_t method; /* index into the methods of the journal's header */
    uint64_t block;
    uint32_t count; /* scenarios, ESW_BLOCK_SCENARIOS but for the last block */
} eswi_block_key;

/* The values of a block: metric m of scenario i is values[m * stride + i]. */
typedef struct eswi_block_values {
    const double *metrics;
    const double *baseline; /* the baseline's metrics in the same layout; NULL without ratios */
    size_t stride;
    const double *entities;     /* [count][entity_values]; NULL unless kept */
    const eswi_running *series; /* [series_values]; NULL unless kept */
} eswi_block_values;

/* Writes the whole record into `record` (replacing its content). Failures show in record->failed. */
void eswi_block_encode(const eswi_block_shape *shape, const eswi_block_key *key,
                       const eswi_block_values *values, eswi_buffer *record);

/* Reads the key at the beginning of a payload. */
eswi_block_key eswi_block_read_key(eswi_cursor *payload);

/* Totals of one method at one point. Zero-initialise; free with eswi_totals_free. */
typedef struct eswi_totals {
    eswi_moments *moments; /* [n_metrics] */
    eswi_histogram *histograms;
    eswi_comoments ratios[ESW_RATIOS];
    eswi_running *series; /* [series_values] */
    size_t n_metrics;
} eswi_totals;

bool eswi_totals_init(eswi_totals *totals, const eswi_block_shape *shape); /* false when out of memory */
void eswi_totals_free(eswi_totals *totals);

/* Adds the payload behind the key; blocks must come in order. False when the payload does not have this shape
 * or memory runs out (then payload->failed is not set). */
bool eswi_block_merge(const eswi_block_shape *shape, const eswi_block_key *key, eswi_cursor *payload,
                      eswi_totals *totals);

/* The moments of one metric of a payload whose key was read; false when the payload is too short. */
bool eswi_block_moments(const eswi_cursor *payload, size_t metric, eswi_moments *moments);

/* Cuts a payload down from what its journal kept to what `narrow` has, a shape that differs from `wide` only in
 * having less of ratios, series, scenarios and entities. False when the payload is too short. */
bool eswi_block_narrow(const eswi_block_shape *wide, const eswi_block_shape *narrow, eswi_buffer *payload);

/* Where a kept part lies in a payload whose key was read: metric values [metric][count] or entity values
 * [count][entity_values], as little-endian doubles; NULL when the payload is too short. */
const unsigned char *eswi_block_scenarios(const eswi_block_shape *shape, const eswi_block_key *key,
                                          const eswi_cursor *payload);
const unsigned char *eswi_block_entities(const eswi_block_shape *shape, const eswi_block_key *key,
                                         const eswi_cursor *payload);

#endif
