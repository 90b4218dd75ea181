/* A flipped or cut byte anywhere in a journal is found and named; no wrong number ever comes from it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

static const char text[] = "system: toy\nscenarios: 5\nmethods: [quick]\nsweep: {users: [1, 2]}\n"
                           "compare: {baseline: quick}\n";
enum { POINTS = 2, SCENARIOS = 5 };

static char *folder, *journal;
static size_t length;
static esw_summary whole[POINTS][TOY_METRICS];

static void make_run(void)
{
    esw_experiment *experiment;
    esw_results *results;
    toy_use();
    folder = run_folder_make();
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "toy.yaml", ".", NULL, &experiment, NULL), ESW_OK);
    esw_run_options options = {.directory = folder, .threads = 1};
    cr_assert_eq(esw_run(experiment, &options, NULL, NULL), ESW_OK);
    esw_experiment_free(experiment);
    journal = run_folder_read(folder, "journal-0000.bin", &length);
    cr_assert_eq(esw_results_open(folder, &results, NULL), ESW_OK);
    for (size_t p = 0; p < POINTS; ++p)
        for (size_t m = 0; m < TOY_METRICS; ++m)
            esw_results_summary(results, p, 0, m, &whole[p][m]);
    esw_results_close(results);
}

static void remove_run(void)
{
    free(journal);
    run_folder_remove(folder);
}

TestSuite(fault_journal, .init = make_run, .fini = remove_run);

/* Begins of the records, the header's first. */
static size_t record_starts(size_t starts[16])
{
    size_t n = 0;
    for (size_t at = 0; at < length; ++n) {
        uint64_t payload = 0;
        cr_assert_lt(n, 16);
        starts[n] = at;
        for (int i = 0; i < 8; ++i)
            payload |= (uint64_t)(unsigned char)journal[at + 8 + i] << 8 * i;
        at += 24 + payload;
    }
    return n;
}

/* The folder's journal must be refused with a line that names it and an offset. */
static void refused(const char *what, size_t at)
{
    esw_results *results;
    esw_error error = {0};
    esw_status status = esw_results_open(folder, &results, &error);
    cr_assert_eq(status, ESW_IO, "%s at byte %zu was accepted", what, at);
    cr_assert(strstr(error.text, "journal-0000.bin: ") && strstr(error.text, "at byte "), "%s", error.text);
    cr_assert_null(strchr(error.text, '\n'));
}

Test(fault_journal, every_flipped_byte_is_found)
{
    for (size_t at = 0; at < length; ++at) {
        journal[at] ^= (char)(1 << at % 8);
        run_folder_write(folder, "journal-0000.bin", journal, length);
        journal[at] ^= (char)(1 << at % 8);
        refused("a flip", at);
    }
}

Test(fault_journal, every_removed_byte_is_found)
{
    for (size_t at = 0; at + 1 < length; at += 7) {
        char *shorter = malloc(length);
        memcpy(shorter, journal, at);
        memcpy(shorter + at, journal + at + 1, length - at - 1);
        esw_results *results;
        esw_error error = {0};
        run_folder_write(folder, "journal-0000.bin", shorter, length - 1);
        esw_status status = esw_results_open(folder, &results, &error);
        /* In the end mark it looks like a cut: then nothing but the mark is missing. */
        if (status == ESW_OK) {
            cr_assert(strstr(esw_results_warning(results), "journal-0000.bin"), "at byte %zu", at);
            esw_results_close(results);
            cr_assert_gt(at, length - 40);
        } else {
            refused("a removal", at);
        }
        free(shorter);
    }
}

/* A point is there with all its numbers or not at all. */
static void check_whole(const esw_results *results, size_t point)
{
    uint64_t done = esw_results_done(results, point, 0);
    cr_assert(done == 0 || done == SCENARIOS);
    for (size_t m = 0; m < TOY_METRICS; ++m) {
        esw_summary s;
        esw_results_summary(results, point, 0, m, &s);
        cr_assert_eq(s.count + s.undefined + s.infinite, done);
        if (done > 0)
            cr_assert_eq(memcmp(&s, &whole[point][m], sizeof s), 0);
    }
}

Test(fault_journal, every_cut_is_named_and_loses_only_what_was_cut)
{
    uint64_t before = 0;
    for (size_t cut = 0; cut < length; ++cut) {
        esw_results *results;
        esw_error error = {0};
        run_folder_write(folder, "journal-0000.bin", journal, cut);
        cr_assert_eq(esw_results_open(folder, &results, &error), ESW_OK, "%zu: %s", cut, error.text);
        cr_assert(strstr(esw_results_warning(results), "journal-0000.bin: "), "%zu", cut);
        cr_assert(strstr(esw_results_warning(results), "at byte "), "%zu", cut);
        uint64_t done = 0;
        for (size_t p = 0; p < POINTS; ++p) {
            check_whole(results, p);
            done += esw_results_done(results, p, 0);
        }
        cr_assert_geq(done, before);
        before = done;
        esw_results_close(results);
    }
    cr_assert_eq(before, POINTS * SCENARIOS);
}

/* A power cut on a file system that gives a file its length before its bytes: the journal ends in zeros. */
static void fill_with_zeros(char *filled, size_t cut, size_t size)
{
    memset(filled, 0, size);
    memcpy(filled, journal, cut);
    run_folder_write(folder, "journal-0000.bin", filled, size);
}

Test(fault_journal, a_tail_of_zeros_is_named_and_loses_only_what_was_not_written)
{
    static const size_t extra[] = {0, 1, 5000};
    char *filled = malloc(length + 5000);
    for (size_t e = 0; e < 3; ++e) {
        uint64_t before = 0;
        size_t refusals = 0;
        for (size_t cut = 0; cut + 36 < length; ++cut) { /* the end mark has 36 bytes */
            esw_results *results;
            esw_error error = {0};
            fill_with_zeros(filled, cut, length + extra[e]);
            const esw_status status = esw_results_open(folder, &results, &error);
            if (status) { /* only the last few bytes of a record are lost */
                cr_assert(strstr(error.text, "damaged in the record at byte "), "%zu: %s", cut, error.text);
                ++refusals;
                continue;
            }
            cr_assert(strstr(esw_results_warning(results), "journal-0000.bin: unfinished record at byte "),
                      "%zu", cut);
            uint64_t done = 0;
            for (size_t p = 0; p < POINTS; ++p) {
                check_whole(results, p);
                done += esw_results_done(results, p, 0);
            }
            cr_assert_geq(done, before);
            before = done;
            esw_results_close(results);
        }
        cr_assert_gt(before, 0);
        cr_assert_leq(refusals, 15 * (1 + POINTS));
    }
    free(filled);
}

Test(fault_journal, a_flip_before_a_tail_of_zeros_is_damage)
{
    size_t starts[16], n = record_starts(starts);
    char *filled = malloc(length + 5000);
    for (size_t r = 1; r < n; ++r)
        for (size_t at = 0; at < starts[r]; ++at) {
            journal[at] ^= (char)(1 << at % 8);
            fill_with_zeros(filled, starts[r], starts[r] + 5000);
            journal[at] ^= (char)(1 << at % 8);
            refused("a flip before zeros", at);
        }
    free(filled);
}

Test(fault_journal, a_run_with_a_tail_of_zeros_is_gone_on_with)
{
    size_t starts[16], n = record_starts(starts);
    char *filled = malloc(length + 5000);
    esw_experiment *experiment;
    esw_results *results;
    esw_error error = {0};
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "toy.yaml", ".", NULL, &experiment, NULL), ESW_OK);
    fill_with_zeros(filled, starts[n - 2], starts[n - 2] + 4096);
    const esw_run_options options = {.directory = folder, .threads = 1, .resume = true};
    cr_assert_eq(esw_run(experiment, &options, NULL, &error), ESW_OK, "%s", error.text);
    cr_assert_eq(esw_results_open(folder, &results, &error), ESW_OK, "%s", error.text);
    for (size_t p = 0; p < POINTS; ++p) {
        check_whole(results, p);
        cr_assert_eq(esw_results_done(results, p, 0), SCENARIOS);
    }
    esw_results_close(results);
    esw_experiment_free(experiment);
    free(filled);
}

Test(fault_journal, bytes_behind_the_end_are_found)
{
    char *longer = malloc(length + 100);
    memcpy(longer, journal, length);
    memset(longer + length, 0, 100);
    for (size_t extra = 1; extra <= 100; extra += 33) {
        run_folder_write(folder, "journal-0000.bin", longer, length + extra);
        refused("an addition", length);
    }
    /* Also a second copy of everything. */
    char *twice = malloc(2 * length);
    memcpy(twice, journal, length);
    memcpy(twice + length, journal, length);
    run_folder_write(folder, "journal-0000.bin", twice, 2 * length);
    refused("a copy", length);
    free(longer);
    free(twice);
}

Test(fault_journal, a_record_that_is_missing_or_moved_is_found)
{
    size_t starts[16], n = record_starts(starts);
    cr_assert_eq(n, 1 + POINTS + 1);
    char *changed = malloc(length);
    for (size_t r = 1; r + 1 < n; ++r) {
        size_t size = starts[r + 1] - starts[r];
        memcpy(changed, journal, starts[r]);
        memcpy(changed + starts[r], journal + starts[r + 1], length - starts[r + 1]);
        run_folder_write(folder, "journal-0000.bin", changed, length - size);
        refused("a missing record", starts[r]);
    }
    size_t first = starts[2] - starts[1], second = starts[3] - starts[2];
    memcpy(changed, journal, length);
    memcpy(changed + starts[1], journal + starts[2], second);
    memcpy(changed + starts[1] + second, journal + starts[1], first);
    run_folder_write(folder, "journal-0000.bin", changed, length);
    refused("a swap", starts[1]);
    free(changed);
}

Test(fault_journal, a_journal_of_another_experiment_is_refused)
{
    size_t yaml_length;
    esw_results *results;
    esw_error error = {0};
    char *yaml = run_folder_read(folder, "experiment.yaml", &yaml_length);
    char *scale = strstr(yaml, "scale: 1.5");
    cr_assert_not_null(scale);
    scale[9] = '6';
    run_folder_write(folder, "experiment.yaml", yaml, yaml_length);
    cr_assert_eq(esw_results_open(folder, &results, &error), ESW_IO);
    cr_assert(strstr(error.text, "belongs to another experiment than experiment.yaml: config_hash differs"),
              "%s", error.text);
    free(yaml);
}

Test(fault_journal, a_folder_without_a_journal_is_no_run)
{
    esw_results *results;
    esw_error error = {0};
    char path[300];
    snprintf(path, sizeof path, "%s/journal-0000.bin", folder);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(esw_results_open(folder, &results, &error), ESW_IO);
    cr_assert(strstr(error.text, "holds no journal"), "%s", error.text);
    cr_assert_eq(esw_results_open("nowhere", &results, &error), ESW_IO);
    cr_assert(strstr(error.text, "nowhere/experiment.yaml"), "%s", error.text);
}
