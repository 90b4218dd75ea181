/* Files an experiment names inside its trees (profiles, gains, graphs). */
#include "sweep/experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file_content.h"
#include "base/fileio.h"
#include "base/text.h"

static const eswi_input *find_input(const esw_experiment *experiment, const char *text)
{
    for (size_t i = 0; i < experiment->n_inputs; ++i)
        if (strcmp(experiment->inputs[i].text, text) == 0)
            return &experiment->inputs[i];
    return NULL;
}

static char *input_path(const esw_experiment *experiment, const char *text)
{
    return text[0] == '/' ? strdup(text) : eswi_path_join(experiment->base_dir, text);
}

/* A name in inputs/ that no other file has: the file's own, numbered when taken. */
static char *stored_name(const esw_experiment *experiment, const char *text)
{
    const char *slash = strrchr(text, '/');
    const char *base = slash ? slash + 1 : text;
    char *name = eswi_format("inputs/%s", base);
    for (unsigned number = 2; name; ++number) {
        size_t i = 0;
        while (i < experiment->n_inputs && strcmp(experiment->inputs[i].stored, name) != 0)
            ++i;
        if (i == experiment->n_inputs)
            return name;
        free(name);
        name = eswi_format("inputs/%u-%s", number, base);
    }
    return NULL;
}

static esw_status add_input(esw_experiment *experiment, const char *text, const char *path, esw_error *error)
{
    eswi_file_content content;
    esw_status status = eswi_file_content_read(path, &content, error);
    if (status)
        return status;
    eswi_input *inputs = realloc(experiment->inputs, (experiment->n_inputs + 1) * sizeof *inputs);
    if (inputs)
        experiment->inputs = inputs;
    eswi_input added = {.text = strdup(text), .stored = stored_name(experiment, text), .content = content};
    if (!inputs || !added.text || !added.stored) {
        free(added.text);
        free(added.stored);
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    }
    inputs[experiment->n_inputs++] = added;
    return ESW_OK;
}

static esw_status find_in_text(esw_experiment *experiment, const char *text, esw_error *error)
{
    struct stat info;
    if (!strpbrk(text, "./") || find_input(experiment, text))
        return ESW_OK;
    char *path = input_path(experiment, text);
    if (!path)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    esw_status status = ESW_OK;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode))
        status = add_input(experiment, text, path, error);
    free(path);
    return status;
}

static esw_status find_in_tree(esw_experiment *experiment, const json_t *tree, esw_error *error)
{
    esw_status status = ESW_OK;
    const char *key;
    json_t *item;
    size_t i;
    if (json_is_string(tree))
        return find_in_text(experiment, json_string_value(tree), error);
    if (json_is_object(tree))
        json_object_foreach((json_t *)tree, key, item)
            status = status ? status : find_in_tree(experiment, item, error);
    if (json_is_array(tree))
        json_array_foreach(tree, i, item)
            status = status ? status : find_in_tree(experiment, item, error);
    return status;
}

static esw_status find_in_value(esw_experiment *experiment, size_t param, const esw_value *value,
                                esw_error *error)
{
    if (experiment->system->params[param].type != ESW_PARAM_TREE || !value->set)
        return ESW_OK;
    return find_in_tree(experiment, value->tree, error);
}

esw_status eswi_inputs_find(esw_experiment *experiment, esw_error *error)
{
    esw_status status = ESW_OK;
    for (size_t i = 0; i < experiment->system->n_params && !status; ++i)
        status = find_in_value(experiment, i, &experiment->values[i], error);
    for (size_t i = 0; i < experiment->n_axes && !status; ++i)
        for (size_t j = 0; j < experiment->axes[i].n && !status; ++j)
            status =
                find_in_value(experiment, experiment->axes[i].param, &experiment->axes[i].values[j], error);
    for (size_t i = 0; i < experiment->n_methods && !status; ++i) {
        const eswi_method *method = &experiment->methods[i];
        for (size_t j = 0; j < method->n_settings && !status; ++j)
            status = find_in_value(experiment, method->settings[j].param, &method->settings[j].value, error);
    }
    return status;
}

static json_t *rewrite_text(const esw_experiment *experiment, const json_t *text, bool for_hash)
{
    const eswi_input *input = find_input(experiment, json_string_value(text));
    if (!input)
        return json_deep_copy(text);
    if (!for_hash)
        return json_string(input->stored);
    char *content =
        eswi_format("crc32c:%08x:%llu", input->content.crc32c, (unsigned long long)input->content.size);
    json_t *result = content ? json_string(content) : NULL;
    free(content);
    return result;
}

json_t *eswi_inputs_rewrite(const esw_experiment *experiment, const json_t *tree, bool for_hash)
{
    const char *key;
    json_t *item, *copy;
    size_t i;
    int failed = 0;
    if (json_is_string(tree))
        return rewrite_text(experiment, tree, for_hash);
    if (!json_is_object(tree) && !json_is_array(tree))
        return json_deep_copy(tree);
    copy = json_is_object(tree) ? json_object() : json_array();
    if (json_is_object(tree))
        json_object_foreach((json_t *)tree, key, item)
            failed |= json_object_set_new(copy, key, eswi_inputs_rewrite(experiment, item, for_hash));
    else
        json_array_foreach(tree, i, item)
            failed |= json_array_append_new(copy, eswi_inputs_rewrite(experiment, item, for_hash));
    if (failed) {
        json_decref(copy);
        return NULL;
    }
    return copy;
}

static esw_status copy_input(const esw_experiment *experiment, const eswi_input *input, const char *directory,
                             esw_error *error)
{
    char *from = input_path(experiment, input->text), *to = eswi_path_join(directory, input->stored);
    esw_status status = ESW_OK;
    if (!from || !to)
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    if (!status)
        status = eswi_file_content_copy(from, to, &input->content, error);
    free(from);
    free(to);
    return status;
}

esw_status eswi_inputs_copy(const esw_experiment *experiment, const char *directory, esw_error *error)
{
    if (experiment->n_inputs == 0)
        return ESW_OK;
    char *folder = eswi_path_join(directory, "inputs");
    esw_status status = folder ? eswi_make_directories(folder, error)
                               : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    free(folder);
    for (size_t i = 0; i < experiment->n_inputs && !status; ++i)
        status = copy_input(experiment, &experiment->inputs[i], directory, error);
    return status;
}

static esw_status check_input(const esw_experiment *experiment, const char *directory, const json_t *listed,
                              esw_error *error)
{
    const char *file = json_string_value(json_object_get(listed, "file"));
    const char *crc = json_string_value(json_object_get(listed, "crc32c"));
    const eswi_input *input = file ? find_input(experiment, file) : NULL;
    if (!input || !crc)
        return ESW_OK;
    char found[16];
    snprintf(found, sizeof found, "%08x", input->content.crc32c);
    return strcmp(found, crc) == 0
               ? ESW_OK
               : esw_fail(
                     error, ESW_IO,
                     "%s/%s: is not the file that the run was made with (CRC-32C %s, in manifest.json %s): bring that "
                     "one back",
                     directory, file, found, crc);
}

esw_status eswi_inputs_check(const esw_experiment *experiment, const char *directory, esw_error *error)
{
    size_t i;
    json_t *listed;
    esw_status status = ESW_OK;
    char *path = eswi_path_join(directory, "manifest.json");
    if (!path)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    json_t *manifest = json_load_file(path, 0, NULL); /* none: nothing to compare with */
    json_array_foreach(json_object_get(manifest, "inputs"), i, listed)
        status = status ? status : check_input(experiment, directory, listed, error);
    json_decref(manifest);
    free(path);
    return status;
}

void eswi_inputs_free(esw_experiment *experiment)
{
    for (size_t i = 0; i < experiment->n_inputs; ++i) {
        free(experiment->inputs[i].text);
        free(experiment->inputs[i].stored);
    }
    free(experiment->inputs);
}
