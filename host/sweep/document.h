/* What of a document is the engine's: who made it, and of what. */
#ifndef ESWI_SWEEP_DOCUMENT_H
#define ESWI_SWEEP_DOCUMENT_H

#include <jansson.h>

#include "edgesweep/system.h"

/* Refuses keys that no document has, and values that `solve --json` never writes where it names the origin: "seed",
 * "scenario", "method", "point". Each of them may be missing. ESW_BAD_INPUT names key, value found and what it must be. */
esw_status eswi_document_check(const json_t *document, const esw_system *system, esw_error *error);

/* Seed and scenario of a checked document; false if it has none. */
bool eswi_document_origin(const json_t *document, uint64_t *seed, uint64_t *scenario);

#endif
