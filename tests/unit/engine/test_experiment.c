#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "edgesweep/experiment.h"
#include "run_folder.h"
#include "sweep/experiment.h"
#include "toy_system.h"

static esw_experiment *parse_in(const char *text, const char *base_dir, const esw_overrides *overrides)
{
    esw_experiment *experiment = NULL;
    esw_error error = {0};
    toy_use();
    esw_status status =
        esw_experiment_parse(text, strlen(text), "toy.yaml", base_dir, overrides, &experiment, &error);
    cr_assert_eq(status, ESW_OK, "%s", error.text);
    return experiment;
}

static esw_experiment *parse(const char *text, const esw_overrides *overrides)
{
    return parse_in(text, ".", overrides);
}

static const char full[] =
    "system: toy\n"
    "name: all of it\n"
    "seed: 18446744073709551615\n"
    "scenarios: 1e3\n"
    "methods: [slow, {use: quick, as: faster, boost: 3.5, scale: 2}, quick]\n"
    "parameters: {scale: 0.1, fast: false, data: {mix: [a, '1', 2, 0.5, 3.0, true, null]}}\n"
    "sweep: {users: [1, 2, 3], shape: [round, square]}\n"
    "compare: {baseline: slow, optimum: best}\n"
    "keep: [summary, scenarios, users, series]\n";

Test(experiment, reads_every_key)
{
    esw_experiment *e = parse(full, NULL);
    cr_assert_eq(esw_experiment_system(e), &toy_system);
    cr_assert_str_eq(esw_experiment_name(e), "all of it");
    cr_assert_eq(esw_experiment_seed(e), UINT64_MAX);
    cr_assert_eq(esw_experiment_scenarios(e), 1000);
    cr_assert_eq(esw_experiment_method_count(e), 4, "the optimum joins the list");
    cr_assert_str_eq(esw_experiment_method_label(e, 1), "faster");
    cr_assert_eq(esw_experiment_method_index(e, 1), 1);
    cr_assert_eq(esw_experiment_baseline(e), 0);
    cr_assert_eq(esw_experiment_optimum(e), 3);
    cr_assert_eq(esw_experiment_keep(e), ESW_KEEP_SCENARIOS | ESW_KEEP_ENTITIES | ESW_KEEP_SERIES);
    esw_experiment_free(e);
}

Test(experiment, numbers_points_with_the_last_key_fastest)
{
    esw_experiment *e = parse(full, NULL);
    cr_assert_eq(esw_experiment_point_count(e), 6);
    cr_assert_str_eq(esw_experiment_sweep_key(e, 0), "users");
    static const char *const users[] = {"1", "1", "2", "2", "3", "3"};
    static const char *const shapes[] = {"round", "square", "round", "square", "round", "square"};
    for (size_t point = 0; point < 6; ++point) {
        cr_assert_str_eq(esw_experiment_sweep_text(e, point, 0), users[point]);
        cr_assert_str_eq(esw_experiment_sweep_text(e, point, 1), shapes[point]);
    }
    json_t *point = esw_experiment_point_json(e, 3), *expected =
                                                         json_pack("{s:i, s:s}", "users", 2, "shape", "square");
    cr_assert(json_equal(point, expected));
    json_decref(point);
    json_decref(expected);
    esw_experiment_free(e);
}

Test(experiment, without_a_sweep_is_one_point)
{
    esw_experiment *e = parse("system: toy\nscenarios: 1\nmethods: [slow]\n", NULL);
    cr_assert_eq(esw_experiment_point_count(e), 1);
    cr_assert_eq(esw_experiment_sweep_key_count(e), 0);
    cr_assert_str_eq(esw_experiment_name(e), "toy");
    cr_assert_eq(esw_experiment_baseline(e), ESW_NONE);
    esw_experiment_free(e);
}

/* The parameters that reach the system, as its describe shows them. */
static json_t *resolved(const esw_experiment *e, size_t point, size_t method)
{
    esw_config *config;
    unsigned char instance[64] = {0};
    cr_assert_eq(esw_experiment_configure(e, point, method, &config, NULL), ESW_OK);
    json_t *document = toy_system.describe(config, instance, NULL);
    toy_system.config_free(config);
    return document;
}

static double number(const json_t *document, const char *key)
{
    return json_number_value(json_object_get(json_object_get(document, "parameters"), key));
}

Test(experiment, a_method_overrides_a_sweep_and_a_parameter_and_they_a_default)
{
    esw_experiment *e = parse("system: toy\nscenarios: 1\nmethods: [slow, {use: quick, scale: 3, boost: 5}]\n"
                              "parameters: {users: 9}\nsweep: {scale: [7, 8]}\n",
                              NULL);
    json_t *instance = resolved(e, 1, ESW_NONE), *slow = resolved(e, 1, 0), *quick = resolved(e, 1, 1);
    cr_assert_eq(number(instance, "scale"), 8);
    cr_assert_eq(number(slow, "scale"), 8);
    cr_assert_eq(number(quick, "scale"), 3);
    cr_assert_eq(number(slow, "boost"), 2);
    cr_assert_eq(number(quick, "boost"), 5);
    cr_assert_eq(number(quick, "users"), 9);
    json_decref(instance);
    json_decref(slow);
    json_decref(quick);
    esw_experiment_free(e);
}

Test(experiment, overrides_of_the_command_line_win)
{
    static const char *const sets[] = {"seed=5", "users=7", "data={mix: [x]}"};
    esw_overrides overrides = {.sets = sets, .n_sets = 3, .methods = "quick,slow", .scenarios = 12};
    esw_experiment *e = parse(full, &overrides);
    cr_assert_eq(esw_experiment_seed(e), 5);
    cr_assert_eq(esw_experiment_scenarios(e), 12);
    cr_assert_eq(esw_experiment_point_count(e), 2, "users is no longer swept");
    cr_assert_eq(esw_experiment_method_count(e), 3);
    cr_assert_str_eq(esw_experiment_method_label(e, 0), "quick");
    cr_assert_str_eq(esw_experiment_method_label(e, 1), "slow");
    cr_assert_str_eq(esw_experiment_method_label(e, 2), "best", "the optimum stays");
    cr_assert_eq(esw_experiment_baseline(e), 1);
    cr_assert_eq(esw_experiment_optimum(e), 2);
    json_t *document = resolved(e, 0, 0);
    cr_assert_eq(number(document, "users"), 7);
    json_decref(document);
    esw_experiment_free(e);
}

Test(experiment, chosen_methods_keep_their_options)
{
    esw_overrides overrides = {.methods = "faster"};
    esw_experiment *e = parse(full, &overrides);
    cr_assert_str_eq(esw_experiment_method_label(e, 0), "faster");
    json_t *document = resolved(e, 0, 0);
    cr_assert_eq(number(document, "boost"), 3.5);
    json_decref(document);
    esw_experiment_free(e);
}

static void hash_of(const char *text, const esw_overrides *overrides, char hash[33])
{
    esw_experiment *e = parse(text, overrides);
    esw_experiment_hash(e, hash);
    esw_experiment_free(e);
}

Test(experiment, written_as_yaml_reads_back_to_the_same)
{
    esw_experiment *e = parse(full, NULL);
    char *yaml = esw_experiment_to_yaml(e), hash[33], hash_again[33];
    esw_experiment *again = parse(yaml, NULL);
    char *yaml_again = esw_experiment_to_yaml(again);
    esw_experiment_hash(e, hash);
    esw_experiment_hash(again, hash_again);
    cr_assert_str_eq(hash, hash_again);
    cr_assert_str_eq(yaml, yaml_again);
    cr_assert_eq(esw_experiment_keep(again), esw_experiment_keep(e));
    cr_assert_eq(esw_experiment_optimum(again), esw_experiment_optimum(e));
    free(yaml);
    free(yaml_again);
    esw_experiment_free(e);
    esw_experiment_free(again);
}

Test(experiment, the_hash_covers_what_changes_numbers)
{
    char base[33], other[33];
    static const char *const same[] = {"scenarios=5"};
    static const char *const changed[] = {"seed=4", "users=7", "scale=0.2", "fast=true", "data=x"};
    hash_of(full, NULL, base);
    esw_overrides overrides = {.sets = same, .n_sets = 1, .methods = "slow"};
    hash_of(full, &overrides, other);
    cr_assert_str_eq(base, other, "neither the number of scenarios nor the list of methods is covered");
    for (size_t i = 0; i < sizeof changed / sizeof *changed; ++i) {
        overrides = (esw_overrides){.sets = &changed[i], .n_sets = 1};
        hash_of(full, &overrides, other);
        cr_assert_str_neq(base, other, "%s", changed[i]);
    }
}

Test(experiment, a_file_counts_by_content_not_by_place)
{
    char *folder = run_folder_make(), *other = run_folder_make(), hash[33], moved[33], changed[33];
    static const char text[] =
        "system: toy\nscenarios: 1\nmethods: [slow]\nparameters: {data: {file: gains.csv}}\n";
    static const char renamed[] =
        "system: toy\nscenarios: 1\nmethods: [slow]\nparameters: {data: {file: g2.csv}}\n";
    run_folder_write(folder, "gains.csv", "1,2\n", 4);
    run_folder_write(other, "g2.csv", "1,2\n", 4);
    esw_experiment *a = parse_in(text, folder, NULL), *b = parse_in(renamed, other, NULL);
    esw_experiment_hash(a, hash);
    esw_experiment_hash(b, moved);
    cr_assert_str_eq(hash, moved);
    run_folder_write(other, "g2.csv", "1,3\n", 4);
    esw_experiment *c = parse_in(renamed, other, NULL);
    esw_experiment_hash(c, changed);
    cr_assert_str_neq(hash, changed);
    cr_assert_eq(eswi_inputs_copy(b, folder, NULL), ESW_IO, "the file has changed since");
    cr_assert_eq(eswi_inputs_copy(c, folder, NULL), ESW_OK);
    char *copy = run_folder_read(folder, "inputs/g2.csv", NULL);
    cr_assert_str_eq(copy, "1,3\n");
    free(copy);
    /* The run directory's own experiment finds the copy and has the same hash. */
    char *yaml = eswi_experiment_yaml(c, true);
    esw_experiment *d = parse_in(yaml, folder, NULL);
    esw_experiment_hash(d, moved);
    cr_assert_str_eq(changed, moved);
    free(yaml);
    esw_experiment_free(a);
    esw_experiment_free(b);
    esw_experiment_free(c);
    esw_experiment_free(d);
    run_folder_remove(folder);
    run_folder_remove(other);
}
