/* The inside of an opened run directory, for the exporters. */
#ifndef ESWI_RESULTS_INTERNAL_H
#define ESWI_RESULTS_INTERNAL_H

#include "edgesweep/results.h"
#include "sweep/block.h"
#include "sweep/journal.h"
#include "sweep/journal_header.h"

/* Where the record of one block of one method lies. */
typedef struct eswi_record_place {
    uint32_t point, method;
    uint64_t block;
    uint32_t count;
    uint32_t journal;
    uint64_t offset;
} eswi_record_place;

/* How far a point goes. */
typedef struct eswi_extent {
    uint64_t scenarios; /* that it has, or will have at most while it is not settled */
    bool settled;       /* the number is final: always without `stop:` */
} eswi_extent;

enum { ESWI_CODES_MAX = 16 }; /* that a metric may have */

struct esw_results {
    char *directory; /* the first one, for messages */
    const esw_experiment *experiment;
    esw_experiment *loaded; /* the same when it is this object's own */
    eswi_metrics metrics;
    eswi_block_shape *shapes; /* [point] */
    esw_sizes *sizes;         /* [point] */
    eswi_extent *extents;     /* [point] */
    eswi_journal_reader *journals;
    eswi_journal_view *views; /* [journal] */
    size_t n_journals;
    eswi_record_place *places; /* sorted by point, method, block; one a block */
    size_t n_places;
    size_t *first_place;    /* [point * methods + method]: the first of its places; one more at the end */
    esw_summary *summaries; /* [point][method][metric] */
    esw_ratio *ratios;      /* [point][method][kind] */
    uint64_t *done;         /* [point][method] scenarios */
    uint64_t *codes;        /* [point][method][metric][ESWI_CODES_MAX]; NULL where all metrics are numbers */
    char warning[512];
    const volatile sig_atomic_t *stop; /* may be NULL */
};

/* The places of a method at a point: *n of them from the result on. */
const eswi_record_place *eswi_results_places(const esw_results *results, size_t point, size_t method,
                                             size_t *n);

/* Opens the journals of `n` folders as one run of an experiment: places and extents, no summaries.
 * `experiment` must outlive the results. A folder without a journal is an error only where `must_hold` says so. */
esw_status eswi_results_open_index(const char *const *directories, size_t n, const esw_experiment *experiment,
                                   bool must_hold, const volatile sig_atomic_t *stop, esw_results **results,
                                   esw_error *error);

/* esw_results_open that ends with ESW_INTERRUPTED when *stop becomes nonzero. */
esw_status eswi_results_open(const char *directory, const volatile sig_atomic_t *stop, esw_results **results,
                             esw_error *error);

/* ESW_INTERRUPTED once the results' `stop` is set. */
esw_status eswi_results_go_on(const esw_results *results, esw_error *error);

/* The length of the scenario axis: the largest number that a point has, what is done so far where that is open. */
uint64_t eswi_results_scenario_axis(const esw_results *results);

/* Whether the index has every block of every method that the experiment asks for. */
bool eswi_results_are_complete(const esw_results *results);

/* Where the index says that a block of a method is done. */
bool eswi_results_has(const esw_results *results, size_t point, size_t method, uint64_t block);

/* results_index.c: reads all journals through and fills journals, places and first_place, and notes in
 * `warning` what is unfinished. */
esw_status eswi_results_index(esw_results *results, const char *const *directories, size_t n, bool must_hold,
                              esw_error *error);

/* results_stop.c: fills the extents and drops the places beyond them. */
esw_status eswi_results_settle(esw_results *results, esw_error *error);

/* Reads the record at a place into `buffer`, with the parts that the experiment keeps, and its key from it; the
 * key's method is the journal's number of it. */
esw_status eswi_results_record(const esw_results *results, const eswi_record_place *place, eswi_buffer *buffer,
                               eswi_cursor *payload, eswi_block_key *key, esw_error *error);

/* Combines the blocks of a method at a point, in block order. Free with eswi_totals_free, also after a
 * failure. */
esw_status eswi_results_totals(const esw_results *results, size_t point, size_t method, eswi_totals *totals,
                               esw_error *error);

/* The percent of each quantile of a summary. */
extern const unsigned eswi_quantile_percents[ESW_QUANTILES];

#endif
