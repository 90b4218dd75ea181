/* edgesweep run: an experiment into a run directory. */
#include "experiment_command.h"
#include "progress.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char HELP[] =
    "usage: edgesweep run EXPERIMENT.yaml -o DIR [OPTIONS]\n"
    "\n"
    "Runs every method of the experiment on every scenario of every sweep point and keeps the results in DIR.\n"
    "\n"
    "  -o, --output DIR         the run directory; made if missing\n"
    "      --backend NAME       auto (default) or one of `edgesweep list backends`; no result changes\n"
    "      --threads N          worker threads (default: one per usable core); no result changes\n"
    "      --batch N            scenarios per backend call (default: as memory allows); no result changes\n"
    "      --set KEY=VALUE      sets a parameter, seed or scenarios over the file; may be repeated\n"
    "      --methods A,B        only these of the file's methods, or others of the system by name\n"
    "      --scenarios N        scenarios per point, instead of the file's\n"
    "      --max-seconds S      stop after S seconds as if interrupted\n"
    "      --max-memory BYTES   use at most so much memory (512M, 8G; default 90 % of what is free)\n"
    "      --dry-run            check everything, print what the run would take, start nothing\n"
    "  -q, --quiet              no progress\n"
    "  -h, --help               this text\n"
    "\n"
    "Interrupted by Ctrl-C or SIGTERM it finishes the blocks in flight and keeps what is done; a second\n"
    "signal ends it at once.\n"
    "\n"
    "example: edgesweep run users.yaml -o runs/users --set subchannels=20 --scenarios 512\n";

enum { OPT_BATCH = CLI_OPT_FIRST_OWN, OPT_MAX_SECONDS, OPT_MAX_MEMORY, OPT_DRY_RUN };

static const struct option OPTIONS[] = {
    {"output", required_argument, NULL, 'o'},
    {"backend", required_argument, NULL, CLI_OPT_BACKEND},
    {"threads", required_argument, NULL, CLI_OPT_THREADS},
    {"batch", required_argument, NULL, OPT_BATCH},
    CLI_EXPERIMENT_OPTIONS,
    {"scenarios", required_argument, NULL, CLI_OPT_SCENARIOS},
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
} arguments;

/* ---------------------------------------------------------------- signals */

static volatile sig_atomic_t stop_requested;

static void request_stop(int signal_number)
{
    static const char text[] =
        "\nfinishing the blocks in flight; a second signal ends at once and keeps what was done "
        "before them\n";
    (void)signal_number;
    int saved = errno;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written; /* nothing can be done about it here */
    errno = saved;
    stop_requested = 1;
}

static void catch_signals(void)
{
    /* SA_RESETHAND: whoever does not want to wait for the blocks in flight sends a second signal. */
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---------------------------------------------------------------- arguments */

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

/* The command line as it can be typed again, for the manifest; NULL when out of memory. */
static char *join_command_line(int argc, char **argv)
{
    size_t size = sizeof "edgesweep";
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 3;
    char *line = malloc(size);
    if (!line)
        return NULL;
    char *end = stpcpy(line, "edgesweep");
    for (int i = 0; i < argc; i++) {
        bool quote = strpbrk(argv[i], " \t\"$&;|<>*?()[]{}") != NULL;
        end += sprintf(end, quote ? " '%s'" : " %s", argv[i]);
    }
    return line;
}

/* ---------------------------------------------------------------- the command */

static int print_plan(const esw_experiment *experiment, const arguments *args)
{
    esw_plan plan;
    esw_error error = {0};
    esw_status status = esw_plan_make(experiment, &args->run, &plan, &error);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    const double mib = 1.0 / (1 << 20);
    printf("experiment   %s (%s)\n", esw_experiment_name(experiment), esw_experiment_system(experiment)->name);
    printf("work         %zu points x %zu methods x %" PRIu64 " scenarios, %" PRIu64 " blocks\n", plan.points,
           plan.methods, plan.scenarios, plan.blocks);
    printf("backend      %s, %d threads, batches of %" PRIu32 " scenarios\n", plan.backend, plan.threads,
           plan.batch);
    printf("memory       %.1f MiB backend + %.1f MiB engine at point %zu, of %.0f MiB allowed\n",
           (double)plan.solver_bytes * mib, (double)plan.engine_bytes * mib, plan.largest_point,
           (double)plan.allowed_bytes * mib);
    printf("disk         %.1f MiB\n", (double)plan.journal_bytes * mib);
    return 0;
}

static int run_experiment(const esw_experiment *experiment, arguments *args)
{
    cli_progress progress;
    cli_progress_begin(&progress);
    if (!args->quiet) {
        args->run.progress = cli_progress_show;
        args->run.context = &progress;
    }
    catch_signals();
    args->run.stop = &stop_requested;

    esw_run_report report = {0};
    esw_error error = {0};
    esw_status status = esw_run(experiment, &args->run, &report, &error);
    cli_progress_end(&progress);
    const char *directory = args->run.directory;
    if (status == ESW_INTERRUPTED)
        return cli_fail(status,
                        "interrupted: %" PRIu64 " of %" PRIu64 " scenarios are done and kept in %s; "
                        "`edgesweep show %s` shows them",
                        report.scenarios_done, report.scenarios_total, directory, directory);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    if (!args->quiet)
        fprintf(stderr, "%" PRIu64 " scenarios in %.3g s; `edgesweep show %s` prints the table\n",
                report.scenarios_done, report.seconds, directory);
    return 0;
}

static int work(const esw_experiment *experiment, void *context)
{
    arguments *args = context;
    return args->dry_run ? print_plan(experiment, args) : run_experiment(experiment, args);
}

static int run_run(int argc, char **argv)
{
    static const cli_experiment_command frame = {&cli_run, "o:qh", OPTIONS, take_option, missing_option, work};
    arguments args = {0};
    char *command_line = join_command_line(argc, argv); /* as typed: parsing moves the words about */
    args.run.command_line = command_line;
    int code = cli_experiment_command_run(&frame, argc, argv, &args);
    free(command_line);
    return code;
}

const cli_command cli_run = {"run", "runs an experiment into a run directory", HELP, run_run};
