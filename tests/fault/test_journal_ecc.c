/* The journal of a real run: no byte of it can be flipped or cut, by whoever reads it, without being named, and no wrong number
 * ever comes from it. test_journal.c looks at the format itself, on a system of the tests' own. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "run_folder.h"

static const char text[] =
    "system: ecc\nscenarios: 4\nmethods: [device-only, {use: li-gd, as: mine, access: oma}]\n"
    "parameters: {aps: 1, subchannels: 2}\nsweep: {users: [2, 4]}\n"
    "compare: {baseline: device-only}\nkeep: [summary, scenarios, users]\n";
enum { POINTS = 2, METHODS = 2, METRICS_MAX = 64 };

/* Sanitizers make each of the thousands of openings ten times as long; they get every eleventh byte. */
#if defined(__SANITIZE_ADDRESS__)
enum { STEP = 11 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { STEP = 11 };
#else
enum { STEP = 1 };
#endif
#else
enum { STEP = 1 };
#endif

static char *folder, *journal;
static size_t length, metrics;
static esw_summary whole[POINTS][METHODS][METRICS_MAX];

static esw_status run(bool resume, esw_error *error)
{
    esw_experiment *experiment;
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "real.yaml", ".", NULL, &experiment, error), ESW_OK);
    const esw_run_options options = {.directory = folder, .threads = 1, .resume = resume};
    esw_status status = esw_run(experiment, &options, NULL, error);
    esw_experiment_free(experiment);
    return status;
}

static void make_run(void)
{
    esw_error error = {0};
    esw_results *results;
    folder = run_folder_make();
    cr_assert_eq(run(false, &error), ESW_OK, "%s", error.text);
    journal = run_folder_read(folder, "journal-0000.bin", &length);
    cr_assert_gt(length, 2000);
    cr_assert_eq(esw_results_open(folder, &results, NULL), ESW_OK);
    metrics = esw_results_metric_count(results);
    cr_assert_leq(metrics, METRICS_MAX);
    for (size_t p = 0; p < POINTS; ++p)
        for (size_t k = 0; k < METHODS; ++k)
            for (size_t m = 0; m < metrics; ++m)
                esw_results_summary(results, p, k, m, &whole[p][k][m]);
    esw_results_close(results);
}

static void remove_run(void)
{
    free(journal);
    run_folder_remove(folder);
}

TestSuite(fault_journal_ecc, .init = make_run, .fini = remove_run);

static void names_journal_and_byte(const char *line)
{
    cr_assert(strstr(line, "journal-0000.bin: ") && strstr(line, "at byte "), "%s", line);
    cr_assert_null(strchr(line, '\n'));
}

/* The folder's journal, open for damage in place: writing it anew thousands of times is slow on some file systems. */
static int open_journal(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/journal-0000.bin", folder);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    return fd;
}

static void flip(int fd, size_t at, int bits)
{
    const char flipped = (char)(journal[at] ^ bits);
    cr_assert_eq(pwrite(fd, &flipped, 1, (off_t)at), 1);
}

Test(fault_journal_ecc, every_flipped_byte_is_found_whatever_reads_it)
{
    size_t openings = 0;
    const int fd = open_journal();
    for (size_t at = 0; at < length; at += STEP)
        for (int how = 0; how < 2; ++how, ++openings) {
            esw_results *results;
            esw_error error = {0};
            flip(fd, at, how ? 0xff : 1 << at % 8);
            cr_assert_eq(esw_results_open(folder, &results, &error), ESW_IO, "a flip at byte %zu was accepted",
                         at);
            names_journal_and_byte(error.text);
            flip(fd, at, 0);
        }
    cr_assert_geq(openings, 2 * length / STEP);
    const char *const itself[] = {folder};
    char merged[300];
    snprintf(merged, sizeof merged, "%s/merged", folder);
    for (size_t at = 3; at < length; at += length / 12) {
        esw_error error = {0};
        flip(fd, at, 16);
        cr_assert_eq(run(true, &error), ESW_IO, "a resumed run took a flip at byte %zu", at);
        names_journal_and_byte(error.text);
        cr_assert_eq(esw_merge(itself, 1, merged, "merge", NULL, &error), ESW_IO,
                     "merge took a flip at byte %zu", at);
        names_journal_and_byte(error.text);
        flip(fd, at, 0);
    }
    close(fd);
}

/* Of a point and method everything is there, bit for bit, or nothing. */
static size_t check_whole(const esw_results *results, const char *what, size_t at)
{
    size_t there = 0;
    for (size_t p = 0; p < POINTS; ++p)
        for (size_t k = 0; k < METHODS; ++k) {
            const uint64_t done = esw_results_done(results, p, k);
            cr_assert(done == 0 || done == 4, "%s at byte %zu", what, at);
            for (size_t m = 0; m < metrics; ++m) {
                esw_summary s;
                esw_results_summary(results, p, k, m, &s);
                cr_assert_eq(s.count + s.undefined + s.infinite, done, "%s at byte %zu", what, at);
                if (done > 0)
                    cr_assert_eq(memcmp(&s, &whole[p][k][m], sizeof s), 0, "%s at byte %zu", what, at);
            }
            there += done > 0;
        }
    return there;
}

Test(fault_journal_ecc, every_cut_is_named_and_loses_only_what_was_cut)
{
    size_t before = POINTS * METHODS;
    const int fd = open_journal();
    for (size_t cut = length - 1; cut > 0; cut = cut > STEP ? cut - STEP : 0) {
        esw_results *results;
        esw_error error = {0};
        cr_assert_eq(ftruncate(fd, (off_t)cut), 0);
        cr_assert_eq(esw_results_open(folder, &results, &error), ESW_OK, "%zu: %s", cut, error.text);
        names_journal_and_byte(esw_results_warning(results));
        const size_t there = check_whole(results, "a cut", cut);
        cr_assert(cut < length - 1 || there == before,
                  "without its last byte nothing but the end mark is missing");
        cr_assert_leq(there, before);
        before = there;
        esw_results_close(results);
    }
    cr_assert_eq(before, 0);
    close(fd);
}

Test(fault_journal_ecc, a_run_goes_on_from_any_cut_to_the_same_numbers)
{
    char name[32];
    for (size_t cut = 0, n = 0; cut < length; cut += length / 15, ++n) {
        esw_results *results;
        esw_error error = {0};
        run_folder_write(folder, "journal-0000.bin", journal, cut);
        cr_assert_eq(run(true, &error), ESW_OK, "%zu: %s", cut, error.text);
        cr_assert_eq(esw_results_open(folder, &results, &error), ESW_OK, "%zu: %s", cut, error.text);
        cr_assert_eq(check_whole(results, "resumed from a cut", cut), POINTS * METHODS);
        esw_results_close(results);
        for (int k = 1; snprintf(name, sizeof name, "journal-%04d.bin", k), run_folder_has(folder, name); ++k)
            run_folder_unlink(folder, name); /* so that the next cut has to be made good as well */
    }
}
