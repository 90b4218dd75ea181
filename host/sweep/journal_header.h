/* The header of a journal: what its records mean, and whether they belong to an experiment. */
#ifndef ESWI_JOURNAL_HEADER_H
#define ESWI_JOURNAL_HEADER_H

#include "sweep/metrics.h"

/* The header for a run of this experiment. New reference; NULL when out of memory. */
json_t *eswi_journal_header(const esw_experiment *experiment, const eswi_metrics *metrics);

/* What a journal's header says about its records, seen from an experiment. */
typedef struct eswi_journal_view {
    bool usable;     /* false: the records lack what `keep` or `compare` asks for, or hold another comparison */
    unsigned keep;   /* ESW_KEEP_... of its records: the experiment's or more */
    bool ratios;     /* its records hold ratios to the baseline */
    size_t *methods; /* [n_methods] the experiment's index of each, ESW_NONE for one it does not have */
    size_t n_methods;
} eswi_journal_view;

/* Reads a header. ESW_IO naming `path` and what differs when the journal is of another experiment (system, hash,
 * block size, options of a method). view->methods is malloc'ed, also after a failure. */
esw_status eswi_journal_header_view(const json_t *header, const char *path, const esw_experiment *experiment,
                                    const eswi_metrics *metrics, eswi_journal_view *view, esw_error *error);

#endif
