/* edgesweep account: scores somebody's decision on an instance and compares it with the system's methods. */
#include "cli.h"
#include "document.h"
#include "score_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"

static const char HELP[] =
    "usage: edgesweep account FILE.json [OPTIONS]\n"
    "\n"
    "Scores the decision in a document as `edgesweep solve --json` writes it (edit its \"decision\", or\n"
    "write your own), and solves the same instance by the system's methods to show the gap. A decision\n"
    "that breaks a constraint is refused with the constraint and the user named.\n"
    "\n"
    "Methods that search for an optimum have two rows: own-assignment, the best with the subchannels that\n"
    "your decision assigns to its users, and all-assignments, the best with any (small instances). The bound\n"
    "of the second holds for every decision, that of the first for those that keep your subchannels.\n"
    "\n"
    "      --against A,B        methods to compare with (default: all; `none` for none)\n"
    "      --backend NAME       auto (default) or one of `edgesweep list backends`\n"
    "      --json FILE          write the scores as JSON to FILE, - for standard output\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep account decision.json --against li-gd,device-only\n";

enum { OPT_AGAINST = CLI_OPT_FIRST_OWN, OPT_JSON };

static const struct option OPTIONS[] = {
    {"against", required_argument, NULL, OPT_AGAINST},
    {"backend", required_argument, NULL, CLI_OPT_BACKEND},
    {"json", required_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {0},
};

typedef struct arguments {
    const char *path, *against, *backend, *json;
} arguments;

static int parse(arguments *args, int argc, char **argv)
{
    int option;
    while ((option = cli_next_option(&cli_account, argc, argv, "h", OPTIONS)) >= 0) {
        if (option == OPT_AGAINST)
            args->against = optarg;
        else if (option == OPT_JSON)
            args->json = optarg;
        else
            args->backend = optarg;
    }
    if (option != CLI_OPTIONS_DONE)
        return option;
    if (!cli_positionals(&cli_account, argc, argv, 1, "FILE.json"))
        return CLI_OPTION_WRONG;
    args->path = argv[optind];
    return CLI_OPTIONS_DONE;
}

static void add_gap(cli_table *table, const json_t *gap)
{
    if (json_is_number(gap))
        cli_table_add(table, "%+.3f %%", 100.0 * json_number_value(gap));
    else
        cli_table_add(table, "-");
}

/* `entry` is what the decision was compared with, NULL in its own row. */
static void add_row(cli_table *table, const esw_system *system, const char *name, const json_t *metrics,
                    const json_t *entry)
{
    cli_score_table_row(table, system, name, metrics, json_string_value(json_object_get(metrics, "reason")));
    add_gap(table, json_object_get(entry, "gap"));
    add_gap(table, json_object_get(entry, "gap_to_bound"));
}

static bool print_report(const esw_system *system, const json_t *report)
{
    cli_table table;
    cli_score_table_begin(&table, system, "decision");
    table.columns += 2;
    cli_table_add(&table, "yours over it");
    cli_table_add(&table, "over its bound");
    add_row(&table, system, "yours", json_object_get(report, "metrics"), NULL);
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(report, "against"), index, entry) {
        char name[256];
        const char *scope = json_string_value(json_object_get(entry, "scope"));
        snprintf(name, sizeof name, "%s%s%s", json_string_value(json_object_get(entry, "method")),
                 scope ? ", " : "", scope ? scope : "");
        add_row(&table, system, name, json_object_get(entry, "metrics"), entry);
    }
    return cli_table_print(&table, 0);
}

/* What could not be compared, on stderr. */
static void print_notes(const char *path, const json_t *report)
{
    size_t index;
    json_t *entry;
    const char *note = json_string_value(json_object_get(report, "note"));
    if (note)
        fprintf(stderr, "edgesweep: note: %s: no comparison: %s\n", path, note);
    json_array_foreach(json_object_get(report, "against"), index, entry) {
        const char *error = json_string_value(json_object_get(entry, "error"));
        if (error)
            fprintf(stderr, "edgesweep: note: %s: %s\n", json_string_value(json_object_get(entry, "method")),
                    error);
    }
}

static esw_status score(const arguments *args, const json_t *document, json_t **report, esw_error *error)
{
    const char *against = args->against ? args->against : "all";
    char *directory = eswi_path_directory(args->path);
    if (!directory)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    esw_status status = esw_account(document, directory, strcmp(against, "none") == 0 ? NULL : against,
                                    args->backend, report, error);
    free(directory);
    return status;
}

static int account(const arguments *args, const json_t *document)
{
    const char *name = json_string_value(json_object_get(document, "system"));
    if (!name)
        return cli_fail(ESW_BAD_INPUT, "%s: \"system\" is missing or no text", args->path);
    const esw_system *system = esw_system_find(name);
    if (!system)
        return cli_fail(ESW_BAD_INPUT, "%s: there is no system %.60s; `edgesweep list systems` lists them",
                        args->path, name);
    json_t *report = NULL;
    esw_error error = {0};
    esw_status status = score(args, document, &report, &error);
    if (status == ESW_BAD_INPUT || status == ESW_CHECK_FAILED)
        return cli_fail(status, "%s: %s", args->path, error.text);
    print_notes(args->path, report);
    if (status == ESW_OK && args->json)
        status = cli_document_write(report, args->json, &error);
    else if (status == ESW_OK && !print_report(system, report))
        status = esw_fail(&error, ESW_NO_MEMORY, "out of memory");
    json_decref(report);
    return status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
}

static int run_account(int argc, char **argv)
{
    arguments args = {0};
    int answer = parse(&args, argc, argv);
    if (answer != CLI_OPTIONS_DONE)
        return cli_option_exit_code(answer);
    json_t *document = NULL;
    esw_error error = {0};
    esw_status status = cli_document_read(args.path, &document, &error);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    int code = account(&args, document);
    json_decref(document);
    return code;
}

const cli_command cli_account = {"account", "scores a decision of yours and its gap to the methods", HELP,
                                 run_account};
