/* edgesweep merge: the parts of a run into one directory. */
#include "cli.h"
#include "command_line.h"
#include "interrupt.h"

#include <stdio.h>
#include <stdlib.h>

static const char HELP[] =
    "usage: edgesweep merge DIR... -o DIR\n"
    "\n"
    "Puts the run directories of one experiment, such as the shards of an array job, together in a new one.\n"
    "The order of the parts does not matter; blocks that all of them lack stay missing, and\n"
    "`edgesweep run DIR -o DIR --resume` does them.\n"
    "\n"
    "  -o, --output DIR         the new run directory\n"
    "  -h, --help               this text\n"
    "\n"
    "Interrupted by Ctrl-C or SIGTERM it leaves no run in the new directory; the parts are only read.\n"
    "\n"
    "example: edgesweep merge runs/users.0 runs/users.1 runs/users.2 -o runs/users\n";

static const struct option OPTIONS[] = {
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* Opens the merged run and says what it lacks. */
static int report(const char *directory)
{
    esw_results *results = NULL;
    esw_error error = {0};
    esw_status status = esw_results_open(directory, &results, &error);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    const char *warning = esw_results_warning(results);
    if (*warning)
        fprintf(stderr, "%s: %s; `edgesweep run %s -o %s --resume` goes on\n", directory, warning, directory,
                directory);
    esw_results_close(results);
    return 0;
}

static int run_merge(int argc, char **argv)
{
    const char *output = NULL;
    char *line = cli_command_line(argc, argv);
    int option, code;
    while ((option = cli_next_option(&cli_merge, argc, argv, "o:h", OPTIONS)) >= 0)
        output = optarg;
    if (option != CLI_OPTIONS_DONE) {
        code = cli_option_exit_code(option);
    } else if (!output || optind == argc) {
        code = cli_fail(ESW_BAD_USAGE, "%s is missing; `edgesweep merge --help` shows an example",
                        output ? "DIR" : "-o DIR");
    } else {
        esw_error error = {0};
        esw_status status = esw_merge((const char *const *)argv + optind, (size_t)(argc - optind), output, line,
                                      cli_catch_interrupts(NULL), &error);
        code = status == ESW_OK ? report(output) : cli_fail(status, "%s", error.text);
    }
    free(line);
    return code;
}

const cli_command cli_merge = {"merge", "puts the parts of a run together", HELP, run_merge};
