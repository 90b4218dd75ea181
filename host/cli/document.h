/* JSON documents of the command line: written so that every number reads back to the same double, and shown as
 * text. */
#ifndef CLI_DOCUMENT_H
#define CLI_DOCUMENT_H

#include <stddef.h>

#include <jansson.h>

#include "edgesweep/status.h"

/* Writes `document` to `path`, "-" being stdout: a line per key of the first two levels, everything below in
 * one line, so that both people and line-based tools find their way. A file is written beside its name, then
 * renamed. */
esw_status cli_document_write(const json_t *document, const char *path, esw_error *error);

/* Reads a document. ESW_IO when the file cannot be read, ESW_BAD_INPUT with line and column when it is no JSON
 * object. */
esw_status cli_document_read(const char *path, json_t **document, esw_error *error);

/* The value of a metric in a document's "metrics": under its own name or, where the document has sum and mean
 * over users, the mean. NULL if there is none. Borrowed. */
const json_t *cli_document_metric(const json_t *metrics, const char *name);

/* The text of a scalar as it is shown to people: six significant digits. */
void cli_document_scalar(const json_t *value, char *text, size_t size);

#endif
