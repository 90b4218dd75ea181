/* A YAML document as a tree that knows its lines.
 *
 * The subset experiments use: scalars, sequences and mappings with scalar keys, one document. Refused, each
 * with its line: duplicate keys, anchors, aliases and tags (so a small file cannot grow into a large one),
 * nesting beyond ESWI_NODE_DEPTH, texts over ESWI_NODE_BYTES, anything but UTF-8 and NUL bytes.
 */
#ifndef ESWI_NODE_H
#define ESWI_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "edgesweep/status.h"

enum { ESWI_NODE_DEPTH = 64, ESWI_NODE_BYTES = 1 << 20 };

typedef enum { ESWI_SCALAR, ESWI_SEQUENCE, ESWI_MAPPING } eswi_node_kind;

typedef struct eswi_node {
    eswi_node_kind kind;
    int line;   /* from 1 */
    bool plain; /* a scalar without quotes: only these are numbers, true, false or null */
    char *text; /* of a scalar */
    char *key;  /* of an item of a mapping, else NULL */
    int key_line;
    struct eswi_node *items; /* of a sequence or mapping */
    size_t n;
} eswi_node;

/* Parses `length` bytes; errors begin with `name:line:`. On success free *root with eswi_node_free.
 * ESW_BAD_USAGE, ESW_NO_MEMORY. */
esw_status eswi_node_parse(const char *text, size_t length, const char *name, eswi_node *root,
                           esw_error *error);
void eswi_node_free(eswi_node *node);

/* The item of a mapping with this key, or NULL. */
const eswi_node *eswi_node_get(const eswi_node *mapping, const char *key);

/* Plain ~, null or nothing at all. */
bool eswi_node_is_null(const eswi_node *node);

/* "a mapping", "a sequence", "the text 'abc'": for errors. Long texts are cut. Writes into and returns
 * `text`. */
const char *eswi_node_describe(const eswi_node *node, char text[64]);

/* The node as JSON: plain scalars that read as integers, numbers, true, false or null become those, all else
 * text. New reference; NULL when out of memory. */
json_t *eswi_node_to_json(const eswi_node *node);

#endif
