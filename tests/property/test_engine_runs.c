/* The same bits for every batch size and thread count, and after every kind of end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

static const char text[] = "system: toy\nseed: 3\nscenarios: 1000\n"
                           "methods: [slow, {use: quick, as: q3, boost: 3}, best]\n"
                           "parameters: {frames: 40}\n"
                           "sweep: {users: [1, 7], shape: [round, square]}\n"
                           "compare: {baseline: slow, optimum: best}\n"
                           "keep: [summary, scenarios, users, series]\n";

static esw_experiment *parse(const char *source)
{
    esw_experiment *experiment = NULL;
    esw_error error = {0};
    toy_use();
    cr_assert_eq(esw_experiment_parse(source, strlen(source), "toy.yaml", ".", NULL, &experiment, &error),
                 ESW_OK, "%s", error.text);
    return experiment;
}

static char *run(const char *source, esw_run_options options, esw_status expected, esw_run_report *report)
{
    char *folder = run_folder_make();
    esw_experiment *experiment = parse(source);
    esw_error error = {0};
    options.directory = folder;
    cr_assert_eq(esw_run(experiment, &options, report, &error), expected, "%s", error.text);
    esw_experiment_free(experiment);
    return folder;
}

static void same_file(const char *a, const char *b, const char *name)
{
    size_t length_a, length_b;
    char *data_a = run_folder_read(a, name, &length_a), *data_b = run_folder_read(b, name, &length_b);
    cr_assert_eq(length_a, length_b, "%s: %zu and %zu bytes", name, length_a, length_b);
    cr_assert_eq(memcmp(data_a, data_b, length_a), 0, "%s differs", name);
    free(data_a);
    free(data_b);
}

Test(engine_runs, bits_do_not_depend_on_batches_or_threads)
{
    static const uint32_t batches[] = {0, 1, 7, 64, 256, 300, 1000, 5000};
    char *reference = run(text, (esw_run_options){.threads = 1}, ESW_OK, NULL);
    for (size_t i = 0; i < sizeof batches / sizeof *batches; ++i)
        for (int threads = 1; threads <= 2; ++threads) {
            esw_run_options options = {.threads = threads, .batch = batches[i]};
            char *folder = run(text, options, ESW_OK, NULL);
            same_file(reference, folder, "journal-0000.bin");
            if (esw_have_hdf5())
                same_file(reference, folder, "results.h5");
            run_folder_remove(folder);
        }
    run_folder_remove(reference);
}

Test(engine_runs, groups_of_several_blocks_give_the_same_bits)
{
    /* Without kept columns the engine takes as many blocks at once as a batch holds. */
    static const char summary[] =
        "system: toy\nscenarios: 3000\nmethods: [slow, quick]\ncompare: {baseline: slow}\n";
    char *reference = run(summary, (esw_run_options){.threads = 2, .batch = 100}, ESW_OK, NULL);
    char *folder = run(summary, (esw_run_options){.threads = 2, .batch = 1100}, ESW_OK, NULL);
    same_file(reference, folder, "journal-0000.bin");
    run_folder_remove(folder);
    run_folder_remove(reference);
}

Test(engine_runs, leaves_a_folder_that_explains_itself)
{
    esw_run_report report;
    char *folder = run(text, (esw_run_options){.command_line = "edgesweep run toy.yaml"}, ESW_OK, &report);
    cr_assert_eq(report.scenarios_done, 4000);
    cr_assert_eq(report.scenarios_total, 4000);
    cr_assert_eq(report.hdf5, esw_have_hdf5());
    char *manifest_text = run_folder_read(folder, "manifest.json", NULL);
    json_t *manifest = json_loads(manifest_text, 0, NULL);
    cr_assert_str_eq(json_string_value(json_object_get(manifest, "state")), "done");
    cr_assert_str_eq(json_string_value(json_object_get(manifest, "command_line")), "edgesweep run toy.yaml");
    cr_assert_str_eq(json_string_value(json_object_get(manifest, "device")), "no device");
    cr_assert(json_is_string(json_object_get(manifest, "ended")));
    char *yaml = run_folder_read(folder, "experiment.yaml", NULL), hash[33];
    esw_experiment *again = parse(yaml);
    esw_experiment_hash(again, hash);
    cr_assert_str_eq(json_string_value(json_object_get(manifest, "config_hash")), hash);
    cr_assert_eq(run_folder_has(folder, "results.h5"), esw_have_hdf5());
    esw_experiment_free(again);
    json_decref(manifest);
    free(manifest_text);
    free(yaml);
    run_folder_remove(folder);
}

Test(engine_runs, a_folder_with_a_run_is_refused)
{
    char *folder = run(text, (esw_run_options){.threads = 1}, ESW_OK, NULL);
    size_t length;
    char *before = run_folder_read(folder, "journal-0000.bin", &length);
    esw_experiment *experiment = parse(text);
    esw_run_options options = {.directory = folder};
    esw_error error = {0};
    cr_assert_eq(esw_run(experiment, &options, NULL, &error), ESW_BAD_USAGE);
    cr_assert(strstr(error.text, "already holds a run"), "%s", error.text);
    char *after = run_folder_read(folder, "journal-0000.bin", NULL);
    cr_assert_eq(memcmp(before, after, length), 0);
    free(before);
    free(after);
    esw_experiment_free(experiment);
    run_folder_remove(folder);
}

/* Stops a run from its own progress reports. */
typedef struct stopper {
    volatile sig_atomic_t stop;
    uint64_t after, seen;
} stopper;

static void stop_after(void *context, const esw_progress *progress)
{
    stopper *s = context;
    cr_assert_geq(progress->scenarios_done, s->seen);
    cr_assert_leq(progress->scenarios_done, progress->scenarios_total);
    s->seen = progress->scenarios_done;
    if (progress->scenarios_done >= s->after)
        s->stop = 1;
}

Test(engine_runs, an_interruption_keeps_what_is_done_and_says_what_is_missing)
{
    stopper s = {.after = 1500};
    esw_run_options options = {.stop = &s.stop, .progress = stop_after, .context = &s, .batch = 64};
    esw_run_report report;
    char *whole = run(text, (esw_run_options){.threads = 2}, ESW_OK, NULL);
    char *folder = run(text, options, ESW_INTERRUPTED, &report);
    cr_assert_eq(report.scenarios_done, 1512, "a whole point and two whole blocks");
    esw_results *results, *full;
    cr_assert_eq(esw_results_open(folder, &results, NULL), ESW_OK);
    cr_assert_eq(esw_results_open(whole, &full, NULL), ESW_OK);
    cr_assert_str_eq(esw_results_warning(results), "30 of 48 blocks are not done");
    cr_assert_eq(esw_results_done(results, 0, 1), 1000);
    cr_assert_eq(esw_results_done(results, 1, 1), 512);
    cr_assert_eq(esw_results_done(results, 2, 1), 0);
    double some[1000], all[1000];
    cr_assert_eq(esw_results_scenarios(results, 1, 2, TOY_COST, 0, 1000, some, NULL), ESW_OK);
    cr_assert_eq(esw_results_scenarios(full, 1, 2, TOY_COST, 0, 1000, all, NULL), ESW_OK);
    for (size_t i = 0; i < 1000; ++i)
        cr_assert(i < 512 ? some[i] == all[i] : some[i] != some[i]);
    esw_summary summary;
    esw_results_summary(results, 2, 0, TOY_COST, &summary);
    cr_assert_eq(summary.count, 0);
    cr_assert(summary.mean != summary.mean);
    cr_assert_eq(run_folder_has(folder, "results.h5"), esw_have_hdf5());
    esw_results_close(results);
    esw_results_close(full);
    run_folder_remove(folder);
    run_folder_remove(whole);
}

Test(engine_runs, a_time_limit_ends_like_an_interruption)
{
    static const char long_run[] = "system: toy\nscenarios: 1e12\nmethods: [slow]\n";
    esw_run_report report;
    char *folder =
        run(long_run, (esw_run_options){.max_seconds = 0.05, .batch = 256}, ESW_INTERRUPTED, &report);
    cr_assert_gt(report.scenarios_done, 0);
    cr_assert_lt(report.seconds, 30);
    run_folder_remove(folder);
}

Test(engine_runs, a_failing_device_ends_the_run_with_its_words)
{
    char *folder = run_folder_make();
    esw_experiment *experiment = parse(text);
    esw_run_options options = {.directory = folder};
    esw_error error = {0};
    toy_failing_scenario = 700;
    cr_assert_eq(esw_run(experiment, &options, NULL, &error), ESW_BACKEND);
    cr_assert_str_eq(error.text, "the device is gone");
    esw_results *results;
    cr_assert_eq(esw_results_open(folder, &results, NULL), ESW_OK);
    cr_assert_eq(esw_results_done(results, 0, 0), 512);
    esw_results_close(results);
    esw_experiment_free(experiment);
    run_folder_remove(folder);
}

Test(engine_runs, a_plan_fits_the_batch_to_the_memory)
{
    esw_experiment *experiment =
        parse("system: toy\nscenarios: 100000\nmethods: [slow]\nparameters: {memory_mib: 1}\n");
    esw_run_options options = {.max_memory_bytes = 100 << 20, .threads = 2};
    esw_plan plan;
    cr_assert_eq(esw_plan_make(experiment, &options, &plan, NULL), ESW_OK);
    cr_assert_eq(plan.batch, 64);
    cr_assert_leq(plan.solver_bytes + plan.engine_bytes, plan.allowed_bytes);
    cr_assert_eq(plan.blocks, 391);
    cr_assert_str_eq(plan.backend, "toy");
    options.max_memory_bytes = 0;
    cr_assert_eq(esw_plan_make(experiment, &options, &plan, NULL), ESW_OK);
    cr_assert_leq(plan.solver_bytes, (uint64_t)1 << 30);
    esw_experiment_free(experiment);
}

Test(engine_runs, more_memory_than_allowed_is_refused_before_anything_is_written)
{
    char *folder = run_folder_make();
    esw_experiment *experiment =
        parse("system: toy\nscenarios: 1\nmethods: [slow]\nsweep: {memory_mib: [0, 1e6]}\n");
    char path[300];
    snprintf(path, sizeof path, "%s/run", folder);
    esw_run_options options = {.directory = path, .max_memory_bytes = (uint64_t)1 << 30};
    esw_error error = {0};
    cr_assert_eq(esw_run(experiment, &options, NULL, &error), ESW_TOO_LARGE);
    cr_assert(strstr(error.text, "needs 977 GiB of memory at memory_mib = 1000000"), "%s", error.text);
    cr_assert(strstr(error.text, "allowed: 1.0 GiB"), "%s", error.text);
    options.max_memory_bytes = 0;
    cr_assert_eq(esw_run(experiment, &options, NULL, &error), ESW_TOO_LARGE, "beyond any machine");
    cr_assert_not(run_folder_has(folder, "run"));
    esw_experiment_free(experiment);
    run_folder_remove(folder);
}

Test(engine_runs, unknown_backends_are_named)
{
    esw_experiment *experiment = parse(text);
    esw_plan plan;
    esw_error error = {0};
    esw_run_options options = {.backend = "gpu"};
    cr_assert_eq(esw_plan_make(experiment, &options, &plan, &error), ESW_BACKEND);
    cr_assert_str_eq(error.text, "--backend: found 'gpu': no such backend; here are: auto, toy");
    esw_experiment_free(experiment);
}
