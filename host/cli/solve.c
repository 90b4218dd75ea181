/* edgesweep solve: one scenario by one method, as a document to replay and check, or a table of all methods. */
#include "document.h"
#include "experiment_command.h"
#include "interrupt.h"
#include "score_table.h"

static const char HELP[] =
    "usage: edgesweep solve EXPERIMENT.yaml --scenario K [OPTIONS]\n"
    "\n"
    "Solves one scenario. Without --json it prints the metrics of every method of the experiment (or of\n"
    "--method); with --json it writes the instance, the decision and every term of the score of one\n"
    "method.\n"
    "\n"
    "      --scenario K         which scenario, from 0\n"
    "      --point P            which sweep point, from 0 (default 0)\n"
    "      --method NAME        one of the experiment's methods\n"
    "      --json FILE          write the document to FILE, - for standard output\n"
    "      --grid FILE          write the whole cost grid that the method searched (method grid): every quantity\n"
    "                           at every combination of levels, the least point marked; .h5, .json or .csv\n"
    "      --backend NAME       auto (default) or one of `edgesweep list backends`\n"
    "      --set KEY=VALUE      sets a parameter or the seed over the file, in place of a sweep of it too; may be\n"
    "                           repeated\n"
    "      --methods A,B        only these of the file's methods, or others of the system by name\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep solve users.yaml --scenario 3 --method li-gd --json decision.json\n"
    "         edgesweep account decision.json\n"
    "         edgesweep solve users.yaml --scenario 3 --methods grid --grid grid.h5\n";

enum { OPT_SCENARIO = CLI_OPT_FIRST_OWN, OPT_POINT, OPT_METHOD, OPT_JSON, OPT_GRID };

static const struct option OPTIONS[] = {
    {"scenario", required_argument, NULL, OPT_SCENARIO},
    {"point", required_argument, NULL, OPT_POINT},
    {"method", required_argument, NULL, OPT_METHOD},
    {"json", required_argument, NULL, OPT_JSON},
    {"grid", required_argument, NULL, OPT_GRID},
    {"backend", required_argument, NULL, CLI_OPT_BACKEND},
    CLI_EXPERIMENT_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {0},
};

typedef struct arguments {
    const char *method, *json, *grid, *backend;
    uint64_t scenario, point;
    bool has_scenario;
} arguments;

static bool take_option(void *context, int option)
{
    arguments *args = context;
    switch (option) {
    case OPT_SCENARIO:
        args->has_scenario = true;
        return cli_parse_integer("--scenario", optarg, 0, ESW_SCENARIOS_MAX - 1, &args->scenario);
    case OPT_POINT:
        return cli_parse_integer("--point", optarg, 0, INT64_MAX, &args->point);
    case OPT_METHOD:
        args->method = optarg;
        return true;
    case OPT_JSON:
        args->json = optarg;
        return true;
    case OPT_GRID:
        args->grid = optarg;
        return true;
    default: /* CLI_OPT_BACKEND */
        args->backend = optarg;
        return true;
    }
}

static const char *missing_option(const void *context)
{
    const arguments *args = context;
    return args->has_scenario ? NULL : "--scenario K";
}

/* The index of the method asked for, or of the only one; ESW_NONE after a line on stderr. */
static size_t choose_method(const esw_experiment *experiment, const arguments *args)
{
    size_t count = esw_experiment_method_count(experiment);
    if (args->method)
        return cli_experiment_method(experiment, "--method", args->method);
    if (count == 1)
        return 0;
    cli_fail(ESW_BAD_USAGE, "%s writes one method of the experiment's %zu: add --method NAME",
             args->json ? "--json" : "--grid", count);
    return ESW_NONE;
}

static int write_grid(const esw_experiment *experiment, const arguments *args, size_t method)
{
    esw_error error = {0};
    esw_status status = esw_solve_grid(experiment, args->point, method, args->scenario, args->backend,
                                       args->grid, cli_catch_interrupts(NULL), &error);
    return status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
}

static int write_document(const esw_experiment *experiment, const arguments *args, size_t method)
{
    json_t *document = NULL;
    esw_error error = {0};
    esw_status status =
        esw_solve(experiment, args->point, method, args->scenario, args->backend, &document, &error);
    if (status == ESW_OK)
        status = cli_document_write(document, args->json, &error);
    json_decref(document);
    return status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
}

static int print_table(const esw_experiment *experiment, const arguments *args, size_t first, size_t last)
{
    const esw_system *system = esw_experiment_system(experiment);
    cli_table table;
    cli_score_table_begin(&table, system, "method");
    const size_t head = table.count;
    esw_error error = {0};
    esw_status status = ESW_OK;
    for (size_t method = first; method <= last && status == ESW_OK; method++) {
        json_t *metrics = NULL;
        status =
            esw_solve_score(experiment, args->point, method, args->scenario, args->backend, &metrics, &error);
        if (status == ESW_OK)
            cli_score_table_row(&table, system, esw_experiment_method_label(experiment, method), metrics,
                                json_string_value(json_object_get(metrics, "reason")));
        json_decref(metrics);
    }
    if (status != ESW_OK)
        cli_fail(status, "%s", error.text);
    bool any = table.count > head; /* a head alone says nothing */
    if (any && !cli_table_print(&table, 0) && status == ESW_OK)
        return cli_fail(ESW_NO_MEMORY, "out of memory");
    cli_table_free(&table);
    return esw_status_exit_code(status);
}

static int solve(const esw_experiment *experiment, void *context)
{
    const arguments *args = context;
    if (!cli_experiment_has_point(experiment, args->point))
        return esw_status_exit_code(ESW_BAD_USAGE);
    if (!args->json && !args->grid && !args->method)
        return print_table(experiment, args, 0, esw_experiment_method_count(experiment) - 1);
    size_t method = choose_method(experiment, args);
    if (method == ESW_NONE)
        return esw_status_exit_code(ESW_BAD_USAGE);
    int code = args->grid ? write_grid(experiment, args, method) : 0;
    if (code != 0)
        return code;
    return args->json ? write_document(experiment, args, method)
                      : print_table(experiment, args, method, method);
}

static int run_solve(int argc, char **argv)
{
    static const cli_experiment_command frame = {&cli_solve, "h", OPTIONS, take_option, missing_option, solve};
    arguments args = {0};
    return cli_experiment_command_run(&frame, argc, argv, &args);
}

const cli_command cli_solve = {"solve", "solves one scenario; --json writes everything about it", HELP,
                               run_solve};
