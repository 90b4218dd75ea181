/* edgesweep list: what can stand in an experiment file, from the systems' own tables. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char HELP[] =
    "usage: edgesweep list systems|methods|metrics|parameters|profiles|backends [OPTIONS]\n"
    "\n"
    "Lists what an experiment file may name, with defaults, units, ranges and where the defaults come from.\n"
    "\n"
    "      --system NAME        only this system (default: all)\n"
    "      --json               as a JSON array of objects\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep list parameters --system ecc\n";

enum { OPT_SYSTEM = CLI_OPT_FIRST_OWN, OPT_JSON };

static const struct option OPTIONS[] = {
    {"system", required_argument, NULL, OPT_SYSTEM},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* An entry is an object with "name", "help" and whatever else the subject has; text is printed from the same
 * objects. Each collector appends to `entries`; false when out of memory. */
typedef bool collector(const esw_system *system, json_t *entries);

static bool append(json_t *entries, json_t *entry)
{
    return json_array_append_new(entries, entry) == 0;
}

static bool collect_system(const esw_system *system, json_t *entries)
{
    return append(entries, json_pack("{s:s, s:s, s:s, s:s}", "name", system->name, "help", system->title,
                                     "paper", system->paper, "entity", system->entity));
}

static bool collect_methods(const esw_system *system, json_t *entries)
{
    bool good = true;
    for (size_t i = 0; i < system->n_methods; i++) {
        const esw_method *method = &system->methods[i];
        json_t *entry = json_pack("{s:s, s:s, s:s, s:s}", "name", method->name, "system", system->name,
                                  "options", method->options, "help", method->help);
        json_t *defaults = json_object();
        for (size_t k = 0; k < system->n_method_defaults; k++) {
            const esw_method_default *row = &system->method_defaults[k];
            if (row->method == i)
                good &= json_object_set_new(defaults, system->params[row->param].name,
                                            json_string(row->value)) == 0;
        }
        good &= json_object_size(defaults) == 0 || json_object_set(entry, "defaults", defaults) == 0;
        json_decref(defaults);
        good &= append(entries, entry);
    }
    return good;
}

static const char *metric_role(unsigned flags)
{
    return flags & ESW_METRIC_OBJECTIVE     ? "objective"
           : flags & ESW_METRIC_LATENCY     ? "latency"
           : flags & ESW_METRIC_ENERGY      ? "energy"
           : flags & ESW_METRIC_LOWER_BOUND ? "lower bound"
           : flags & ESW_METRIC_DIAGNOSTIC  ? "diagnostic"
                                            : "";
}

static bool collect_metrics(const esw_system *system, json_t *entries)
{
    bool good = true;
    for (size_t i = 0; i < system->n_metrics; i++) {
        const esw_metric *metric = &system->metrics[i];
        good &=
            append(entries, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*}", "name", metric->name, "system",
                                      system->name, "unit", metric->unit, "role", metric_role(metric->flags),
                                      "help", metric->help, "codes", system->codes ? system->codes[i] : NULL));
    }
    return good;
}

static const char *parameter_type(esw_param_type type)
{
    switch (type) {
    case ESW_PARAM_INTEGER:
        return "integer";
    case ESW_PARAM_REAL:
        return "real";
    case ESW_PARAM_CHOICE:
        return "choice";
    case ESW_PARAM_BOOLEAN:
        return "boolean";
    case ESW_PARAM_TREE:
        return "tree";
    }
    return "unknown";
}

static const char *parameter_place(unsigned flags)
{
    return flags & ESW_PARAM_METHOD_ONLY  ? "method"
           : flags & ESW_PARAM_PER_METHOD ? "experiment or method"
                                          : "experiment";
}

static bool collect_parameters(const esw_system *system, json_t *entries)
{
    bool good = true;
    for (size_t i = 0; i < system->n_params; i++) {
        const esw_param *param = &system->params[i];
        json_t *entry =
            json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s, s:s}", "name", param->name, "system", system->name,
                      "type", parameter_type(param->type), "unit", param->unit, "default", param->default_value,
                      "place", parameter_place(param->flags), "help", param->help, "source", param->source);
        if (param->type == ESW_PARAM_INTEGER || param->type == ESW_PARAM_REAL)
            good &= json_object_set_new(entry, "low", json_real(param->low)) == 0 &&
                    json_object_set_new(entry, "high", json_real(param->high)) == 0;
        if (param->choices)
            good &= json_object_set_new(entry, "choices", json_string(param->choices)) == 0;
        good &= append(entries, entry);
    }
    return good;
}

static bool collect_profiles(const esw_system *system, json_t *entries)
{
    bool good = true;
    for (const char *const *line = system->catalogue ? system->catalogue() : NULL; line && *line; line++) {
        size_t length = strcspn(*line, "\t");
        const char *help = (*line)[length] ? *line + length + 1 : "";
        good &= append(entries, json_pack("{s:s%, s:s, s:s}", "name", *line, length, "system", system->name,
                                          "help", help));
    }
    return good;
}

static bool collect_backends(json_t *entries)
{
    bool good = true;
    for (size_t i = 0; i < esw_backend_count(); i++) {
        const bool usable = esw_backend_usable(i);
        good &= append(entries, json_pack("{s:s, s:s+, s:b}", "name", esw_backend_name(i), "help",
                                          usable ? "" : "not usable here: ", esw_backend_device(i), "usable", usable));
    }
    return good;
}

/* ---------------------------------------------------------------- subjects */

typedef struct subject {
    const char *name;
    collector *of_system; /* NULL: does not belong to systems */
} subject;

static const subject SUBJECTS[] = {
    {"systems", collect_system},        {"methods", collect_methods},   {"metrics", collect_metrics},
    {"parameters", collect_parameters}, {"profiles", collect_profiles}, {"backends", NULL},
};
enum { N_SUBJECTS = sizeof SUBJECTS / sizeof *SUBJECTS };

static const subject *find_subject(const char *name)
{
    const char *names[N_SUBJECTS];
    for (size_t i = 0; i < N_SUBJECTS; i++) {
        names[i] = SUBJECTS[i].name;
        if (strcmp(name, names[i]) == 0)
            return &SUBJECTS[i];
    }
    const char *nearest = eswi_nearest(name, names, N_SUBJECTS);
    cli_fail(ESW_BAD_USAGE, "nothing to list under %s%s%s%s; `edgesweep list --help` names what there is", name,
             nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
    return NULL;
}

/* ---------------------------------------------------------------- text */

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text ? text : "";
}

/* " = 1250 [1, 16383], experiment" behind the name of a parameter. */
static void print_parameter_details(const json_t *entry)
{
    const char *value = json_string_value(json_object_get(entry, "default"));
    const char *unit = text_of(entry, "unit");
    const char *choices = json_string_value(json_object_get(entry, "choices"));
    printf(" = %s%s%s (%s", value ? value : "unset", strcmp(unit, "1") ? " " : "",
           strcmp(unit, "1") ? unit : "", choices ? choices : text_of(entry, "type"));
    char low[ESWI_REAL_TEXT], high[ESWI_REAL_TEXT];
    if (json_object_get(entry, "low"))
        printf(" from %s to %s", eswi_format_real(json_real_value(json_object_get(entry, "low")), low),
               eswi_format_real(json_real_value(json_object_get(entry, "high")), high));
    printf("; per %s)", text_of(entry, "place"));
}

static void print_entry(const subject *listed, const json_t *entry)
{
    printf("%s", text_of(entry, "name"));
    if (listed->of_system == collect_parameters)
        print_parameter_details(entry);
    else if (listed->of_system == collect_metrics)
        printf(" (%s%s%s)", text_of(entry, "unit"), *text_of(entry, "role") ? ", " : "",
               text_of(entry, "role"));
    else if (listed->of_system == collect_methods && *text_of(entry, "options"))
        printf(" (options: %s)", text_of(entry, "options"));
    printf("\n    %s", text_of(entry, "help"));
    if (*text_of(entry, "codes"))
        printf(" 0, 1, ... are %s.", text_of(entry, "codes"));
    const char *param;
    json_t *value;
    json_object_foreach(json_object_get(entry, "defaults"), param, value)
        printf(" Default: %s = %s.", param, json_string_value(value));
    const char *source = text_of(entry, listed->of_system == collect_system ? "paper" : "source");
    if (*source)
        printf(" [%s]", source);
    putchar('\n');
}

static int print_entries(const subject *listed, const json_t *entries, bool as_json)
{
    if (as_json) {
        if (json_dumpf(entries, stdout, JSON_INDENT(2)) != 0)
            return cli_fail(ESW_IO, "writing to standard output failed");
        putchar('\n');
        return 0;
    }
    size_t index;
    json_t *entry;
    json_array_foreach(entries, index, entry)
        print_entry(listed, entry);
    return 0;
}

static int run_list(int argc, char **argv)
{
    const char *system_name = NULL;
    bool as_json = false;
    int option;
    while ((option = cli_next_option(&cli_list, argc, argv, "h", OPTIONS)) >= 0) {
        if (option == OPT_SYSTEM)
            system_name = optarg;
        else
            as_json = true;
    }
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_list, argc, argv, 1, "systems|methods|metrics|parameters|profiles|backends"))
        return esw_status_exit_code(ESW_BAD_USAGE);
    const subject *listed = find_subject(argv[optind]);
    if (!listed)
        return esw_status_exit_code(ESW_BAD_USAGE);
    const esw_system *only = system_name ? esw_system_find(system_name) : NULL;
    if (system_name && !only)
        return cli_fail(ESW_BAD_USAGE, "--system: there is no system %s; `edgesweep list systems` lists them",
                        system_name);

    json_t *entries = json_array();
    bool good = entries && (listed->of_system || collect_backends(entries));
    for (const esw_system *const *system = esw_systems(); listed->of_system && *system; system++)
        if (!only || *system == only)
            good = good && listed->of_system(*system, entries);
    int code = good ? print_entries(listed, entries, as_json) : cli_fail(ESW_NO_MEMORY, "out of memory");
    json_decref(entries);
    return code;
}

const cli_command cli_list = {"list", "lists systems, methods, metrics, parameters, profiles, backends", HELP,
                              run_list};
