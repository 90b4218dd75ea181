/* Finding the records of a run directory. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "sweep/results_internal.h"

static esw_status out_of_memory(const esw_results *results, esw_error *error)
{
    return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", results->directory);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the paths of the journals in a folder, sorted: what is read first does not depend on the file system. */
static esw_status list_journals(const esw_results *results, const char *directory, char ***paths, size_t *n,
                                esw_error *error)
{
    const size_t before = *n;
    DIR *folder = opendir(directory);
    if (!folder)
        return esw_fail(error, ESW_IO, "%s: opening the folder failed: %s", directory, strerror(errno));
    esw_status status = ESW_OK;
    for (const struct dirent *entry; !status && (entry = readdir(folder));) {
        size_t length = strlen(entry->d_name);
        if (strncmp(entry->d_name, "journal-", 8) != 0 || length < 4 ||
            strcmp(entry->d_name + length - 4, ".bin") != 0)
            continue;
        char **longer = realloc(*paths, (*n + 1) * sizeof *longer);
        char *path = longer ? eswi_path_join(directory, entry->d_name) : NULL;
        if (longer)
            *paths = longer;
        if (path)
            longer[(*n)++] = path;
        else
            status = out_of_memory(results, error);
    }
    closedir(folder);
    if (!status && *n > before)
        qsort(*paths + before, *n - before, sizeof **paths, by_name);
    return status;
}

/* Adds one line's worth of text to the warning, as far as it has room. */
static void warn(esw_results *results, const char *text)
{
    size_t used = strlen(results->warning);
    snprintf(results->warning + used, sizeof results->warning - used, "%s%s", used ? "; " : "", text);
}

static esw_status add_place(esw_results *results, const eswi_record_place *place, size_t *capacity,
                            esw_error *error)
{
    if (results->n_places == *capacity) {
        size_t larger = *capacity ? 2 * *capacity : 1024;
        eswi_record_place *places = realloc(results->places, larger * sizeof *places);
        if (!places)
            return out_of_memory(results, error);
        results->places = places;
        *capacity = larger;
    }
    results->places[results->n_places++] = *place;
    return ESW_OK;
}

/* The scenarios that a block of this run has. */
static uint32_t block_count(const esw_experiment *experiment, uint64_t block)
{
    uint64_t scenarios = esw_experiment_scenarios(experiment);
    if (block > (scenarios - 1) / ESW_BLOCK_SCENARIOS)
        return 0;
    uint64_t left = scenarios - block * ESW_BLOCK_SCENARIOS;
    return left < ESW_BLOCK_SCENARIOS ? (uint32_t)left : ESW_BLOCK_SCENARIOS;
}

static esw_status index_journal(esw_results *results, uint32_t journal, size_t *capacity, esw_error *error)
{
    eswi_journal_reader *reader = &results->journals[journal];
    eswi_journal_view *view = &results->views[journal];
    if (reader->torn)
        return ESW_OK;
    esw_status status = eswi_journal_header_view(reader->header, reader->path, results->experiment,
                                                 &results->metrics, view, error);
    while (!status) {
        eswi_cursor payload;
        uint64_t offset = 0;
        bool found = false;
        status = eswi_results_go_on(results, error);
        if (!status)
            status = eswi_journal_next(reader, &payload, &offset, &found, error);
        if (status || !found)
            break;
        eswi_block_key key = eswi_block_read_key(&payload);
        if (payload.failed || key.method >= view->n_methods || key.count == 0 ||
            key.count > ESW_BLOCK_SCENARIOS || key.point >= esw_experiment_point_count(results->experiment))
            return esw_fail(error, ESW_IO,
                            "%s: the record at byte %" PRIu64 " names a point or method out of range",
                            reader->path, offset);
        /* Blocks that the experiment does not ask for, or of another size (an extended run), are left aside. */
        const size_t method = view->methods[key.method];
        if (!view->usable || method == ESW_NONE || key.count != block_count(results->experiment, key.block))
            continue;
        eswi_record_place place = {key.point, (uint32_t)method, key.block, key.count, journal, offset};
        status = add_place(results, &place, capacity, error);
    }
    return status;
}

static int by_place(const void *a, const void *b)
{
    const eswi_record_place *x = a, *y = b;
    if (x->point != y->point)
        return x->point < y->point ? -1 : 1;
    if (x->method != y->method)
        return x->method < y->method ? -1 : 1;
    if (x->block != y->block)
        return x->block < y->block ? -1 : 1;
    if (x->journal != y->journal)
        return x->journal < y->journal ? -1 : 1;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static bool same_block(const eswi_record_place *a, const eswi_record_place *b)
{
    return a->point == b->point && a->method == b->method && a->block == b->block;
}

/* Sorts the places and keeps one of each block: equal blocks hold equal numbers, whoever computed them. */
static void sort_places(esw_results *results)
{
    size_t kept = 0;
    if (results->n_places > 0)
        qsort(results->places, results->n_places, sizeof *results->places, by_place);
    for (size_t i = 0; i < results->n_places; ++i)
        if (kept == 0 || !same_block(&results->places[kept - 1], &results->places[i]))
            results->places[kept++] = results->places[i];
    results->n_places = kept;
}

/* Fills first_place from the sorted places. */
static esw_status find_first_places(esw_results *results, esw_error *error)
{
    const size_t methods = esw_experiment_method_count(results->experiment);
    const size_t n = esw_experiment_point_count(results->experiment) * methods;
    results->first_place = calloc(n + 1, sizeof *results->first_place);
    if (!results->first_place)
        return out_of_memory(results, error);
    size_t at = 0;
    for (size_t i = 0; i < n; ++i) {
        results->first_place[i] = at;
        while (at < results->n_places && results->places[at].point * methods + results->places[at].method == i)
            ++at;
    }
    results->first_place[n] = at;
    return ESW_OK;
}

static void warn_of_journals(esw_results *results)
{
    char text[256];
    for (size_t i = 0; i < results->n_journals; ++i) {
        const eswi_journal_reader *reader = &results->journals[i];
        if (reader->torn)
            snprintf(text, sizeof text, "%.160s: unfinished record at byte %" PRIu64 ", left out", reader->path,
                     reader->at);
        else if (!results->views[i].usable)
            snprintf(text, sizeof text, "%.160s: lacks what `keep` or `compare` asks for, left out",
                     reader->path);
        else if (!reader->ended)
            snprintf(text, sizeof text, "%.160s: no end mark at byte %" PRIu64 " (the run was cut off)",
                     reader->path, reader->at);
        else
            continue;
        warn(results, text);
    }
}

/* How many blocks of all methods a run has in the end, and how many points do not know yet where they stop. */
static void count_wanted(const esw_results *results, uint64_t *wanted, uint64_t *unsettled)
{
    *wanted = *unsettled = 0;
    for (size_t point = 0; point < esw_experiment_point_count(results->experiment); ++point) {
        *wanted += (results->extents[point].scenarios - 1) / ESW_BLOCK_SCENARIOS + 1;
        *unsettled += !results->extents[point].settled;
    }
    *wanted *= esw_experiment_method_count(results->experiment);
}

bool eswi_results_are_complete(const esw_results *results)
{
    uint64_t wanted, unsettled;
    count_wanted(results, &wanted, &unsettled);
    return unsettled == 0 && results->n_places == wanted;
}

static void warn_of_missing(esw_results *results)
{
    char text[160];
    const size_t points = esw_experiment_point_count(results->experiment);
    uint64_t wanted, unsettled;
    count_wanted(results, &wanted, &unsettled);
    if (unsettled > 0)
        snprintf(text, sizeof text, "%" PRIu64 " of %zu points have not come to their `stop:` yet", unsettled,
                 points);
    else if (results->n_places != wanted)
        snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " blocks are not done",
                 wanted - results->n_places, wanted);
    else
        return;
    warn(results, text);
}

static esw_status index_all(esw_results *results, char *const *paths, size_t n, esw_error *error)
{
    size_t capacity = 0;
    esw_status status = ESW_OK;
    results->journals = calloc(n + 1, sizeof *results->journals);
    results->views = calloc(n + 1, sizeof *results->views);
    if (!results->journals || !results->views)
        return out_of_memory(results, error);
    for (size_t i = 0; i < n && !status; ++i) {
        status = eswi_journal_open(&results->journals[i], paths[i], error);
        results->n_journals = i + 1;
        if (!status)
            status = index_journal(results, (uint32_t)i, &capacity, error);
    }
    return status;
}

esw_status eswi_results_index(esw_results *results, const char *const *directories, size_t n_directories,
                              bool must_hold, esw_error *error)
{
    char **paths = NULL;
    size_t n = 0;
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n_directories && !status; ++i) {
        const size_t before = n;
        status = list_journals(results, directories[i], &paths, &n, error);
        if (!status && must_hold && n == before)
            status = esw_fail(error, ESW_IO, "%s: holds no journal (journal-*.bin); is it a run directory?",
                              directories[i]);
    }
    if (!status)
        status = index_all(results, paths, n, error);
    for (size_t i = 0; i < n; ++i)
        free(paths[i]);
    free(paths);
    if (status)
        return status;
    sort_places(results);
    status = find_first_places(results, error);
    if (!status)
        status = eswi_results_settle(results, error);
    if (status)
        return status;
    warn_of_journals(results);
    warn_of_missing(results);
    return ESW_OK;
}
