/* The header of a journal: what its records mean, and whether they belong to an experiment. */
#ifndef ESWI_JOURNAL_HEADER_H
#define ESWI_JOURNAL_HEADER_H

#include "sweep/metrics.h"

/* The header for a run of this experiment. New reference; NULL when out of memory. */
json_t *eswi_journal_header(const esw_experiment *experiment, const eswi_metrics *metrics);

/* Checks that a journal's records fit the experiment: hash, metrics, comparison, kept parts. methods[i] becomes
 * the experiment's index of the header's method i, ESW_NONE for one it does not have; *n_methods their number,
 * at most `capacity`. ESW_IO naming `path` and what differs. */
esw_status eswi_journal_header_check(const json_t *header, const char *path, const esw_experiment *experiment,
                                     const eswi_metrics *metrics, size_t *methods, size_t capacity,
                                     size_t *n_methods, esw_error *error);

#endif
