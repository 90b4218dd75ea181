/* edgesweep verify: every method and backend of this machine against the oracle. */
#include "cli.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>

static const char HELP[] =
    "usage: edgesweep verify [--scenarios N] [--system S]\n"
    "\n"
    "Solves a small experiment of each system by every method on every backend that works here, and checks\n"
    "each decision: its metrics are those of the oracle (naive double functions of the paper's equations that\n"
    "share no formula with the accountant) to 1e-12, it keeps every constraint, and it is bit for bit the CPU's.\n"
    "\n"
    "      --scenarios N        scenarios per point (default: a few)\n"
    "      --system S           only this system\n"
    "  -h, --help               this text\n"
    "\n"
    "Exit code 1 when anything differs.\n"
    "\n"
    "example: edgesweep verify --scenarios 1000\n";

enum { OPT_SYSTEM = CLI_OPT_FIRST_OWN };

static const struct option OPTIONS[] = {
    {"scenarios", required_argument, NULL, CLI_OPT_SCENARIOS},
    {"system", required_argument, NULL, OPT_SYSTEM},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void add_row(void *context, const esw_verification *verdict)
{
    cli_table *table = context;
    cli_table_add(table, "%s", verdict->system);
    cli_table_add(table, "%s", verdict->backend);
    cli_table_add(table, "%s", verdict->method);
    if (verdict->missing) {
        for (int i = 0; i < 4; i++)
            cli_table_add(table, "-");
        cli_table_add(table, "not on this backend");
        return;
    }
    cli_table_add(table, "%" PRIu64, verdict->decisions);
    cli_table_add(table, "%.1e", verdict->difference);
    cli_table_add(table, "%" PRIu64, verdict->infeasible);
    if (verdict->is_reference)
        cli_table_add(table, "-");
    else
        cli_table_add(table, "%" PRIu64, verdict->differing);
    cli_table_add(table, "%s", verdict->passed ? "agrees" : "DIFFERS");
}

static int run_verify(int argc, char **argv)
{
    cli_table table = {.columns = 8};
    esw_verify_options options = {.report = add_row, .context = &table};
    int option;
    while ((option = cli_next_option(&cli_verify, argc, argv, "h", OPTIONS)) >= 0) {
        if (option == OPT_SYSTEM)
            options.system = optarg;
        else if (!cli_parse_integer("--scenarios", optarg, 1, 1000000, &options.scenarios))
            return esw_status_exit_code(ESW_BAD_USAGE);
    }
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_verify, argc, argv, 0, ""))
        return esw_status_exit_code(ESW_BAD_USAGE);
    static const char *const head[] = {"system",     "backend",    "method",           "decisions",
                                       "difference", "infeasible", "unlike the CPU's", "verdict"};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        cli_table_add(&table, "%s", head[i]);
    esw_error error = {0};
    const esw_status status = esw_verify(&options, &error);
    const bool some = table.count > table.columns; /* what was found before an error is shown too */
    if (some && !cli_table_print(&table, 0))
        return cli_fail(ESW_NO_MEMORY, "out of memory");
    cli_table_free(&table);
    return status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
}

const cli_command cli_verify = {"verify", "checks every method and backend here against the oracle", HELP,
                                run_verify};
