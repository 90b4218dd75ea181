/* The inside of an experiment, for the engine. Public functions: include/edgesweep/experiment.h. */
#ifndef ESWI_EXPERIMENT_H
#define ESWI_EXPERIMENT_H

#include "edgesweep/experiment.h"

#include "base/file_content.h"
#include "base/node.h"

/* A parameter set by a sweep or a method entry. */
typedef struct eswi_setting {
    size_t param; /* into system->params */
    esw_value value;
} eswi_setting;

typedef struct eswi_axis {
    size_t param;
    esw_value *values;
    char **texts;
    size_t n;
    int line;
} eswi_axis;

typedef struct eswi_method {
    char *label;
    size_t method; /* into system->methods */
    eswi_setting *settings;
    size_t n_settings;
    int line;
} eswi_method;

/* A file that a TREE parameter names: any text of the tree that has a '.' or a '/' and is a regular file seen
 * from base_dir. Its content, not its place, enters the hash, and a run directory carries a copy. */
typedef struct eswi_input {
    char *text;   /* as the experiment writes it */
    char *stored; /* "inputs/<name>", unique within the experiment */
    eswi_file_content content;
} eswi_input;

/* `stop:`; without it `metric` is NULL. max_scenarios is the experiment's `scenarios`. */
typedef struct eswi_stop {
    char *metric;
    esw_stop_rule rule;
    int line;
} eswi_stop;

struct esw_experiment {
    const esw_system *system;
    char *source; /* the file, for errors */
    char *base_dir;
    char *name;
    uint64_t seed;
    uint64_t scenarios; /* per point; with `stop:` at most */
    eswi_stop stop;
    unsigned keep;
    esw_value *values; /* [system->n_params] defaults and `parameters:`; TREE values own a reference */
    eswi_axis *axes;
    size_t n_axes;
    size_t n_points;
    eswi_method *methods;
    size_t n_methods;
    size_t baseline, optimum; /* ESW_NONE if not asked for */
    eswi_input *inputs;
    size_t n_inputs;
};

/* The file's line a message is about; line 0 (a default, the command line) prints the name alone. */
typedef struct eswi_place {
    const char *file;
    int line;
} eswi_place;

/* Fails with "file:line: " and the message. */
esw_status eswi_fail_at(eswi_place place, esw_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* experiment_value.c: one value of a parameter from its node; *value is overwritten. `place.line` is replaced
 * by the node's when that is not 0. */
esw_status eswi_value_read(const esw_param *param, const eswi_node *node, eswi_place place, esw_value *value,
                           esw_error *error);
/* The default; a table whose default does not fit its own row is a ESW_BAD_INPUT of the system. */
esw_status eswi_value_default(const esw_param *param, esw_value *value, esw_error *error);
void eswi_value_free(const esw_param *param, esw_value *value);
/* As text: "50", "noma", "true", a tree's text or compact JSON; "" when unset. malloc'ed, NULL when out of
 * memory. */
char *eswi_value_text(const esw_param *param, const esw_value *value);
/* As JSON; a new reference. Choices are text. */
json_t *eswi_value_json(const esw_param *param, const esw_value *value);
bool eswi_value_equal(const esw_param *param, const esw_value *a, const esw_value *b);

/* Index of a parameter by name, ESW_NONE if there is none. */
size_t eswi_param_find(const esw_system *system, const char *name);
/* "; did you mean 'users'?" or the list of all parameters `wanted` accepts, into a buffer of the caller. */
const char *eswi_param_hint(const esw_system *system, const char *word, bool (*wanted)(const esw_param *),
                            char *text, size_t length);

/* experiment_methods.c: `methods:`, `compare:` and --methods. */
esw_status eswi_methods_read(esw_experiment *experiment, const eswi_node *node, esw_error *error);
/* Brings the entries named in `labels` to the front, in that order; the others stay behind them for
 * `compare:`. */
esw_status eswi_methods_select(esw_experiment *experiment, const char *labels, size_t *n_chosen,
                               esw_error *error);
/* A method that `compare:` names and the list lacks is added to it. */
esw_status eswi_compare_read(esw_experiment *experiment, const eswi_node *node, esw_error *error);
/* Drops the entries from n_chosen on that `compare:` does not need. */
void eswi_methods_prune(esw_experiment *experiment, size_t n_chosen);
/* Adds to every entry the defaults of its method that the experiment leaves open. */
esw_status eswi_methods_default(esw_experiment *experiment, esw_error *error);
/* Whether the default of a parameter depends on the method and the experiment leaves it open. */
bool eswi_methods_decide(const esw_experiment *experiment, size_t param);
void eswi_methods_free(esw_experiment *experiment);

/* experiment_stop.c: `stop:`. Reading it makes max_scenarios, where given, the experiment's scenarios; the check
 * of its metric needs methods and comparison. */
esw_status eswi_stop_read(esw_experiment *experiment, const eswi_node *node, esw_error *error);
esw_status eswi_stop_check(const esw_experiment *experiment, esw_error *error);
/* Whether an interval mean -+ halfwidth is tight enough; false for NaN. */
bool eswi_stop_met(const esw_stop_rule *rule, double mean, double halfwidth);
/* {metric, halfwidth, max_scenarios} as the file has it; a new reference. */
json_t *eswi_stop_json(const esw_experiment *experiment);
void eswi_stop_free(esw_experiment *experiment);

/* experiment_sweep.c: `sweep:`. */
esw_status eswi_sweep_read(esw_experiment *experiment, const eswi_node *node, esw_error *error);
bool eswi_sweep_has(const esw_experiment *experiment, size_t param);
/* Removes the axis of a parameter, if it is swept (--set fixes it). */
void eswi_sweep_drop(esw_experiment *experiment, size_t param);
/* Sets n_points. */
esw_status eswi_sweep_count(esw_experiment *experiment, esw_error *error);
void eswi_sweep_free(esw_experiment *experiment);

/* experiment_inputs.c: finds the files named in trees. */
esw_status eswi_inputs_find(esw_experiment *experiment, esw_error *error);
/* A copy of `tree` with every named file replaced: by "inputs/<name>" or, for the hash, by its checksum. New
 * reference; NULL when out of memory. */
json_t *eswi_inputs_rewrite(const esw_experiment *experiment, const json_t *tree, bool for_hash);
/* Copies the files to directory/inputs/. ESW_IO also when a file has changed since the experiment was
 * loaded. */
esw_status eswi_inputs_copy(const esw_experiment *experiment, const char *directory, esw_error *error);
/* Whether the copies in a run directory are still those that its manifest.json lists, as far as the experiment names them.
 * ESW_IO names the file that is not. */
esw_status eswi_inputs_check(const esw_experiment *experiment, const char *directory, esw_error *error);
void eswi_inputs_free(esw_experiment *experiment);

/* experiment_write.c: YAML with input files as they are named in a run directory (`stored`) or in the
 * source. */
char *eswi_experiment_yaml(const esw_experiment *experiment, bool stored);
/* Use and options of a method, without its label: what must not change when a run is extended. New
 * reference. */
json_t *eswi_method_json(const esw_experiment *experiment, size_t method);
/* What the configuration hash is over: {block, system, seed, parameters, sweep}. New reference. */
json_t *eswi_experiment_hashed(const esw_experiment *experiment);
/* A seed as JSON: an integer where it fits one, else its digits as text. New reference. */
json_t *eswi_seed_json(uint64_t seed);

#endif
