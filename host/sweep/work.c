#include "sweep/work.h"

#include <stdlib.h>
#include <string.h>

void eswi_share_of(const eswi_share *share, size_t point, uint64_t blocks, uint64_t *first, uint64_t *end)
{
    *first = 0;
    *end = blocks;
    if (share->shards == 0)
        return;
    const uint64_t place = (share->shard + point) % share->shards;
    const uint64_t each = blocks / share->shards, rest = blocks % share->shards;
    *first = place * each + (place < rest ? place : rest);
    *end = *first + each + (place < rest);
}

/* The number of this set of methods, made if it is new; SIZE_MAX when out of memory. */
static size_t find_set(eswi_work *work, const unsigned char *set)
{
    for (size_t i = 0; i < work->n_sets; ++i)
        if (memcmp(work->sets + i * work->n_methods, set, work->n_methods) == 0)
            return i;
    unsigned char *longer = realloc(work->sets, (work->n_sets + 1) * work->n_methods);
    if (!longer)
        return SIZE_MAX;
    memcpy(longer + work->n_sets * work->n_methods, set, work->n_methods);
    work->sets = longer;
    return work->n_sets++;
}

/* Adds blocks to the last segment, or a new one. */
static bool append(eswi_work *work, size_t point, uint64_t first, uint64_t blocks, const unsigned char *set)
{
    const size_t number = find_set(work, set);
    eswi_segment *last = work->n_segments > 0 ? &work->segments[work->n_segments - 1] : NULL;
    if (number == SIZE_MAX)
        return false;
    work->blocks += blocks;
    if (last && last->point == point && last->set == number && last->first + last->blocks == first) {
        last->blocks += blocks;
        return true;
    }
    eswi_segment *longer = realloc(work->segments, (work->n_segments + 1) * sizeof *longer);
    if (!longer)
        return false;
    longer[work->n_segments++] = (eswi_segment){first, blocks, (uint32_t)point, (uint32_t)number};
    work->segments = longer;
    return true;
}

bool eswi_work_add(eswi_work *work, const esw_experiment *experiment, const esw_results *done, size_t point,
                   uint64_t first, uint64_t end)
{
    work->n_methods = esw_experiment_method_count(experiment);
    unsigned char *set = malloc(work->n_methods);
    bool good = set != NULL;
    if (good && !done && end > first) {
        memset(set, 1, work->n_methods);
        good = append(work, point, first, end - first, set);
    }
    for (uint64_t block = first; done && good && block < end; ++block) {
        bool some = false;
        for (size_t method = 0; method < work->n_methods; ++method) {
            set[method] = !eswi_results_has(done, point, method, block);
            some |= set[method];
        }
        good = !some || append(work, point, block, 1, set);
    }
    free(set);
    return good;
}

const eswi_segment *eswi_work_find(const eswi_work *work, uint64_t at, uint64_t *block, uint64_t *left)
{
    for (size_t i = 0; i < work->n_segments; ++i) {
        const eswi_segment *segment = &work->segments[i];
        if (at < segment->blocks) {
            *block = segment->first + at;
            *left = segment->blocks - at;
            return segment;
        }
        at -= segment->blocks;
    }
    return NULL;
}

void eswi_work_free(eswi_work *work)
{
    free(work->segments);
    free(work->sets);
    *work = (eswi_work){0};
}
