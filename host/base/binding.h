/* From a system's parameter table to the fields of its config and to JSON and back, driven by one more table.
 *
 * A system whose parameters are numbers and choices writes a row (kind, offset, name in JSON) beside each row of its
 * parameter table; storing resolved values, writing `parameters` of a document and reading them back then need no
 * code of its own. All functions are thread safe.
 */
#ifndef ESWI_BINDING_H
#define ESWI_BINDING_H

#include "edgesweep/system.h"

typedef enum eswi_binding_kind {
    ESWI_BIND_INT,      /* int */
    ESWI_BIND_CHOICE,   /* an enum, stored as int */
    ESWI_BIND_REAL,     /* double, in the table's unit */
    ESWI_BIND_DBM,      /* double in W (or W/Hz) where the table says dBm (dBm/Hz) */
    ESWI_BIND_MAYBE_REAL, /* double; left unset NaN, which JSON writes as null unless the system has replaced it */
    ESWI_BIND_MAYBE_INT,  /* int >= 0, integers and booleans; left unset -1 */
    ESWI_BIND_OWN,      /* trees: kept, written and read by the system itself */
} eswi_binding_kind;

typedef struct eswi_binding {
    eswi_binding_kind kind;
    size_t offset;         /* into the config */
    const char *json_name; /* in `solve --json`: SI, so _w where the table says _dbm */
} eswi_binding;

/* The tables of a system: `n` rows each. */
typedef struct eswi_bindings {
    const esw_param *params;
    const eswi_binding *rows;
    size_t n;
} eswi_bindings;

/* x dBm in W. */
double eswi_watts_of_dbm(double dbm);

/* A parameter in W (or W/Hz) of a document, in the range that the table gives in dBm; `name` is what the document calls
 * it. ESW_BAD_INPUT says what it must be. */
esw_status eswi_watts_read(const esw_param *param, const char *name, const json_t *json, double *watts,
                           esw_error *error);

/* The index of `word` in choices such as "a|b|c", or -1. */
int eswi_choice_index(const char *choices, const char *word);

/* The text at an index of such choices; a new reference. */
json_t *eswi_choice_json(const char *choices, int index);

/* The values of all parameters left at their defaults. */
void eswi_default_values(const eswi_bindings *tables, esw_value *values);

/* Stores all values in the config; unset ones leave 0. */
void eswi_bind_values(const eswi_bindings *tables, const esw_value *values, void *config);

/* {json_name: value} of all parameters. New reference; NULL when out of memory. */
json_t *eswi_bound_json(const eswi_bindings *tables, const void *config);

/* The inverse: every parameter at its default, then what the object says. ESW_BAD_INPUT naming the parameter, what it
 * must be, and the nearest known name for an unknown one. */
esw_status eswi_bound_read(const eswi_bindings *tables, const json_t *object, void *config, esw_error *error);

#endif
