/* CANSA: the JSON document of `solve --json`, both ways. */
#ifndef ESWI_CANSA_DOCUMENT_H
#define ESWI_CANSA_DOCUMENT_H

#include "cansa/cansa.h"
#include "edgesweep/system.h"

/* system.c: the metric table, which the metrics of a document are named by. */
extern const esw_metric eswi_cansa_metrics[CANSA_METRICS];

/* describe.c: esw_system.describe. */
json_t *eswi_cansa_describe(const esw_config *config, const void *instance, const void *decision);

/* What of an instance follows from the parameters: accuracy_min_percent and options. A new reference, NULL when out of
 * memory. */
json_t *eswi_cansa_derived_json(const eswi_cansa_config *config);

/* read.c: esw_system.read. */
esw_status eswi_cansa_read(const esw_config *config, const json_t *document, void *instance, void *decision,
                           esw_error *error);

#endif
