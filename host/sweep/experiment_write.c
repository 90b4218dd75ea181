/* Writing an experiment back: as YAML with every default, and as the canonical text that is hashed. */
#include "sweep/experiment.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/text.h"

/* ---------------------------------------------------------------- the experiment as JSON */

/* Files in trees: as the source names them, as a run directory does, or by their checksum. */
typedef enum { AS_SOURCE, AS_STORED, AS_HASHED } rendering;

static json_t *value_json(const esw_experiment *experiment, size_t index, const esw_value *value, rendering how)
{
    const esw_param *param = &experiment->system->params[index];
    char real[ESWI_REAL_TEXT];
    if (param->type == ESW_PARAM_TREE && value->set && how != AS_SOURCE)
        return eswi_inputs_rewrite(experiment, value->tree, how == AS_HASHED);
    /* Text, so that the hash does not depend on how a JSON library prints doubles. */
    if (param->type == ESW_PARAM_REAL && value->set && how == AS_HASHED)
        return json_string(eswi_format_real(value->real, real));
    return eswi_value_json(param, value);
}

/* All parameters but the swept ones and the options of methods. One that methods decide stands in their entries, and
 * stays open for methods that are added later. */
static json_t *parameters_json(const esw_experiment *experiment, rendering how)
{
    json_t *object = json_object();
    for (size_t i = 0; i < experiment->system->n_params; ++i) {
        const esw_param *param = &experiment->system->params[i];
        if (eswi_sweep_has(experiment, i) || (param->flags & ESW_PARAM_METHOD_ONLY) ||
            (how != AS_HASHED && eswi_methods_decide(experiment, i)))
            continue;
        if (json_object_set_new(object, param->name, value_json(experiment, i, &experiment->values[i], how))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *axis_json(const esw_experiment *experiment, const eswi_axis *axis, rendering how)
{
    json_t *list = json_array();
    for (size_t i = 0; i < axis->n; ++i)
        if (json_array_append_new(list, value_json(experiment, axis->param, &axis->values[i], how))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *sweep_json(const esw_experiment *experiment, rendering how)
{
    json_t *object = json_object();
    for (size_t i = 0; i < experiment->n_axes; ++i)
        if (json_object_set_new(object, esw_experiment_sweep_key(experiment, i),
                                axis_json(experiment, &experiment->axes[i], how))) {
            json_decref(object);
            return NULL;
        }
    return object;
}

/* {use, then what the entry sets}. */
static json_t *method_entry(const esw_experiment *experiment, size_t index, rendering how)
{
    const eswi_method *method = &experiment->methods[index];
    json_t *object = json_object();
    int failed =
        json_object_set_new(object, "use", json_string(experiment->system->methods[method->method].name));
    for (size_t i = 0; i < method->n_settings; ++i) {
        const eswi_setting *setting = &method->settings[i];
        failed |= json_object_set_new(object, experiment->system->params[setting->param].name,
                                      value_json(experiment, setting->param, &setting->value, how));
    }
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *eswi_method_json(const esw_experiment *experiment, size_t method)
{
    return method_entry(experiment, method, AS_HASHED);
}

static json_t *methods_json(const esw_experiment *experiment, rendering how)
{
    json_t *list = json_array();
    for (size_t i = 0; i < experiment->n_methods; ++i) {
        const eswi_method *method = &experiment->methods[i];
        const char *name = experiment->system->methods[method->method].name;
        bool plain = method->n_settings == 0 && strcmp(name, method->label) == 0;
        json_t *entry = plain ? json_string(name) : method_entry(experiment, i, how);
        int failed = entry && !plain ? json_object_set_new(entry, "as", json_string(method->label)) : 0;
        if (json_array_append_new(list, entry) || failed) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *compare_json(const esw_experiment *experiment)
{
    json_t *object = json_object();
    if (experiment->baseline != ESW_NONE)
        json_object_set_new(object, "baseline", json_string(experiment->methods[experiment->baseline].label));
    if (experiment->optimum != ESW_NONE)
        json_object_set_new(object, "optimum", json_string(experiment->methods[experiment->optimum].label));
    return object;
}

static json_t *keep_json(const esw_experiment *experiment)
{
    json_t *list = json_array();
    json_array_append_new(list, json_string("summary"));
    if (experiment->keep & ESW_KEEP_SCENARIOS)
        json_array_append_new(list, json_string("scenarios"));
    if (experiment->keep & ESW_KEEP_ENTITIES)
        json_array_append_new(list, json_string(experiment->system->entity));
    if (experiment->keep & ESW_KEEP_SERIES)
        json_array_append_new(list, json_string("series"));
    return list;
}

json_t *eswi_seed_json(uint64_t seed)
{
    if (seed <= (uint64_t)INT64_MAX)
        return json_integer((json_int_t)seed);
    char *text = eswi_format("%llu", (unsigned long long)seed);
    json_t *json = text ? json_string(text) : NULL;
    free(text);
    return json;
}

json_t *eswi_experiment_hashed(const esw_experiment *experiment)
{
    json_t *object = json_object();
    json_object_set_new(object, "block", json_integer(ESW_BLOCK_SCENARIOS));
    json_object_set_new(object, "system", json_string(experiment->system->name));
    json_object_set_new(object, "seed", eswi_seed_json(experiment->seed));
    json_object_set_new(object, "parameters", parameters_json(experiment, AS_HASHED));
    json_object_set_new(object, "sweep", sweep_json(experiment, AS_HASHED));
    return object;
}

void esw_experiment_hash(const esw_experiment *experiment, char hash[33])
{
    json_t *object = eswi_experiment_hashed(experiment);
    /* Keys in file order: the order of `sweep:` numbers the points. */
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(object);
    eswi_hash_hex(text ? text : "", text ? strlen(text) : 0, hash);
    free(text);
}

/* ---------------------------------------------------------------- YAML */

typedef struct yaml_writer {
    yaml_emitter_t emitter;
    eswi_buffer text;
    bool failed;
} yaml_writer;

static int take_bytes(void *context, unsigned char *bytes, size_t length)
{
    yaml_writer *writer = context;
    eswi_buffer_put(&writer->text, bytes, length);
    return !writer->text.failed;
}

/* Hands an event that was just initialised over to the emitter. */
static void emit(yaml_writer *writer, int initialised, yaml_event_t *event)
{
    if (!initialised || !yaml_emitter_emit(&writer->emitter, event))
        writer->failed = true;
}

static void emit_scalar(yaml_writer *writer, const char *text, yaml_scalar_style_t style)
{
    yaml_event_t event;
    emit(writer,
         yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1, 1,
                                      style),
         &event);
}

/* A text that would read as a number, a boolean or nothing is quoted. */
static void emit_text(yaml_writer *writer, const char *text)
{
    double number;
    bool special = !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 || strcmp(text, "true") == 0 ||
                   strcmp(text, "false") == 0 || eswi_parse_real(text, &number);
    emit_scalar(writer, text, special ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE);
}

static void emit_number(yaml_writer *writer, const json_t *json)
{
    char text[ESWI_REAL_TEXT + 2];
    if (json_is_integer(json)) {
        char *integer = eswi_format("%lld", (long long)json_integer_value(json));
        emit_scalar(writer, integer ? integer : "", YAML_PLAIN_SCALAR_STYLE);
        writer->failed |= !integer;
        free(integer);
        return;
    }
    eswi_format_real(json_real_value(json), text);
    /* Keeps a real number of a tree a real number when it is read again. */
    if (!strpbrk(text, ".e"))
        strcat(text, ".0");
    emit_scalar(writer, text, YAML_PLAIN_SCALAR_STYLE);
}

static void emit_json(yaml_writer *writer, const json_t *json, bool flow)
{
    yaml_event_t event;
    const char *key;
    json_t *item;
    size_t i;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        emit(writer,
             yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                                 flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE),
             &event);
        json_object_foreach((json_t *)json, key, item) {
            emit_text(writer, key);
            emit_json(writer, item, flow);
        }
        emit(writer, yaml_mapping_end_event_initialize(&event), &event);
        break;
    case JSON_ARRAY:
        emit(writer, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_FLOW_SEQUENCE_STYLE),
             &event);
        json_array_foreach(json, i, item)
            emit_json(writer, item, true);
        emit(writer, yaml_sequence_end_event_initialize(&event), &event);
        break;
    case JSON_STRING:
        emit_text(writer, json_string_value(json));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        emit_number(writer, json);
        break;
    default:
        emit_scalar(writer,
                    json_is_null(json)   ? "null"
                    : json_is_true(json) ? "true"
                                         : "false",
                    YAML_PLAIN_SCALAR_STYLE);
    }
}

/* One key of the document; takes the reference. */
static void emit_key(yaml_writer *writer, const char *key, json_t *value)
{
    emit_text(writer, key);
    if (value)
        emit_json(writer, value, false);
    else
        writer->failed = true;
    json_decref(value);
}

static void emit_experiment(yaml_writer *writer, const esw_experiment *experiment, rendering how)
{
    emit_key(writer, "system", json_string(experiment->system->name));
    emit_key(writer, "name", json_string(experiment->name));
    emit_key(writer, "seed", eswi_seed_json(experiment->seed));
    emit_key(writer, "scenarios", json_integer((json_int_t)experiment->scenarios));
    emit_key(writer, "methods", methods_json(experiment, how));
    emit_key(writer, "parameters", parameters_json(experiment, how));
    if (experiment->n_axes > 0)
        emit_key(writer, "sweep", sweep_json(experiment, how));
    if (experiment->stop.metric)
        emit_key(writer, "stop", eswi_stop_json(experiment));
    if (experiment->baseline != ESW_NONE || experiment->optimum != ESW_NONE)
        emit_key(writer, "compare", compare_json(experiment));
    emit_key(writer, "keep", keep_json(experiment));
}

char *eswi_experiment_yaml(const esw_experiment *experiment, bool stored)
{
    yaml_writer writer = {.failed = false};
    yaml_event_t event;
    if (!yaml_emitter_initialize(&writer.emitter))
        return NULL;
    yaml_emitter_set_output(&writer.emitter, take_bytes, &writer);
    yaml_emitter_set_width(&writer.emitter, 100);
    yaml_emitter_set_unicode(&writer.emitter, 1);
    emit(&writer, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event);
    emit(&writer, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event);
    emit(&writer, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE), &event);
    emit_experiment(&writer, experiment, stored ? AS_STORED : AS_SOURCE);
    emit(&writer, yaml_mapping_end_event_initialize(&event), &event);
    emit(&writer, yaml_document_end_event_initialize(&event, 1), &event);
    emit(&writer, yaml_stream_end_event_initialize(&event), &event);
    yaml_emitter_delete(&writer.emitter);
    eswi_buffer_put(&writer.text, "", 1);
    if (writer.failed || writer.text.failed) {
        eswi_buffer_free(&writer.text);
        return NULL;
    }
    return (char *)writer.text.data;
}

char *esw_experiment_to_yaml(const esw_experiment *experiment)
{
    return eswi_experiment_yaml(experiment, false);
}
