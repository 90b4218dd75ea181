/* edgesweep run: an experiment into a run directory. */
#include "command_line.h"
#include "experiment_command.h"
#include "interrupt.h"
#include "progress.h"
#include "visible.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char HELP[] =
    "usage: edgesweep run EXPERIMENT.yaml -o DIR [OPTIONS]\n"
    "\n"
    "Runs every method of the experiment on every scenario of every sweep point and keeps the results in DIR.\n"
    "\n"
    "  -o, --output DIR         the run directory; made if missing\n"
    "      --backend NAME       auto (default) or one of `edgesweep list backends`; no result changes\n"
    "      --threads N          worker threads (default: one per usable core); no result changes\n"
    "      --batch N            scenarios per backend call (default: as many as the backend gains from and\n"
    "                           memory allows); no result changes\n"
    "      --set KEY=VALUE      sets a parameter, seed or scenarios over the file, in place of a sweep of it too; may\n"
    "                           be repeated\n"
    "      --methods A,B        only these of the file's methods, or others of the system by name\n"
    "      --scenarios N        scenarios per point, instead of the file's\n"
    "      --resume             go on with the run in DIR, if there is one; scenarios, methods, compare, stop and\n"
    "                           keep may have changed\n"
    "      --shard I/N          do part I of 0..N-1 only, for `edgesweep merge`; `slurm`: as the array job says\n"
    "      --max-seconds S      stop after S seconds as if interrupted\n"
    "      --max-memory BYTES   use at most so much memory (512M, 8G; default 90 % of what is free)\n"
    "      --dry-run            check everything, print the memory and time the run would take, start nothing\n"
    "  -q, --quiet              no progress\n"
    "  -h, --help               this text\n"
    "\n"
    "Interrupted by Ctrl-C or SIGTERM it finishes the blocks in flight, keeps what is done and says how to go\n"
    "on; a second signal ends it at once. EXPERIMENT.yaml may be a run directory: its experiment.\n"
    "\n"
    "example: edgesweep run users.yaml -o runs/users --set subchannels=20 --scenarios 512\n";

enum { OPT_BATCH = CLI_OPT_FIRST_OWN, OPT_MAX_SECONDS, OPT_MAX_MEMORY, OPT_DRY_RUN, OPT_RESUME, OPT_SHARD };

static const struct option OPTIONS[] = {
    {"output", required_argument, NULL, 'o'},
    {"backend", required_argument, NULL, CLI_OPT_BACKEND},
    {"threads", required_argument, NULL, CLI_OPT_THREADS},
    {"batch", required_argument, NULL, OPT_BATCH},
    CLI_EXPERIMENT_OPTIONS,
    {"scenarios", required_argument, NULL, CLI_OPT_SCENARIOS},
    {"resume", no_argument, NULL, OPT_RESUME},
    {"shard", required_argument, NULL, OPT_SHARD},
    {"max-seconds", required_argument, NULL, OPT_MAX_SECONDS},
    {"max-memory", required_argument, NULL, OPT_MAX_MEMORY},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

typedef struct arguments {
    esw_run_options run;
    bool dry_run, quiet;
    bool started; /* the experiment was loaded */
    bool at_most; /* `stop:` may end points earlier */
} arguments;

/* ---------------------------------------------------------------- arguments */

/* A number of the environment; false after a line on stderr. */
static bool slurm_number(const char *name, uint64_t *number)
{
    const char *text = getenv(name);
    if (text && eswi_parse_uint64(text, number))
        return true;
    cli_fail(ESW_BAD_USAGE,
             "--shard slurm: %s is %s; it works in an array job (sbatch --array=0-9), elsewhere "
             "give I/N",
             name, text ? text : "not set");
    return false;
}

/* The shard of a task of a Slurm array: its place in the array, of so many tasks. */
static bool slurm_shard(uint64_t *shard, uint64_t *shards)
{
    uint64_t id, first, step = 1;
    if (!slurm_number("SLURM_ARRAY_TASK_ID", &id) || !slurm_number("SLURM_ARRAY_TASK_MIN", &first) ||
        !slurm_number("SLURM_ARRAY_TASK_COUNT", shards))
        return false;
    if (getenv("SLURM_ARRAY_TASK_STEP") && !slurm_number("SLURM_ARRAY_TASK_STEP", &step))
        return false;
    /* `--array=3,7` has gaps that the numbers do not tell: a task could not know its place. */
    uint64_t last = first + (*shards - 1) * step;
    if (getenv("SLURM_ARRAY_TASK_MAX") && !slurm_number("SLURM_ARRAY_TASK_MAX", &last))
        return false;
    if (*shards == 0 || step == 0 || last < first || (last - first) / step + 1 != *shards) {
        cli_fail(ESW_BAD_USAGE,
                 "--shard slurm: the array has %" PRIu64 " tasks numbered from %" PRIu64 " to %" PRIu64
                 " in steps of %" PRIu64 ": they must follow each other (sbatch --array=0-9); else give I/N",
                 *shards, first, last, step);
        return false;
    }
    *shard = id >= first && step > 0 ? (id - first) / step : *shards;
    if (*shard < *shards && (id - first) % step == 0)
        return true;
    cli_fail(ESW_BAD_USAGE,
             "--shard slurm: task %" PRIu64 " of an array of %" PRIu64 " from %" PRIu64
             " has no place in it; give I/N",
             id, *shards, first);
    return false;
}

static bool take_shard(const char *text, esw_run_options *run)
{
    char first[24] = "";
    const char *slash = strchr(text, '/');
    uint64_t shard, shards;
    if (strcmp(text, "slurm") == 0) {
        if (!slurm_shard(&shard, &shards))
            return false;
    } else {
        if (slash && (size_t)(slash - text) < sizeof first)
            memcpy(first, text, (size_t)(slash - text));
        if (!eswi_parse_uint64(first, &shard) || !eswi_parse_uint64(slash + 1, &shards) || shard >= shards ||
            shards > UINT32_MAX) {
            cli_fail(ESW_BAD_USAGE, "--shard: '%s' is neither I/N with I from 0 to N-1 nor slurm", text);
            return false;
        }
    }
    run->shard = (uint32_t)shard;
    run->shards = (uint32_t)shards;
    return true;
}

static bool take_option(void *context, int option)
{
    arguments *args = context;
    uint64_t number;
    switch (option) {
    case 'o':
        args->run.directory = optarg;
        return true;
    case 'q':
        args->quiet = true;
        return true;
    case CLI_OPT_BACKEND:
        args->run.backend = optarg;
        return true;
    case CLI_OPT_THREADS:
        if (!cli_parse_integer("--threads", optarg, 1, 4096, &number))
            return false;
        args->run.threads = (int)number;
        return true;
    case OPT_BATCH:
        if (!cli_parse_integer("--batch", optarg, 1, UINT32_MAX, &number))
            return false;
        args->run.batch = (uint32_t)number;
        return true;
    case OPT_RESUME:
        args->run.resume = true;
        return true;
    case OPT_SHARD:
        return take_shard(optarg, &args->run);
    case OPT_MAX_SECONDS:
        return cli_parse_seconds("--max-seconds", optarg, &args->run.max_seconds);
    case OPT_MAX_MEMORY:
        return cli_parse_bytes("--max-memory", optarg, &args->run.max_memory_bytes);
    default: /* OPT_DRY_RUN */
        args->dry_run = true;
        return true;
    }
}

static const char *missing_option(const void *context)
{
    const arguments *args = context;
    return args->run.directory || args->dry_run ? NULL : "-o DIR";
}

/* ---------------------------------------------------------------- the command */

/* The last line of the plan: from solving a few scenarios. */
static int print_time(const esw_experiment *experiment, const arguments *args, const char *at_most)
{
    esw_estimate estimate;
    esw_error error = {0};
    esw_status status = esw_estimate_time(experiment, &args->run, &estimate, &error);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    char duration[64];
    cli_format_duration(estimate.seconds, duration, sizeof duration);
    printf("time         %sabout %s on a quiet machine, from %" PRIu64 " scenarios of %zu points\n", at_most,
           duration, estimate.scenarios, estimate.points);
    return 0;
}

static int print_plan(const esw_experiment *experiment, const arguments *args)
{
    esw_plan plan;
    esw_error error = {0};
    esw_status status = esw_plan_make(experiment, &args->run, &plan, &error);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    char solver[32], engine[32], allowed[32], disk[32];
    const char *at_most = esw_experiment_stop(experiment) ? "at most " : "";
    printf("experiment   ");
    cli_print_visible(esw_experiment_name(experiment));
    printf(" (%s)\n", esw_experiment_system(experiment)->name);
    printf("work         %zu points x %zu methods x %s%" PRIu64 " scenarios, %" PRIu64 " blocks\n", plan.points,
           plan.methods, at_most, plan.scenarios, plan.blocks);
    printf("backend      %s, %d threads, batches of %" PRIu32 " scenarios\n", plan.backend, plan.threads,
           plan.batch);
    printf("memory       %s backend + %s engine at point %zu, of %s allowed\n",
           eswi_format_bytes((double)plan.solver_bytes, solver),
           eswi_format_bytes((double)plan.engine_bytes, engine), plan.largest_point,
           eswi_format_bytes((double)plan.allowed_bytes, allowed));
    printf("disk         %s%s\n", at_most, eswi_format_bytes((double)plan.journal_bytes, disk));
    fflush(stdout); /* the time takes a moment */
    return print_time(experiment, args, at_most);
}

/* Says how the run ended and how to go on; returns the exit code. */
static int report_end(const arguments *args, esw_status status, const esw_run_report *report,
                      const esw_error *error)
{
    const char *directory = args->run.directory;
    char shard[40] = "";
    if (args->run.shards > 0)
        snprintf(shard, sizeof shard, " --shard %" PRIu32 "/%" PRIu32, args->run.shard, args->run.shards);
    if (status == ESW_INTERRUPTED)
        return cli_fail(status,
                        "interrupted: %" PRIu64 " of %s%" PRIu64
                        " scenarios are done and kept in %s; go on with "
                        "`edgesweep run %s -o %s%s --resume`, see them with `edgesweep show %s`",
                        report->scenarios_done, args->at_most ? "at most " : "", report->scenarios_total,
                        directory, directory, directory, shard, directory);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error->text);
    if (args->quiet)
        return 0;
    fprintf(stderr, "%" PRIu64 " scenarios", report->scenarios_done);
    if (report->scenarios_before > 0)
        fprintf(stderr, ", %" PRIu64 " of them done before", report->scenarios_before);
    fprintf(stderr, ", in %.3g s; `edgesweep show %s` prints the table\n", report->seconds, directory);
    return 0;
}

static int run_experiment(const esw_experiment *experiment, arguments *args)
{
    cli_progress progress;
    const bool leads = !cli_team || cli_team->rank == 0;
    cli_progress_begin(&progress);
    if (!args->quiet && leads) {
        args->run.progress = cli_progress_show;
        args->run.context = &progress;
    }
    if (args->run.resume && leads)
        cli_note_other_version(args->run.directory);
    args->at_most = esw_experiment_stop(experiment) != NULL;
    args->run.stop = cli_catch_interrupts(leads ? CLI_FINISHING_BLOCKS : NULL);

    esw_run_report report = {0};
    esw_error error = {0};
    esw_status status = esw_run(experiment, &args->run, &report, &error);
    cli_progress_end(&progress);
    return leads ? report_end(args, status, &report, &error) : esw_status_exit_code(status);
}

static int work(const esw_experiment *experiment, void *context)
{
    arguments *args = context;
    char unequal[512];
    args->started = true;
    const int code = cli_gate(0);
    if (code != 0)
        return code;
    if (esw_experiment_unequal(experiment, unequal, sizeof unequal) && (!cli_team || cli_team->rank == 0))
        fprintf(stderr, "edgesweep: note: %s\n", unequal);
    if (args->dry_run)
        return !cli_team || cli_team->rank == 0 ? print_plan(experiment, args) : 0;
    return run_experiment(experiment, args);
}

static int run_run(int argc, char **argv)
{
    static const cli_experiment_command frame = {&cli_run, "o:qh", OPTIONS, take_option, missing_option, work};
    arguments args = {0};
    char *command_line = cli_command_line(argc, argv); /* as typed: parsing moves the words about */
    args.run.command_line = command_line;
    args.run.team = cli_team;
    args.run.threads = cli_default_threads;
    int code = cli_experiment_command_run(&frame, argc, argv, &args);
    if (!args.started)
        code = cli_gate(code);
    free(command_line);
    return code;
}

const cli_command cli_run = {"run", "runs an experiment into a run directory", HELP, run_run};
