/* The run directory: whether a run may go into it, and the files that are not journals. */
#ifndef ESWI_RUN_DIRECTORY_H
#define ESWI_RUN_DIRECTORY_H

#include "base/file_lock.h"
#include "sweep/manifest.h"

/* ESW_BAD_USAGE when the directory holds a run and `resume` is false, or one of another experiment: the line says
 * what differs. */
esw_status eswi_run_directory_check(const char *directory, const esw_experiment *experiment, bool resume,
                                    esw_error *error);

/* Whether the headers of the directory's journals are of this experiment: ESW_IO naming a journal and what differs.
 * Their hash covers the content of input files, and they are there as soon as there are numbers. */
esw_status eswi_run_directory_check_journals(const char *directory, const esw_experiment *experiment,
                                             esw_error *error);

/* Makes the directory and claims it for this process, which lasts until the process ends or
 * eswi_file_lock_release; then checks it as above, and removes what killed processes left half written.
 * ESW_BAD_USAGE at once where another process has it. A team's leader does it for all. */
esw_status eswi_run_directory_claim(const char *directory, const esw_experiment *experiment, bool resume,
                                    eswi_file_lock *claim, esw_error *error);

/* Makes the directory and writes the input files, experiment.yaml and a manifest. */
esw_status eswi_run_directory_prepare(const char *directory, const esw_experiment *experiment,
                                      const eswi_run_plan *plan, const esw_run_options *options,
                                      const eswi_run_state *state, esw_error *error);

/* Takes back what a run wrote that failed before its first block was kept, so that it can be started again. What is not
 * there or cannot be removed is left. */
void eswi_run_directory_clear(const char *directory, const esw_experiment *experiment, uint32_t journal);

/* One more than the largest number of a journal there, 0 without any. */
uint32_t eswi_run_directory_next_journal(const char *directory);

/* malloc'ed "directory/journal-0012.bin"; NULL when out of memory. */
char *eswi_run_directory_journal(const char *directory, uint32_t number);

/* results.h5 of the directory, where this build can write it. */
esw_status eswi_run_directory_results(const char *directory, const volatile sig_atomic_t *stop, bool *written,
                                      esw_error *error);

#endif
