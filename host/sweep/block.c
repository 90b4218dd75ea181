#include "sweep/block.h"

#include <stdlib.h>
#include <string.h>

#include "sweep/journal.h"

/* Bytes of the parts of a payload behind its key, in their order; the histograms, of no fixed size, come
 * last. */
enum { KEY_BYTES = 20, MOMENTS_BYTES = 56, COMOMENTS_BYTES = 48, RUNNING_BYTES = 24 };

eswi_block_shape eswi_block_shape_of(const esw_experiment *experiment, const eswi_metrics *metrics,
                                     esw_sizes sizes)
{
    const esw_system *system = esw_experiment_system(experiment);
    eswi_block_shape shape = {.n_metrics = metrics->n, .keep = esw_experiment_keep(experiment)};
    for (int kind = 0; kind < ESW_RATIOS; ++kind)
        shape.ratio_metric[kind] = metrics->ratio_metric[kind];
    if (shape.keep & ESW_KEEP_ENTITIES)
        shape.entity_values = system->n_fields * sizes.entities;
    if (shape.keep & ESW_KEEP_SERIES)
        shape.series_values = system->n_series * sizes.frames;
    return shape;
}

static void put_moments(eswi_buffer *buffer, const eswi_moments *moments)
{
    eswi_buffer_put_u64(buffer, moments->count);
    eswi_buffer_put_u64(buffer, moments->undefined);
    eswi_buffer_put_u64(buffer, moments->infinite);
    eswi_buffer_put_f64(buffer, moments->mean);
    eswi_buffer_put_f64(buffer, moments->m2);
    eswi_buffer_put_f64(buffer, moments->min);
    eswi_buffer_put_f64(buffer, moments->max);
}

static eswi_moments take_moments(eswi_cursor *cursor)
{
    eswi_moments moments;
    moments.count = eswi_cursor_u64(cursor);
    moments.undefined = eswi_cursor_u64(cursor);
    moments.infinite = eswi_cursor_u64(cursor);
    moments.mean = eswi_cursor_f64(cursor);
    moments.m2 = eswi_cursor_f64(cursor);
    moments.min = eswi_cursor_f64(cursor);
    moments.max = eswi_cursor_f64(cursor);
    return moments;
}

static void put_comoments(eswi_buffer *buffer, const eswi_comoments *comoments)
{
    eswi_buffer_put_u64(buffer, comoments->count);
    eswi_buffer_put_f64(buffer, comoments->mean_a);
    eswi_buffer_put_f64(buffer, comoments->mean_b);
    eswi_buffer_put_f64(buffer, comoments->m2_a);
    eswi_buffer_put_f64(buffer, comoments->m2_b);
    eswi_buffer_put_f64(buffer, comoments->c_ab);
}

static eswi_comoments take_comoments(eswi_cursor *cursor)
{
    eswi_comoments comoments;
    comoments.count = eswi_cursor_u64(cursor);
    comoments.mean_a = eswi_cursor_f64(cursor);
    comoments.mean_b = eswi_cursor_f64(cursor);
    comoments.m2_a = eswi_cursor_f64(cursor);
    comoments.m2_b = eswi_cursor_f64(cursor);
    comoments.c_ab = eswi_cursor_f64(cursor);
    return comoments;
}

static void put_running(eswi_buffer *buffer, const eswi_running *running)
{
    eswi_buffer_put_u64(buffer, running->count);
    eswi_buffer_put_f64(buffer, running->mean);
    eswi_buffer_put_f64(buffer, running->m2);
}

static eswi_running take_running(eswi_cursor *cursor)
{
    eswi_running running;
    running.count = eswi_cursor_u64(cursor);
    running.mean = eswi_cursor_f64(cursor);
    running.m2 = eswi_cursor_f64(cursor);
    return running;
}

void eswi_block_encode(const eswi_block_shape *shape, const eswi_block_key *key,
                       const eswi_block_values *values, eswi_buffer *record)
{
    eswi_record_begin(record, ESWI_RECORD_BLOCK);
    eswi_buffer_put_u32(record, key->point);
    eswi_buffer_put_u32(record, key->method);
    eswi_buffer_put_u64(record, key->block);
    eswi_buffer_put_u32(record, key->count);
    for (size_t m = 0; m < shape->n_metrics; ++m) {
        eswi_moments moments = eswi_moments_of(values->metrics + m * values->stride, key->count);
        put_moments(record, &moments);
    }
    for (int kind = 0; kind < ESW_RATIOS; ++kind) {
        size_t offset = shape->ratio_metric[kind] * values->stride;
        if (shape->ratio_metric[kind] == ESW_NONE)
            continue;
        eswi_comoments comoments =
            eswi_comoments_of(values->baseline + offset, values->metrics + offset, key->count);
        put_comoments(record, &comoments);
    }
    for (size_t i = 0; i < shape->series_values; ++i)
        put_running(record, &values->series[i]);
    if (shape->keep & ESW_KEEP_SCENARIOS)
        for (size_t m = 0; m < shape->n_metrics; ++m)
            eswi_buffer_put_f64s(record, values->metrics + m * values->stride, key->count);
    if (shape->entity_values > 0)
        eswi_buffer_put_f64s(record, values->entities, key->count * shape->entity_values);
    for (size_t m = 0; m < shape->n_metrics; ++m)
        eswi_histogram_encode(values->metrics + m * values->stride, key->count, record);
    eswi_record_finish(record);
}

eswi_block_key eswi_block_read_key(eswi_cursor *payload)
{
    eswi_block_key key;
    key.point = eswi_cursor_u32(payload);
    key.method = eswi_cursor_u32(payload);
    key.block = eswi_cursor_u64(payload);
    key.count = eswi_cursor_u32(payload);
    return key;
}

bool eswi_totals_init(eswi_totals *totals, const eswi_block_shape *shape)
{
    *totals = (eswi_totals){
        .moments = calloc(shape->n_metrics, sizeof *totals->moments),
        .histograms = calloc(shape->n_metrics, sizeof *totals->histograms),
        .series = calloc(shape->series_values + 1, sizeof *totals->series),
        .n_metrics = shape->n_metrics,
    };
    if (totals->moments && totals->histograms && totals->series)
        return true;
    eswi_totals_free(totals);
    return false;
}

void eswi_totals_free(eswi_totals *totals)
{
    for (size_t m = 0; totals->histograms && m < totals->n_metrics; ++m)
        eswi_histogram_free(&totals->histograms[m]);
    free(totals->moments);
    free(totals->histograms);
    free(totals->series);
    *totals = (eswi_totals){0};
}

/* Bytes before and of the kept parts. */
static size_t ratios_bytes(const eswi_block_shape *shape)
{
    size_t bytes = 0;
    for (int kind = 0; kind < ESW_RATIOS; ++kind)
        bytes += shape->ratio_metric[kind] == ESW_NONE ? 0 : COMOMENTS_BYTES;
    return bytes;
}

static size_t statistics_bytes(const eswi_block_shape *shape)
{
    return shape->n_metrics * MOMENTS_BYTES + ratios_bytes(shape) + shape->series_values * RUNNING_BYTES;
}

static size_t scenarios_bytes(const eswi_block_shape *shape, const eswi_block_key *key)
{
    return shape->keep & ESW_KEEP_SCENARIOS ? 8 * shape->n_metrics * key->count : 0;
}

static size_t entities_bytes(const eswi_block_shape *shape, const eswi_block_key *key)
{
    return 8 * shape->entity_values * key->count;
}

bool eswi_block_merge(const eswi_block_shape *shape, const eswi_block_key *key, eswi_cursor *payload,
                      eswi_totals *totals)
{
    for (size_t m = 0; m < shape->n_metrics; ++m) {
        eswi_moments moments = take_moments(payload);
        eswi_moments_merge(&totals->moments[m], &moments);
    }
    for (int kind = 0; kind < ESW_RATIOS; ++kind) {
        if (shape->ratio_metric[kind] == ESW_NONE)
            continue;
        eswi_comoments comoments = take_comoments(payload);
        eswi_comoments_merge(&totals->ratios[kind], &comoments);
    }
    for (size_t i = 0; i < shape->series_values; ++i) {
        eswi_running running = take_running(payload);
        eswi_running_merge(&totals->series[i], &running);
    }
    eswi_cursor_take(payload, scenarios_bytes(shape, key));
    eswi_cursor_take(payload, entities_bytes(shape, key));
    for (size_t m = 0; m < shape->n_metrics; ++m)
        if (!eswi_histogram_decode(&totals->histograms[m], payload))
            return false;
    if (payload->at != payload->size)
        payload->failed = true;
    return !payload->failed;
}

bool eswi_block_moments(const eswi_cursor *payload, size_t metric, eswi_moments *moments)
{
    eswi_cursor cursor = *payload;
    eswi_cursor_take(&cursor, metric * MOMENTS_BYTES);
    *moments = take_moments(&cursor);
    return !cursor.failed;
}

bool eswi_block_narrow(const eswi_block_shape *wide, const eswi_block_shape *narrow, eswi_buffer *payload)
{
    eswi_cursor cursor = {.data = payload->data, .size = payload->size};
    const eswi_block_key key = eswi_block_read_key(&cursor);
    const size_t had[] = {ratios_bytes(wide), wide->series_values * RUNNING_BYTES, scenarios_bytes(wide, &key),
                          entities_bytes(wide, &key)};
    const size_t has[] = {ratios_bytes(narrow), narrow->series_values * RUNNING_BYTES,
                          scenarios_bytes(narrow, &key), entities_bytes(narrow, &key)};
    size_t from = KEY_BYTES + wide->n_metrics * MOMENTS_BYTES, to = from;
    for (size_t part = 0; part < sizeof had / sizeof *had; ++part) {
        if (had[part] > payload->size || from > payload->size - had[part])
            return false;
        memmove(payload->data + to, payload->data + from, has[part]);
        from += had[part];
        to += has[part];
    }
    memmove(payload->data + to, payload->data + from, payload->size - from);
    payload->size -= from - to;
    return true;
}

static const unsigned char *part_at(const eswi_cursor *payload, size_t offset, size_t length)
{
    eswi_cursor cursor = *payload;
    eswi_cursor_take(&cursor, offset);
    return eswi_cursor_take(&cursor, length);
}

const unsigned char *eswi_block_scenarios(const eswi_block_shape *shape, const eswi_block_key *key,
                                          const eswi_cursor *payload)
{
    return part_at(payload, statistics_bytes(shape), scenarios_bytes(shape, key));
}

const unsigned char *eswi_block_entities(const eswi_block_shape *shape, const eswi_block_key *key,
                                         const eswi_cursor *payload)
{
    return part_at(payload, statistics_bytes(shape) + scenarios_bytes(shape, key), entities_bytes(shape, key));
}
