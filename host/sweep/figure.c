/* Reading a figure file. Its form is described in docs/figures.md. */
#include "sweep/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/text.h"
#include "sweep/experiment.h"

typedef struct reader {
    esw_figure *figure;
    esw_error *error;
} reader;

static const double default_within = 0.05;

/* ---------------------------------------------------------------- errors and small values */

static eswi_place at(const reader *r, int line)
{
    return (eswi_place){r->figure->source, line};
}

static esw_status out_of_memory(const reader *r)
{
    return esw_fail(r->error, ESW_NO_MEMORY, "%s: out of memory", r->figure->source);
}

/* Fails unless `node` is a mapping whose keys are all in `keys`, separated by blanks. */
static esw_status check_keys(const reader *r, const eswi_node *node, const char *what, const char *keys)
{
    char text[64], list[256];
    const char *words[24];
    size_t n = 0;
    if (node->kind != ESWI_MAPPING)
        return eswi_fail_at(at(r, node->line), r->error, "%s: found %s, must be a mapping", what,
                            eswi_node_describe(node, text));
    snprintf(list, sizeof list, "%s", keys);
    for (char *word = strtok(list, " "); word && n < 24; word = strtok(NULL, " "))
        words[n++] = word;
    for (size_t i = 0; i < node->n; ++i) {
        const char *key = node->items[i].key;
        size_t k = 0;
        while (k < n && strcmp(words[k], key) != 0)
            ++k;
        const char *nearest = k < n ? NULL : eswi_nearest(key, words, n);
        if (k == n)
            return eswi_fail_at(at(r, node->items[i].key_line), r->error, "%s: unknown key '%.60s'; %s%s%s",
                                what, key, nearest ? "did you mean '" : "allowed: ", nearest ? nearest : keys,
                                nearest ? "'?" : "");
    }
    return ESW_OK;
}

/* The text of a scalar under a key; NULL in *text when it is not there and not `needed`. */
static esw_status read_text(const reader *r, const eswi_node *node, const char *key, bool needed, char **text)
{
    char found[64];
    const eswi_node *item = eswi_node_get(node, key);
    *text = NULL;
    if (!item && !needed)
        return ESW_OK;
    if (!item)
        return eswi_fail_at(at(r, node->line), r->error, "'%s' is missing", key);
    if (item->kind != ESWI_SCALAR)
        return eswi_fail_at(at(r, item->line), r->error, "%s: found %s, must be a text", key,
                            eswi_node_describe(item, found));
    *text = strdup(item->text);
    size_t length = *text ? strlen(*text) : 0;
    while (length > 0 && (*text)[length - 1] == '\n') /* of a block of text */
        (*text)[--length] = '\0';
    return *text ? ESW_OK : out_of_memory(r);
}

static esw_status read_number(const reader *r, const eswi_node *item, const char *key, double *value)
{
    if (item->kind == ESWI_SCALAR && eswi_parse_real(item->text, value))
        return ESW_OK;
    char found[64];
    return eswi_fail_at(at(r, item->line), r->error, "%s: found %s, must be a number", key,
                        eswi_node_describe(item, found));
}

/* `within: 5%` or 0.05. */
static esw_status read_within(const reader *r, const eswi_node *node, double fallback, double *within)
{
    const eswi_node *item = eswi_node_get(node, "within");
    char text[32], found[64];
    *within = fallback;
    if (!item)
        return ESW_OK;
    size_t length = item->kind == ESWI_SCALAR ? strcspn(item->text, "%") : sizeof text;
    if (length < sizeof text) {
        snprintf(text, sizeof text, "%.*s", (int)length, item->text);
        for (size_t i = length; i > 0 && text[i - 1] == ' '; --i)
            text[i - 1] = '\0';
        bool percent = item->text[length] == '%';
        if (eswi_parse_real(text, within)) {
            *within /= percent ? 100.0 : 1.0;
            if (*within > 0 && *within < 1)
                return ESW_OK;
        }
    }
    return eswi_fail_at(at(r, item->line), r->error, "within: found %s, must be a share such as 5%%",
                        eswi_node_describe(item, found));
}

static esw_status read_formula(const reader *r, const eswi_node *node, const char *key, eswi_formula *formula)
{
    char *text = NULL;
    esw_error cause;
    esw_status status = read_text(r, node, key, true, &text);
    if (!status && eswi_formula_parse(text, formula, &cause) != ESW_OK)
        status = eswi_fail_at(at(r, eswi_node_get(node, key)->line), r->error, "%s: %s", key, cause.text);
    free(text);
    return status;
}

static esw_status read_methods(const reader *r, const eswi_node *node, eswi_method_names *methods)
{
    const eswi_node *list = eswi_node_get(node, "methods");
    char found[64];
    if (!list)
        return ESW_OK;
    if (list->kind != ESWI_SEQUENCE || list->n == 0)
        return eswi_fail_at(at(r, list->line), r->error, "methods: found %s, must be a list of methods",
                            eswi_node_describe(list, found));
    methods->names = calloc(list->n, sizeof *methods->names);
    if (!methods->names)
        return out_of_memory(r);
    for (size_t i = 0; i < list->n; ++i) {
        if (list->items[i].kind != ESWI_SCALAR)
            return eswi_fail_at(at(r, list->items[i].line), r->error, "methods: must be a list of methods");
        methods->names[methods->n] = strdup(list->items[i].text);
        if (!methods->names[methods->n++])
            return out_of_memory(r);
    }
    return ESW_OK;
}

/* ---------------------------------------------------------------- plots */

static esw_status read_plot(const reader *r, const eswi_node *node)
{
    eswi_figure_plot *plot = &r->figure->plots[r->figure->n_plots];
    esw_status status = check_keys(r, node, "plots", "y title label x x_label methods");
    if (status)
        return status;
    ++r->figure->n_plots;
    plot->line = node->line;
    status = read_formula(r, node, "y", &plot->y);
    if (!status)
        status = read_text(r, node, "title", false, &plot->title);
    if (!status)
        status = read_text(r, node, "label", true, &plot->label);
    if (!status)
        status = read_text(r, node, "x", false, &plot->x);
    if (!status)
        status = read_text(r, node, "x_label", false, &plot->x_label);
    return status ? status : read_methods(r, node, &plot->methods);
}

/* ---------------------------------------------------------------- claims */

/* `about`, `between`, `above`, `below`: the range a value must lie in. */
static esw_status read_range(const reader *r, const eswi_node *node, const eswi_node *item, eswi_claim *claim)
{
    const char *key = item->key;
    double within = 0;
    esw_status status;
    claim->kind = ESWI_CLAIM_RANGE;
    claim->low = -INFINITY;
    claim->high = INFINITY;
    if (strcmp(key, "above") == 0)
        return read_number(r, item, key, &claim->low);
    if (strcmp(key, "below") == 0)
        return read_number(r, item, key, &claim->high);
    if (strcmp(key, "about") == 0) {
        status = read_within(r, node, default_within, &within);
        if (!status)
            status = read_number(r, item, key, &claim->low);
        claim->high = claim->low;
    } else {
        if (item->kind != ESWI_SEQUENCE || item->n != 2)
            return eswi_fail_at(at(r, item->line), r->error, "between: must be two numbers such as [1.5, 1.7]");
        status = read_within(r, node, 0, &within);
        if (!status)
            status = read_number(r, &item->items[0], key, &claim->low);
        if (!status)
            status = read_number(r, &item->items[1], key, &claim->high);
        if (!status && !(claim->low <= claim->high))
            return eswi_fail_at(at(r, item->line), r->error, "between: the first number is above the second");
    }
    claim->low -= within * fabs(claim->low);
    claim->high += within * fabs(claim->high);
    return status;
}

static esw_status read_trend(const reader *r, const eswi_node *node, const eswi_node *item, eswi_claim *claim)
{
    static const char *const names[] = {"increasing", "decreasing", "constant"};
    static const eswi_claim_kind kinds[] = {ESWI_CLAIM_INCREASING, ESWI_CLAIM_DECREASING, ESWI_CLAIM_CONSTANT};
    double within;
    for (size_t i = 0; i < 3; ++i) {
        if (item->kind != ESWI_SCALAR || strcmp(item->text, names[i]) != 0)
            continue;
        claim->kind = kinds[i];
        esw_status status = read_within(r, node, 0.01, &within);
        claim->low = i == 0 ? 0 : i == 1 ? -INFINITY : 1 - within;
        claim->high = i == 0 ? INFINITY : i == 1 ? 0 : 1 + within;
        return status;
    }
    return eswi_fail_at(at(r, item->line), r->error, "trend: must be increasing, decreasing or constant");
}

static esw_status read_condition(const reader *r, const eswi_node *node, eswi_claim *claim)
{
    static const char *const keys[] = {"about", "between", "above", "below", "trend"};
    const eswi_node *chosen = NULL;
    for (size_t i = 0; i < 5; ++i) {
        const eswi_node *item = eswi_node_get(node, keys[i]);
        if (item && chosen)
            return eswi_fail_at(at(r, item->line), r->error, "claims: '%s' and '%s' exclude each other",
                                chosen->key, keys[i]);
        chosen = item ? item : chosen;
    }
    if (!chosen)
        return eswi_fail_at(at(r, node->line), r->error,
                            "claims: one of about, between, above, below, trend is missing");
    return strcmp(chosen->key, "trend") == 0 ? read_trend(r, node, chosen, claim)
                                             : read_range(r, node, chosen, claim);
}

static esw_status read_at(const reader *r, const eswi_node *node, eswi_claim *claim)
{
    const eswi_node *item = eswi_node_get(node, "at");
    if (!item)
        return ESW_OK;
    if (item->kind != ESWI_MAPPING || item->n == 0)
        return eswi_fail_at(at(r, item->line), r->error, "at: must be a mapping such as {users: [50, 100]}");
    claim->at = eswi_node_to_json(item);
    return claim->at ? ESW_OK : out_of_memory(r);
}

/* The methods that "*" stands for: needed with it, refused without. */
static esw_status read_rivals(const reader *r, const eswi_node *node, eswi_claim *claim)
{
    const eswi_node *list = eswi_node_get(node, "methods");
    bool star = false;
    for (size_t i = 0; i < claim->quantity.n_terms; ++i)
        star = star || strcmp(claim->quantity.terms[i].method, "*") == 0;
    if (star && !list)
        return eswi_fail_at(at(r, node->line), r->error,
                            "claims: the quantity has the method *; 'methods' must say which it stands for");
    if (list && !star)
        return eswi_fail_at(at(r, list->line), r->error,
                            "methods: the quantity has no method * that they could stand for");
    return read_methods(r, node, &claim->methods);
}

static esw_status read_claim(const reader *r, const eswi_node *node)
{
    eswi_claim *claim = &r->figure->claims[r->figure->n_claims];
    esw_status status = check_keys(r, node, "claims",
                                   "claim source reading quantity methods at along about between above below "
                                   "trend within note");
    if (status)
        return status;
    ++r->figure->n_claims;
    claim->line = node->line;
    status = read_text(r, node, "claim", true, &claim->claim);
    if (!status)
        status = read_text(r, node, "source", false, &claim->source);
    if (!status)
        status = read_text(r, node, "reading", false, &claim->reading);
    if (!status)
        status = read_text(r, node, "note", false, &claim->note);
    if (!status)
        status = read_text(r, node, "along", false, &claim->along);
    if (!status)
        status = read_formula(r, node, "quantity", &claim->quantity);
    if (!status)
        status = read_rivals(r, node, claim);
    if (!status)
        status = read_condition(r, node, claim);
    return status ? status : read_at(r, node, claim);
}

/* ---------------------------------------------------------------- the file */

/* Calls `read` for every item of the list under `key`; *array gets room for all of them. */
static esw_status read_list(const reader *r, const eswi_node *root, const char *key, void **array, size_t size,
                            esw_status (*read)(const reader *, const eswi_node *))
{
    const eswi_node *list = eswi_node_get(root, key);
    char found[64];
    if (!list)
        return ESW_OK;
    if (list->kind != ESWI_SEQUENCE)
        return eswi_fail_at(at(r, list->line), r->error, "%s: found %s, must be a list", key,
                            eswi_node_describe(list, found));
    *array = calloc(list->n + 1, size);
    esw_status status = *array ? ESW_OK : out_of_memory(r);
    for (size_t i = 0; i < list->n && !status; ++i)
        status = read(r, &list->items[i]);
    return status;
}

static esw_status read_labels(const reader *r, const eswi_node *root)
{
    const eswi_node *map = eswi_node_get(root, "labels");
    esw_figure *figure = r->figure;
    char found[64];
    if (!map)
        return ESW_OK;
    if (map->kind != ESWI_MAPPING)
        return eswi_fail_at(at(r, map->line), r->error, "labels: found %s, must be a mapping",
                            eswi_node_describe(map, found));
    figure->labels = calloc(map->n + 1, sizeof *figure->labels);
    if (!figure->labels)
        return out_of_memory(r);
    for (size_t i = 0; i < map->n; ++i) {
        eswi_label *label = &figure->labels[figure->n_labels++];
        label->key = strdup(map->items[i].key);
        esw_status status = read_text(r, map, map->items[i].key, true, &label->text);
        if (status || !label->key)
            return status ? status : out_of_memory(r);
    }
    return ESW_OK;
}

/* The experiment's path, from the folder of the figure file. */
static esw_status read_experiment(const reader *r, const eswi_node *root)
{
    char *text;
    esw_status status = read_text(r, root, "experiment", true, &text);
    if (status)
        return status;
    char *folder = eswi_path_directory(r->figure->source);
    r->figure->experiment = text[0] == '/' || !folder ? strdup(text) : eswi_path_join(folder, text);
    free(folder);
    free(text);
    return r->figure->experiment ? ESW_OK : out_of_memory(r);
}

static esw_status read_quick(const reader *r, const eswi_node *root)
{
    const eswi_node *item = eswi_node_get(root, "quick_scenarios");
    int64_t value = 0;
    if (!item)
        return eswi_fail_at(at(r, root->line), r->error, "'quick_scenarios' is missing");
    if (item->kind != ESWI_SCALAR || !eswi_parse_integer(item->text, &value) || value < 2)
        return eswi_fail_at(at(r, item->line), r->error, "quick_scenarios: must be a whole number from 2 on");
    r->figure->quick_scenarios = (uint64_t)value;
    return ESW_OK;
}

static esw_status read_figure(const reader *r, const eswi_node *root)
{
    esw_figure *figure = r->figure;
    esw_status status = check_keys(r, root, "figure",
                                   "figure title paper experiment quick_scenarios reading labels plots claims");
    if (!status)
        status = read_text(r, root, "figure", true, &figure->name);
    if (!status)
        status = read_text(r, root, "title", true, &figure->title);
    if (!status)
        status = read_text(r, root, "paper", true, &figure->paper);
    if (!status)
        status = read_text(r, root, "reading", false, &figure->reading);
    if (!status)
        status = read_experiment(r, root);
    if (!status)
        status = read_quick(r, root);
    if (!status)
        status = read_labels(r, root);
    if (!status)
        status = read_list(r, root, "plots", (void **)&figure->plots, sizeof *figure->plots, read_plot);
    if (!status)
        status = read_list(r, root, "claims", (void **)&figure->claims, sizeof *figure->claims, read_claim);
    return status;
}

esw_status esw_figure_load(const char *path, esw_figure **figure, esw_error *error)
{
    char *text;
    size_t length;
    eswi_node root;
    esw_status status = eswi_file_read(path, ESWI_NODE_BYTES, &text, &length, error);
    if (status)
        return status;
    esw_figure *made = calloc(1, sizeof *made);
    if (made)
        made->source = strdup(path);
    if (!made || !made->source)
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    if (!status)
        status = eswi_node_parse(text, length, path, &root, error);
    if (!status) {
        const reader r = {made, error};
        status = read_figure(&r, &root);
        eswi_node_free(&root);
    }
    free(text);
    if (status)
        esw_figure_free(made);
    else
        *figure = made;
    return status;
}

static void methods_free(eswi_method_names *methods)
{
    for (size_t i = 0; i < methods->n; ++i)
        free(methods->names[i]);
    free(methods->names);
}

static void plot_free(eswi_figure_plot *plot)
{
    eswi_formula_free(&plot->y);
    free(plot->title);
    free(plot->label);
    free(plot->x);
    free(plot->x_label);
    methods_free(&plot->methods);
}

static void claim_free(eswi_claim *claim)
{
    eswi_formula_free(&claim->quantity);
    methods_free(&claim->methods);
    free(claim->claim);
    free(claim->source);
    free(claim->reading);
    free(claim->note);
    free(claim->along);
    json_decref(claim->at);
}

void esw_figure_free(esw_figure *figure)
{
    if (!figure)
        return;
    for (size_t i = 0; i < figure->n_labels; ++i) {
        free(figure->labels[i].key);
        free(figure->labels[i].text);
    }
    for (size_t i = 0; i < figure->n_plots; ++i)
        plot_free(&figure->plots[i]);
    for (size_t i = 0; i < figure->n_claims; ++i)
        claim_free(&figure->claims[i]);
    free(figure->labels);
    free(figure->plots);
    free(figure->claims);
    free(figure->source);
    free(figure->name);
    free(figure->title);
    free(figure->paper);
    free(figure->reading);
    free(figure->experiment);
    free(figure);
}

/* ---------------------------------------------------------------- accessors */

const char *esw_figure_name(const esw_figure *figure)
{
    return figure->name;
}

const char *esw_figure_title(const esw_figure *figure)
{
    return figure->title;
}

const char *esw_figure_paper(const esw_figure *figure)
{
    return figure->paper;
}

const char *esw_figure_reading(const esw_figure *figure)
{
    return figure->reading ? figure->reading : "";
}

const char *esw_figure_experiment(const esw_figure *figure)
{
    return figure->experiment;
}

uint64_t esw_figure_quick_scenarios(const esw_figure *figure)
{
    return figure->quick_scenarios;
}

size_t esw_figure_claim_count(const esw_figure *figure)
{
    return figure->n_claims;
}

const char *eswi_figure_label(const esw_figure *figure, const char *text)
{
    for (size_t i = 0; figure && i < figure->n_labels; ++i)
        if (strcmp(figure->labels[i].key, text) == 0)
            return figure->labels[i].text;
    return text;
}
