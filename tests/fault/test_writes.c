/* Disks that fill up or fail: one clear line, status ESW_IO, and what was written before stays usable. */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <criterion/criterion.h>

#include "base/file_lock.h"
#include "base/fileio.h"
#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

static const char text[] = "system: toy\nscenarios: 700\nmethods: [slow, quick]\nsweep: {users: [1, 2]}\n"
                           "compare: {baseline: slow}\nkeep: [summary, scenarios]\n";

static esw_experiment *experiment;
static char *reference_folder;
static esw_results *reference;

static void set_up(void)
{
    toy_use();
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "toy.yaml", ".", NULL, &experiment, NULL), ESW_OK);
    reference_folder = run_folder_make();
    esw_run_options options = {.directory = reference_folder, .threads = 1};
    cr_assert_eq(esw_run(experiment, &options, NULL, NULL), ESW_OK);
    cr_assert_eq(esw_results_open(reference_folder, &reference, NULL), ESW_OK);
}

static void tear_down(void)
{
    esw_results_close(reference);
    esw_experiment_free(experiment);
    run_folder_remove(reference_folder);
}

TestSuite(fault_writes, .init = set_up, .fini = tear_down);

static void one_clear_line(const esw_error *error, const char *folder)
{
    cr_assert(strstr(error->text, folder), "does not name the place: %s", error->text);
    cr_assert_null(strchr(error->text, '\n'));
    cr_assert_gt(strlen(error->text), strlen(folder) + 10);
}

/* Opens what a failed run left; every number in it must be the reference's. */
static uint64_t check_leftovers(const char *folder)
{
    static double found[700], wanted[700];
    esw_results *results;
    esw_error error = {0};
    uint64_t done = 0;
    if (!run_folder_has(folder, "journal-0000.bin"))
        return 0;
    cr_assert_eq(esw_results_open(folder, &results, &error), ESW_OK, "%s", error.text);
    for (size_t point = 0; point < 2; ++point)
        for (size_t method = 0; method < 2; ++method) {
            uint64_t here = esw_results_done(results, point, method);
            cr_assert(here == 700 || here % 256 == 0);
            esw_results_scenarios(results, point, method, TOY_COST, 0, 700, found, NULL);
            esw_results_scenarios(reference, point, method, TOY_COST, 0, 700, wanted, NULL);
            for (size_t i = 0; i < here; ++i)
                cr_assert_eq(found[i], wanted[i]);
            done += here;
        }
    esw_results_close(results);
    return done;
}

static int countdown, countdown_errno;

static int fail_at_zero(const char *operation, const char *path)
{
    (void)path;
    return strcmp(operation, "read") != 0 && countdown-- == 0 ? countdown_errno : 0;
}

static esw_status run_or_resume(const char *folder, bool resume, esw_error *error)
{
    esw_run_options options = {.directory = folder, .threads = 1, .batch = 256, .resume = resume};
    return esw_run(experiment, &options, NULL, error);
}

static esw_status run_into(const char *folder, esw_error *error)
{
    return run_or_resume(folder, false, error);
}

/* What is kept is gone on with; where nothing is, the run can be started again as if nothing had been. */
static void start_again(const char *folder, bool kept)
{
    esw_error error = {0};
    if (kept) {
        cr_assert_eq(run_into(folder, &error), ESW_BAD_USAGE, "%s", error.text);
        cr_assert(strstr(error.text, "--resume"), "%s", error.text);
    }
    cr_assert_eq(run_or_resume(folder, kept, &error), ESW_OK, "%s", error.text);
    cr_assert_eq(check_leftovers(folder), 2800);
}

Test(fault_writes, any_single_operation_may_fail)
{
    static const int codes[] = {ENOSPC, EIO};
    bool some_left = false;
    for (size_t c = 0; c < 2; ++c) {
        esw_status status;
        int k = 0;
        do {
            char *folder = run_folder_make();
            esw_error error = {0};
            countdown = k++;
            countdown_errno = codes[c];
            eswi_file_fault = fail_at_zero;
            status = run_into(folder, &error);
            eswi_file_fault = NULL;
            if (status) {
                cr_assert_eq(status, ESW_IO, "operation %d", k);
                one_clear_line(&error, folder);
                cr_assert(strstr(error.text, strerror(codes[c])), "%s", error.text);
                const bool kept = check_leftovers(folder) > 0;
                if (c == 0) /* the code makes no difference to what is left */
                    start_again(folder, kept);
                some_left |= kept;
            }
            run_folder_remove(folder);
        } while (status);
        /* Experiment, manifest twice, a journal of 12 records, results. */
        cr_assert_gt(k, 20);
    }
    cr_assert(some_left);
}

static int fail_from_zero(const char *operation, const char *path)
{
    (void)path;
    return strcmp(operation, "read") != 0 && countdown-- <= 0 ? countdown_errno : 0;
}

Test(fault_writes, a_disk_that_stays_full_loses_nothing_written_before)
{
    uint64_t before = 0;
    for (int k = 0; k < 40; ++k) {
        char *folder = run_folder_make();
        esw_error error = {0};
        countdown = k;
        countdown_errno = ENOSPC;
        eswi_file_fault = fail_from_zero;
        esw_status status = run_into(folder, &error);
        eswi_file_fault = NULL;
        if (status) {
            cr_assert_eq(status, ESW_IO);
            one_clear_line(&error, folder);
        }
        uint64_t done = check_leftovers(folder);
        cr_assert_geq(done, before, "%d", k);
        before = done;
        run_folder_remove(folder);
    }
    cr_assert_eq(before, 2800);
}

/* A disk that an error has made read-only under a run, and that is so still when somebody tries to go on. */
Test(fault_writes, a_resume_on_a_read_only_disk_loses_nothing_and_says_so)
{
    bool some_kept = false;
    for (int k = 1; k < 40; k += 3) {
        char *folder = run_folder_make();
        esw_error error = {0};
        countdown = k;
        countdown_errno = EROFS;
        eswi_file_fault = fail_from_zero;
        const esw_status first = run_into(folder, &error);
        eswi_file_fault = NULL;
        const uint64_t kept = check_leftovers(folder);
        const bool resumable = kept > 0 && first;
        for (int attempt = 0; attempt < 2 && resumable; ++attempt) {
            countdown = 0;
            eswi_file_fault = fail_from_zero;
            cr_assert_eq(run_or_resume(folder, true, &error), ESW_IO, "operation %d", k);
            eswi_file_fault = NULL;
            one_clear_line(&error, folder);
            cr_assert(strstr(error.text, strerror(EROFS)), "%s", error.text);
            cr_assert_eq(check_leftovers(folder), kept, "operation %d", k);
        }
        if (resumable)
            start_again(folder, true);
        some_kept |= resumable;
        run_folder_remove(folder);
    }
    cr_assert(some_kept);
}

/* Lets the folder hold about `bytes`: a small tmpfs where that may be mounted, else a limit on the size of
 * files. */
static void shrink(const char *folder, size_t bytes)
{
    char size[64];
    snprintf(size, sizeof size, "size=%zu", bytes);
    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("tmpfs", folder, "tmpfs", 0, size) == 0)
        return;
    struct rlimit limit = {bytes / 2, bytes / 2};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void run_on_small_disk(size_t bytes)
{
    char *folder = run_folder_make();
    esw_error error = {0};
    shrink(folder, bytes);
    cr_assert_eq(run_into(folder, &error), ESW_IO);
    one_clear_line(&error, folder);
    check_leftovers(folder);
    cr_assert_not(run_folder_has(folder, "results.h5"), "a part of the results must not have their name");
    umount(folder);
    run_folder_remove(folder);
}

/* The run needs about 100 KiB for the journal and as much for results.h5. */
Test(fault_writes, a_disk_too_small_for_the_journal)
{
    run_on_small_disk(64 << 10);
}

Test(fault_writes, a_disk_too_small_for_the_results)
{
    size_t length;
    free(run_folder_read(reference_folder, "journal-0000.bin", &length));
    if (!esw_have_hdf5())
        return; /* then the journal is the whole result, see above */
    run_on_small_disk((length + 40000) / 4096 * 4096);
}

Test(fault_writes, a_size_limit_on_files)
{
    struct rlimit limit = {50000, 50000};
    char *folder = run_folder_make();
    esw_error error = {0};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_eq(run_into(folder, &error), ESW_IO);
    one_clear_line(&error, folder);
    cr_assert_gt(check_leftovers(folder), 0);
    run_folder_remove(folder);
}

static int no_locks(const char *operation, const char *path)
{
    (void)path;
    return strcmp(operation, "lock") == 0 ? ENOLCK : 0;
}

/* Then the first to make the file has the directory, and what a killed process left is gone on with by hand. */
Test(fault_writes, a_file_system_without_locks)
{
    char *folder = run_folder_make();
    esw_error error = {0};
    run_folder_write(folder, ".lock", "", 0);
    eswi_file_fault = no_locks;
    cr_assert_eq(run_into(folder, &error), ESW_BAD_USAGE);
    one_clear_line(&error, folder);
    cr_assert(strstr(error.text, "--resume"), "%s", error.text);
    cr_assert_eq(run_or_resume(folder, true, &error), ESW_OK, "%s", error.text);
    cr_assert(run_folder_has(folder, ".lock"), "it may be another process's");
    cr_assert_eq(check_leftovers(folder), 2800);
    run_folder_remove(folder);

    folder = run_folder_make();
    cr_assert_eq(run_into(folder, &error), ESW_OK, "%s", error.text);
    eswi_file_fault = NULL;
    cr_assert_not(run_folder_has(folder, ".lock"));
    cr_assert_eq(check_leftovers(folder), 2800);
    run_folder_remove(folder);
}

Test(fault_writes, a_directory_belongs_to_one_process_and_a_dead_one_holds_nothing)
{
    char *folder = run_folder_make(), path[300];
    esw_error error = {0};
    eswi_file_lock lock = {0};
    bool busy;
    snprintf(path, sizeof path, "%s/.lock", folder);
    run_folder_write(folder, ".lock", "", 0); /* a killed process's */
    cr_assert_eq(eswi_file_lock_take(&lock, path, &busy, &error), ESW_OK, "%s", error.text);
    cr_assert(lock.held && !busy);
    for (int resume = 0; resume < 2; ++resume) {
        cr_assert_eq(run_or_resume(folder, resume, &error), ESW_BAD_USAGE);
        one_clear_line(&error, folder);
        cr_assert(strstr(error.text, "another process"), "%s", error.text);
        cr_assert_not(run_folder_has(folder, "experiment.yaml"));
        cr_assert(run_folder_has(folder, ".lock"));
    }
    eswi_file_lock_release(&lock);
    run_folder_write(folder, "results.h5.0123abcd.part", "left", 4);
    run_folder_write(folder, "results.h5.old.part", "mine", 4);
    cr_assert_eq(run_into(folder, &error), ESW_OK, "%s", error.text);
    cr_assert_not(run_folder_has(folder, ".lock"));
    cr_assert_not(run_folder_has(folder, "results.h5.0123abcd.part"), "a killed process's");
    cr_assert(run_folder_has(folder, "results.h5.old.part"), "not ours");
    cr_assert_eq(check_leftovers(folder), 2800);
    run_folder_remove(folder);
}

Test(fault_writes, results_are_not_overwritten_where_they_stand_alone)
{
    char *folder = run_folder_make();
    esw_error error = {0};
    size_t length;
    run_folder_write(folder, "results.h5", "mine", 4);
    cr_assert_eq(run_into(folder, &error), ESW_BAD_USAGE);
    cr_assert(strstr(error.text, "results.h5"), "%s", error.text);
    char *kept = run_folder_read(folder, "results.h5", &length);
    cr_assert_str_eq(kept, "mine");
    free(kept);
    run_folder_remove(folder);
}

Test(fault_writes, places_that_cannot_be_written)
{
    char *folder = run_folder_make(), path[300];
    esw_error error = {0};
    run_folder_write(folder, "file", "x", 1);
    snprintf(path, sizeof path, "%s/file", folder);
    cr_assert_eq(run_into(path, &error), ESW_IO, "a file is no folder");
    one_clear_line(&error, path);
    snprintf(path, sizeof path, "%s/file/below", folder);
    cr_assert_eq(run_into(path, &error), ESW_IO);
    one_clear_line(&error, path);
    cr_assert_eq(run_into("/proc/edgesweep", &error), ESW_IO);
    one_clear_line(&error, "/proc/edgesweep");
    run_folder_remove(folder);
}

static int count_temporaries(const char *folder)
{
    int n = 0;
    DIR *entries = opendir(folder);
    for (const struct dirent *entry; (entry = readdir(entries));)
        n += strstr(entry->d_name, ".part") != NULL;
    closedir(entries);
    return n;
}

Test(fault_writes, exports_fail_with_a_line_and_leave_no_part)
{
    for (int k = 0;; ++k) {
        char *folder = run_folder_make();
        esw_error error = {0};
        countdown = k;
        countdown_errno = ENOSPC;
        eswi_file_fault = fail_at_zero;
        esw_status status = esw_results_export_csv(reference, folder, &error);
        eswi_file_fault = NULL;
        cr_assert_eq(count_temporaries(folder), 0);
        if (status) {
            cr_assert_eq(status, ESW_IO);
            one_clear_line(&error, folder);
        }
        run_folder_remove(folder);
        if (!status)
            break;
        cr_assert_lt(k, 100);
    }
}
