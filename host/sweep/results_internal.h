/* The inside of an opened run directory, for the exporters. */
#ifndef ESWI_RESULTS_INTERNAL_H
#define ESWI_RESULTS_INTERNAL_H

#include "edgesweep/results.h"
#include "sweep/block.h"
#include "sweep/journal.h"

/* Where the record of one block of one method lies. */
typedef struct eswi_record_place {
    uint32_t point, method;
    uint64_t block;
    uint32_t count;
    uint32_t journal;
    uint64_t offset;
} eswi_record_place;

struct esw_results {
    char *directory;
    esw_experiment *experiment;
    eswi_metrics metrics;
    eswi_block_shape *shapes; /* [point] */
    esw_sizes *sizes;         /* [point] */
    eswi_journal_reader *journals;
    size_t n_journals;
    eswi_record_place *places; /* sorted by point, method, block; one a block */
    size_t n_places;
    size_t *first_place;    /* [point * methods + method]: the first of its places; one more at the end */
    esw_summary *summaries; /* [point][method][metric] */
    esw_ratio *ratios;      /* [point][method][kind] */
    uint64_t *done;         /* [point][method] scenarios */
    char warning[512];
};

/* The places of a method at a point: *n of them from the result on. */
const eswi_record_place *eswi_results_places(const esw_results *results, size_t point, size_t method,
                                             size_t *n);

/* results_index.c: reads all journals through and fills journals, places and first_place, and notes in
 * `warning` what is unfinished. */
esw_status eswi_results_index(esw_results *results, esw_error *error);

/* Reads the record at a place into `buffer` and its key from it. */
esw_status eswi_results_record(const esw_results *results, const eswi_record_place *place, eswi_buffer *buffer,
                               eswi_cursor *payload, eswi_block_key *key, esw_error *error);

/* Combines the blocks of a method at a point, in block order. Free with eswi_totals_free, also after a
 * failure. */
esw_status eswi_results_totals(const esw_results *results, size_t point, size_t method, eswi_totals *totals,
                               esw_error *error);

/* The percent of each quantile of a summary. */
extern const unsigned eswi_quantile_percents[ESW_QUANTILES];

#endif
