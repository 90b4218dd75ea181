/* An experiment: what to run, read from YAML, checked in full before anything starts.
 *
 * The file names a system, its methods, parameter values and a sweep. Every key and value is checked against
 * the system's tables; an error is one line, `file:line: key: what was found, what is allowed`, with the
 * nearest known key for a misspelling. An experiment does not change once it is loaded and may be read from
 * several threads.
 */
#ifndef EDGESWEEP_EXPERIMENT_H
#define EDGESWEEP_EXPERIMENT_H

#include <stdint.h>

#include <jansson.h>

#include "edgesweep/status.h"
#include "edgesweep/system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esw_experiment esw_experiment;

/* Scenarios per block: the unit of work, of the journal and of the statistics. Never depends on the machine. */
#define ESW_BLOCK_SCENARIOS 256

/* Scenarios are 0 .. 2^53 - 1 at most: an index is exact as a double in every tool that reads the results. */
#define ESW_SCENARIOS_MAX (UINT64_C(1) << 53)

/* What `keep:` asks the results to hold, beside the summary. */
enum {
    ESW_KEEP_SCENARIOS = 1, /* every metric of every scenario */
    ESW_KEEP_ENTITIES = 2,  /* per-user (per-client, ...) columns of every scenario: `users`, `clients`, ... */
    ESW_KEEP_SERIES = 4,    /* mean and spread over the scenarios of every frame */
};

/* Stands for "no method" and for "not given". */
#define ESW_NONE SIZE_MAX

/* Changes applied on top of the file; zero-initialise for none. */
typedef struct esw_overrides {
    const char *const *sets; /* "key=value": a parameter (the value is read as YAML), seed or scenarios */
    size_t n_sets;
    const char
        *methods; /* "a,b": labels of the file's entries or names of the system's methods; NULL = the file's */
    uint64_t scenarios; /* per point; 0 = as in the file */
} esw_overrides;

/* Reads and checks the file at `path`, or the experiment of the run directory there. `overrides` may be NULL. On success *experiment is new and the caller's
 * (esw_experiment_free). ESW_BAD_USAGE for anything wrong in the file or the overrides, ESW_IO when it cannot
 * be read or a run directory's copy of a file is not what its manifest says, ESW_NO_MEMORY. */
esw_status esw_experiment_load(const char *path, const esw_overrides *overrides, esw_experiment **experiment,
                               esw_error *error);

/* The same from `length` bytes of text; `name` stands for the file in errors, relative paths start at
 * `base_dir`. */
esw_status esw_experiment_parse(const char *text, size_t length, const char *name, const char *base_dir,
                                const esw_overrides *overrides, esw_experiment **experiment, esw_error *error);

/* NULL is allowed. */
void esw_experiment_free(esw_experiment *experiment);

const esw_system *esw_experiment_system(const esw_experiment *experiment);
const char *esw_experiment_name(const esw_experiment *experiment);
const char *esw_experiment_base_dir(const esw_experiment *experiment);
uint64_t esw_experiment_seed(const esw_experiment *experiment);
uint64_t esw_experiment_scenarios(const esw_experiment *experiment); /* per point; with `stop:` at most */
unsigned esw_experiment_keep(const esw_experiment *experiment);      /* ESW_KEEP_... */

/* `stop:`: a point is done at the first of 1, 2, 4, ... blocks, or all, at which the 95 % interval of the metric
 * is mean -+ halfwidth or tighter for every method. */
typedef struct esw_stop_rule {
    const char *metric;
    double halfwidth; /* above 0; in percent of |mean| when relative, else in the metric's unit */
    bool relative;
} esw_stop_rule;
const esw_stop_rule *esw_experiment_stop(const esw_experiment *experiment); /* NULL without */

/* The methods as they will run, in file order. The label is the name in the results: `as:` where given. */
size_t esw_experiment_method_count(const esw_experiment *experiment);
const char *esw_experiment_method_label(const esw_experiment *experiment, size_t method);
size_t esw_experiment_method_index(const esw_experiment *experiment, size_t method); /* into system->methods */
size_t esw_experiment_method_find(const esw_experiment *experiment,
                                  const char *label); /* ESW_NONE if unknown */

/* Whether a default that depends on the method makes the gaps that `compare: {optimum: METHOD}` asks for compare different
 * problems; one line that says which. */
bool esw_experiment_unequal(const esw_experiment *experiment, char *text, size_t size);

/* `compare:` as indices into the experiment's methods, ESW_NONE where not asked for. */
size_t esw_experiment_baseline(const esw_experiment *experiment);
size_t esw_experiment_optimum(const esw_experiment *experiment);

/* The sweep: points are numbered with the last key fastest; no sweep is one point without keys. */
size_t esw_experiment_point_count(const esw_experiment *experiment);
size_t esw_experiment_sweep_key_count(const esw_experiment *experiment);
const char *esw_experiment_sweep_key(const esw_experiment *experiment, size_t key);
const char *esw_experiment_sweep_unit(const esw_experiment *experiment, size_t key);

/* The value of a swept key at a point, as text ("50", "noma", a tree as compact JSON). Valid with the
 * experiment. */
const char *esw_experiment_sweep_text(const esw_experiment *experiment, size_t point, size_t key);

/* {"users": 50, ...} of a point; a new reference, NULL when out of memory. */
json_t *esw_experiment_point_json(const esw_experiment *experiment, size_t point);

/* Builds the system's config of a point for `method` (an index of the experiment's methods, with its
 * overrides), or with ESW_NONE for the instance alone. Free it with system->config_free. */
esw_status esw_experiment_configure(const esw_experiment *experiment, size_t point, size_t method,
                                    esw_config **config, esw_error *error);

/* The experiment with every default written out, as YAML that loads again to the same hash. malloc'ed; NULL
 * when out of memory. */
char *esw_experiment_to_yaml(const esw_experiment *experiment);

/* 32 hexadecimal digits and a NUL over system, seed, parameters, sweep and block size (input files by content).
 * Not covered, so that a run can be extended: the scenario count, the list of methods, `compare`, `keep` and
 * `name`. The options of a method are compared per label when a run is extended. */
void esw_experiment_hash(const esw_experiment *experiment, char hash[33]);

#ifdef __cplusplus
}
#endif
#endif
