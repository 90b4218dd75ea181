/* Running an experiment, and solving or scoring one scenario of it.
 *
 * esw_run works through the blocks of every point, journals each finished block and writes the results at the
 * end. What is reported depends on the experiment and its seed alone: not on backend, threads, batch size or
 * interruption.
 */
#ifndef EDGESWEEP_RUN_H
#define EDGESWEEP_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "edgesweep/experiment.h"
#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Processes that share one run, such as MPI ranks: each calls esw_run with the same experiment and options but for
 * the team. `largest` and `broadcast` are collective: every process calls them in the same order. All return a
 * status, ESW_BACKEND for what the transport reports. */
typedef struct esw_team {
    int rank, size;
    void *context;
    /* Adds to a counter that all share (0 .. ESW_TEAM_COUNTERS - 1, zero at first) and gives its value before. */
    esw_status (*fetch_add)(void *context, int counter, uint64_t add, uint64_t *before, esw_error *error);
    /* *value becomes the largest of all processes'. */
    esw_status (*largest)(void *context, int64_t *value, esw_error *error);
    /* The root's bytes to everyone. */
    esw_status (*broadcast)(void *context, int root, void *data, size_t size, esw_error *error);
} esw_team;
enum { ESW_TEAM_COUNTERS = 64 };

/* State of a run, passed to the progress callback after every group of blocks. */
typedef struct esw_progress {
    size_t point, points;     /* the point in work, of so many */
    uint64_t scenarios_done;  /* over all points, what was there before a resumed run included */
    uint64_t scenarios_total; /* with `stop:` at most */
    double elapsed_s;
    double scenarios_per_s; /* of this run so far, all methods of a scenario counted once */
    double remaining_s;     /* at that rate; 0 when nothing is done yet */
    const char *metric;     /* what the interval is of: the metric of `stop:`, else the latency or objective */
    double halfwidth; /* the widest 95 % interval of the point's methods as known so far, relative to the mean;
                             * NaN when not known yet */
} esw_progress;

/* Zero-initialise and set what differs. */
typedef struct esw_run_options {
    const char
        *directory; /* the run directory; made if missing, refused when it holds a run and not `resume` */
    bool resume;    /* go on with what the directory holds; nothing there: start */
    uint32_t shard, shards;   /* do part `shard` of 0 .. shards-1 only; shards 0: all. Not with `stop:` */
    const esw_team *team;     /* NULL = this process alone */
    const char *backend;      /* NULL = "auto" */
    const char *command_line; /* recorded in manifest.json; may be NULL */
    int threads;              /* 0 = one per core this process may use */
    uint32_t batch; /* scenarios per backend call, 0 = chosen from the memory allowed; never changes results */
    uint64_t max_memory_bytes;         /* 0 = 90 % of what the machine has available */
    double max_seconds;                /* 0 = no limit; then the run ends as if interrupted */
    const volatile sig_atomic_t *stop; /* nonzero ends the run after the blocks in flight; may be NULL */
    void (*progress)(void *context,
                     const esw_progress *progress); /* called from the calling thread; may be NULL */
    void *context;
} esw_run_options;

/* What a run will take. Bytes are upper estimates for the point that needs most. */
typedef struct esw_plan {
    const char *backend;
    size_t points, methods;
    uint64_t scenarios;    /* per point */
    uint64_t blocks;       /* over all points */
    uint32_t batch;        /* scenarios per backend call at the largest point */
    size_t largest_point;  /* the point the bytes below are for */
    uint64_t solver_bytes; /* the backend's own */
    uint64_t engine_bytes; /* decisions, metrics, kept columns */
    uint64_t allowed_bytes;
    uint64_t journal_bytes; /* on disk, all points */
    int threads;
} esw_plan;

typedef struct esw_run_report {
    uint64_t scenarios_done, scenarios_total; /* over all points; what was done before included */
    uint64_t scenarios_before;                /* of those, before this run */
    double seconds;
    bool hdf5; /* results.h5 was written */
} esw_run_report;

/* Configures every point and method and checks dimensions against memory; starts and writes nothing
 * (--dry-run). ESW_BAD_INPUT from a system's checks, ESW_TOO_LARGE naming what needs how much and what to
 * change, ESW_BACKEND. */
esw_status esw_plan_make(const esw_experiment *experiment, const esw_run_options *options, esw_plan *plan,
                         esw_error *error);

/* How long a run is likely to take on this machine with nothing else to do, from scenarios solved and timed here: `scenarios` in all, of `points` points of the
 * sweep. With `stop:` an upper estimate. Takes seconds, or as long as one scenario does. */
typedef struct esw_estimate {
    double seconds;
    uint64_t scenarios;
    size_t points;
} esw_estimate;
esw_status esw_estimate_time(const esw_experiment *experiment, const esw_run_options *options,
                             esw_estimate *estimate, esw_error *error);

/* Runs the experiment into options->directory. `report` may be NULL. ESW_INTERRUPTED when stopped early: what
 * is done is kept, the results hold it, and a run with `resume` goes on. A resumed run may have another number of
 * scenarios, other methods, another comparison, `keep` or `stop:` than before; ESW_BAD_USAGE, naming what differs,
 * when the configuration hash or the options of a method do. ESW_IO when the directory or the disk fails: the journal written so
 * far stays usable. Errors of esw_plan_make come first, before the directory is touched. */
esw_status esw_run(const esw_experiment *experiment, const esw_run_options *options, esw_run_report *report,
                   esw_error *error);

/* Puts the parts of one run, `n` run directories of the same experiment, together in a new one. Parts may overlap and
 * may lack blocks; the order in which they are named does not matter. ESW_BAD_USAGE naming two directories and what
 * differs, or when `directory` holds a run; ESW_IO as esw_results_open; ESW_INTERRUPTED when *stop (which may be NULL) becomes
 * nonzero before the end: then `directory` holds no run. */
esw_status esw_merge(const char *const *directories, size_t n, const char *directory, const char *command_line,
                     const volatile sig_atomic_t *stop, esw_error *error);

/* One scenario of one point by one method, as the document of `solve --json` (interfaces: "edgesweep",
 * "system", "seed", "point", "scenario", "method", and the keys of the system's describe). New reference in
 * *document. */
esw_status esw_solve(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                     const char *backend, json_t **document, esw_error *error);

/* The same scored alone, without the memory that a document takes: the system's metrics by name, words where they have
 * codes, null where they are not finite. New reference in *metrics. */
esw_status esw_solve_score(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                           const char *backend, json_t **metrics, esw_error *error);

/* The whole cost grid that `method` of the experiment searched in one scenario, entity by entity: every quantity at
 * every combination of levels, the least point and the chosen one. HDF5 when `path` ends in .h5, JSON for .json, CSV
 * for .csv; docs/formats.md has the layout. ESW_BAD_USAGE for other names and for methods that search no grid,
 * ESW_TOO_LARGE when memory or disk do not hold it; ESW_INTERRUPTED, and a file that was there as it was, when *stop
 * (which may be NULL) becomes nonzero before all is written. */
esw_status esw_solve_grid(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                          const char *backend, const char *path, const volatile sig_atomic_t *stop,
                          esw_error *error);

/* Scores the decision in a document of the same form with the system's accountant. `against` lists method names
 * separated by commas (NULL for none); each solves the document's instance, which must be the one that its seed and
 * scenario draw, else ESW_BAD_INPUT says where it differs. "all" is every method of the system and never fails for that:
 * where the instance was changed there is nothing to compare with and a "note" says why; a method that cannot solve it has
 * an "error" in the place of metrics.
 * *report: {"system", "metrics": {...}, "against": [{"method", "scope", "metrics": {...}, "gap", "gap_to_bound"}], "note"},
 * where gap is (objective of the document's decision - objective of the method) / |objective of the method| and
 * gap_to_bound (objective - the method's lower bound) / |objective|. A method with scopes (esw_system.scope) has an entry
 * for each; the others have no "scope". */
esw_status esw_account(const json_t *document, const char *base_dir, const char *against, const char *backend,
                       json_t **report, esw_error *error);

/* Writes scenarios first..last (inclusive) of a point as drawn: {"edgesweep", "system", "seed", "point", "parameters",
 * "instances": [{"scenario", "instance"}]}, as HDF5 (a group a scenario) when `path` ends in .h5, as JSON when it ends
 * in .json. One scenario is in memory at a time. ESW_BAD_USAGE for other names, ESW_TOO_LARGE when the disk cannot
 * hold it, found before anything is written. ESW_INTERRUPTED when *stop (which may be NULL) becomes nonzero before the last
 * scenario is drawn: then, as after every error, nothing is left of it and a file that was there is as it was. */
esw_status esw_instances_write(const esw_experiment *experiment, size_t point, uint64_t first, uint64_t last,
                               const char *path, const volatile sig_atomic_t *stop, esw_error *error);

/* What esw_verify found of one method on one backend. */
typedef struct esw_verification {
    const char *system, *backend, *method;
    bool missing;        /* the backend does not have the method */
    bool is_reference;   /* the CPU's, with which the other backends are compared */
    uint64_t decisions;  /* checked */
    double difference;   /* largest relative one between accountant and oracle, */
    const char *metric;  /* of this metric */
    uint64_t infeasible; /* decisions that break a constraint */
    uint64_t differing;  /* decisions that are not bit for bit the CPU's */
    bool passed;
} esw_verification;

typedef struct esw_verify_options {
    const char *system; /* NULL = all that have an oracle */
    uint64_t scenarios; /* per point; 0 = a few */
    void (*report)(void *context, const esw_verification *verdict);
    void *context;
} esw_verify_options;

/* Checks every method on every backend that works here against the oracle, system by system. ESW_CHECK_FAILED when
 * a verdict did not pass. */
esw_status esw_verify(const esw_verify_options *options, esw_error *error);

/* {"version", "commit", "backend"} as it stands in documents; a new reference. */
json_t *esw_identity_json(const char *backend);

#ifdef __cplusplus
}
#endif
#endif
