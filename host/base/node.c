#include "base/node.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/text.h"

/* The collections that are open, outermost first; each is handed to its parent when it ends. */
typedef struct tree_builder {
    const char *name;
    esw_error *error;
    eswi_node stack[ESWI_NODE_DEPTH];
    char *pending_key[ESWI_NODE_DEPTH]; /* of the mapping at that depth, until its value comes */
    int pending_line[ESWI_NODE_DEPTH];
    size_t depth;
    eswi_node root;
    bool has_root;
} tree_builder;

void eswi_node_free(eswi_node *node)
{
    for (size_t i = 0; i < node->n; ++i)
        eswi_node_free(&node->items[i]);
    free(node->items);
    free(node->text);
    free(node->key);
    *node = (eswi_node){0};
}

static esw_status out_of_memory(const tree_builder *builder)
{
    return esw_fail(builder->error, ESW_NO_MEMORY, "%s: out of memory", builder->name);
}

/* Puts a finished node where it belongs: into the open collection or at the root. Takes the node over. */
static esw_status attach(tree_builder *builder, eswi_node *node)
{
    if (builder->depth == 0) {
        builder->root = *node;
        builder->has_root = true;
        return ESW_OK;
    }
    size_t top = builder->depth - 1;
    eswi_node *parent = &builder->stack[top];
    if (parent->kind == ESWI_MAPPING) {
        if (!builder->pending_key[top]) {
            if (node->kind != ESWI_SCALAR) {
                int line = node->line;
                eswi_node_free(node);
                return esw_fail(builder->error, ESW_BAD_USAGE,
                                "%s:%d: a key must be a single word, not a collection", builder->name, line);
            }
            builder->pending_key[top] = node->text;
            builder->pending_line[top] = node->line;
            return ESW_OK;
        }
        node->key = builder->pending_key[top];
        node->key_line = builder->pending_line[top];
        builder->pending_key[top] = NULL;
    }
    /* Grow when the count is a power of two. */
    if ((parent->n & (parent->n - 1)) == 0) {
        size_t capacity = parent->n ? 2 * parent->n : 1;
        eswi_node *items = realloc(parent->items, capacity * sizeof *items);
        if (!items) {
            eswi_node_free(node);
            return out_of_memory(builder);
        }
        parent->items = items;
    }
    parent->items[parent->n++] = *node;
    return ESW_OK;
}

static int by_key_then_line(const void *a, const void *b)
{
    const eswi_node *const *left = a, *const *right = b;
    int order = strcmp((*left)->key, (*right)->key);
    return order ? order : ((*left)->key_line > (*right)->key_line) - ((*left)->key_line < (*right)->key_line);
}

/* Sorts instead of comparing all pairs: a megabyte of keys must not take minutes. */
static esw_status check_duplicates(const tree_builder *builder, const eswi_node *mapping)
{
    if (mapping->n < 2)
        return ESW_OK;
    const eswi_node **sorted = malloc(mapping->n * sizeof *sorted);
    if (!sorted)
        return out_of_memory(builder);
    for (size_t i = 0; i < mapping->n; ++i)
        sorted[i] = &mapping->items[i];
    qsort(sorted, mapping->n, sizeof *sorted, by_key_then_line);
    esw_status status = ESW_OK;
    for (size_t i = 1; i < mapping->n && !status; ++i)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            status =
                esw_fail(builder->error, ESW_BAD_USAGE, "%s:%d: %.60s: duplicate key, first given in line %d",
                         builder->name, sorted[i]->key_line, sorted[i]->key, sorted[i - 1]->key_line);
    free(sorted);
    return status;
}

static esw_status open_collection(tree_builder *builder, eswi_node_kind kind, int line)
{
    if (builder->depth == ESWI_NODE_DEPTH)
        return esw_fail(builder->error, ESW_BAD_USAGE, "%s:%d: nested more than %d levels deep", builder->name,
                        line, ESWI_NODE_DEPTH);
    builder->stack[builder->depth] = (eswi_node){.kind = kind, .line = line};
    builder->pending_key[builder->depth++] = NULL;
    return ESW_OK;
}

static esw_status close_collection(tree_builder *builder)
{
    eswi_node *node = &builder->stack[builder->depth - 1];
    if (node->kind == ESWI_MAPPING) {
        esw_status status = check_duplicates(builder, node);
        if (status)
            return status;
    }
    eswi_node finished = *node;
    --builder->depth;
    return attach(builder, &finished);
}

static esw_status add_scalar(tree_builder *builder, const yaml_event_t *event, int line)
{
    size_t length = event->data.scalar.length;
    const char *value = (const char *)event->data.scalar.value;
    if (memchr(value, '\0', length))
        return esw_fail(builder->error, ESW_BAD_USAGE, "%s:%d: a text must not hold NUL bytes", builder->name,
                        line);
    eswi_node node = {
        .kind = ESWI_SCALAR, .line = line, .plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE};
    node.text = strndup(value, length);
    if (!node.text)
        return out_of_memory(builder);
    return attach(builder, &node);
}

/* The anchor and the tag of an event, where it has them. */
static bool is_decorated(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    default:
        return false;
    }
}

static esw_status take_event(tree_builder *builder, const yaml_event_t *event)
{
    int line = (int)event->start_mark.line + 1;
    if (is_decorated(event))
        return esw_fail(builder->error, ESW_BAD_USAGE,
                        "%s:%d: anchors (&), aliases (*) and tags (!) are not allowed", builder->name, line);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->has_root)
            return esw_fail(builder->error, ESW_BAD_USAGE, "%s:%d: a second document; one is allowed",
                            builder->name, line);
        return ESW_OK;
    case YAML_SCALAR_EVENT:
        return add_scalar(builder, event, line);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(builder, ESWI_SEQUENCE, line);
    case YAML_MAPPING_START_EVENT:
        return open_collection(builder, ESWI_MAPPING, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_collection(builder);
    default:
        return ESW_OK;
    }
}

static esw_status syntax_error(const tree_builder *builder, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return out_of_memory(builder);
    if (parser->error == YAML_READER_ERROR)
        return esw_fail(builder->error, ESW_BAD_USAGE, "%s: byte %zu: %s; the file must be UTF-8 text",
                        builder->name, parser->problem_offset, parser->problem);
    const char *problem = parser->problem ? parser->problem : "syntax error";
    return esw_fail(builder->error, ESW_BAD_USAGE, "%s:%zu: not YAML: %s%s", builder->name,
                    parser->problem_mark.line + 1, problem,
                    strstr(problem, "cannot start any token") ? " (a tab? YAML is indented by blanks)" : "");
}

static esw_status build(tree_builder *builder, yaml_parser_t *parser)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return syntax_error(builder, parser);
        bool end = event.type == YAML_STREAM_END_EVENT;
        esw_status status = take_event(builder, &event);
        yaml_event_delete(&event);
        if (status || end)
            return status;
    }
}

esw_status eswi_node_parse(const char *text, size_t length, const char *name, eswi_node *root, esw_error *error)
{
    *root = (eswi_node){0};
    if (length > ESWI_NODE_BYTES)
        return esw_fail(error, ESW_BAD_USAGE, "%s: %zu bytes, at most %d are allowed", name, length,
                        ESWI_NODE_BYTES);
    tree_builder builder = {.name = name, .error = error};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return out_of_memory(&builder);
    const size_t mark = eswi_utf8_mark(text, length);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text + mark, length - mark);
    esw_status status = build(&builder, &parser);
    yaml_parser_delete(&parser);
    if (!status && !builder.has_root)
        status = esw_fail(error, ESW_BAD_USAGE, "%s: the file is empty", name);
    if (!status) {
        *root = builder.root;
        return ESW_OK;
    }
    while (builder.depth > 0) {
        --builder.depth;
        free(builder.pending_key[builder.depth]);
        eswi_node_free(&builder.stack[builder.depth]);
    }
    if (builder.has_root)
        eswi_node_free(&builder.root);
    return status;
}

const eswi_node *eswi_node_get(const eswi_node *mapping, const char *key)
{
    for (size_t i = 0; i < mapping->n; ++i)
        if (mapping->items[i].key && strcmp(mapping->items[i].key, key) == 0)
            return &mapping->items[i];
    return NULL;
}

bool eswi_node_is_null(const eswi_node *node)
{
    return node->kind == ESWI_SCALAR && node->plain &&
           (!*node->text || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const char *eswi_node_describe(const eswi_node *node, char text[64])
{
    if (node->kind != ESWI_SCALAR)
        return strcpy(text, node->kind == ESWI_SEQUENCE ? "a sequence" : "a mapping");
    if (eswi_node_is_null(node))
        return strcpy(text, "nothing");
    snprintf(text, 64, "%s'%.40s%s'", node->plain ? "" : "the text ", node->text,
             strlen(node->text) > 40 ? "..." : "");
    return text;
}

static json_t *scalar_to_json(const eswi_node *node)
{
    int64_t integer;
    double real;
    if (!node->plain)
        return json_string(node->text);
    if (eswi_node_is_null(node))
        return json_null();
    if (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0)
        return json_boolean(node->text[0] == 't');
    if (!strpbrk(node->text, ".eE") && eswi_parse_integer(node->text, &integer))
        return json_integer(integer);
    if (eswi_parse_real(node->text, &real))
        return json_real(real);
    return json_string(node->text);
}

json_t *eswi_node_to_json(const eswi_node *node)
{
    if (node->kind == ESWI_SCALAR)
        return scalar_to_json(node);
    json_t *json = node->kind == ESWI_MAPPING ? json_object() : json_array();
    for (size_t i = 0; json && i < node->n; ++i) {
        json_t *item = eswi_node_to_json(&node->items[i]);
        int failed = node->kind == ESWI_MAPPING ? json_object_set_new(json, node->items[i].key, item)
                                                : json_array_append_new(json, item);
        if (failed) {
            json_decref(json);
            json = NULL;
        }
    }
    return json;
}
