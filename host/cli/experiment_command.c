#include "experiment_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "visible.h"

/* What the command line asks of esw_experiment_load. The texts are borrowed from argv. */
typedef struct overrides {
    esw_overrides values;
    const char **sets;
} overrides;

static bool add_set(overrides *o, const char *text)
{
    size_t count = o->values.n_sets;
    const char **sets = realloc(o->sets, (count + 1) * sizeof *sets);
    if (!sets) {
        cli_fail(ESW_NO_MEMORY, "out of memory");
        return false;
    }
    sets[count] = text;
    o->sets = sets;
    o->values.sets = sets;
    o->values.n_sets = count + 1;
    return true;
}

static bool take_option(const cli_experiment_command *frame, int option, overrides *o, void *arguments)
{
    switch (option) {
    case CLI_OPT_SET:
        return add_set(o, optarg);
    case CLI_OPT_METHODS:
        o->values.methods = optarg;
        return true;
    case CLI_OPT_SCENARIOS:
        return cli_parse_integer("--scenarios", optarg, 1, ESW_SCENARIOS_MAX, &o->values.scenarios);
    default:
        return frame->take(arguments, option);
    }
}

/* CLI_OPTIONS_DONE when all is there; then argv[optind] is the experiment. */
static int parse(const cli_experiment_command *frame, int argc, char **argv, overrides *o, void *arguments)
{
    int option;
    while ((option = cli_next_option(frame->command, argc, argv, frame->short_options, frame->options)) >= 0)
        if (!take_option(frame, option, o, arguments))
            return CLI_OPTION_WRONG;
    if (option != CLI_OPTIONS_DONE)
        return option;
    if (!cli_positionals(frame->command, argc, argv, 1, "EXPERIMENT.yaml"))
        return CLI_OPTION_WRONG;
    const char *missing = frame->missing(arguments);
    if (!missing)
        return CLI_OPTIONS_DONE;
    cli_fail(ESW_BAD_USAGE, "%s is missing; `edgesweep %s --help` shows an example", missing,
             frame->command->name);
    return CLI_OPTION_WRONG;
}

/* The remark on one config; whether there was one. */
static bool say_remark(const esw_experiment *experiment, size_t point, size_t method)
{
    const esw_system *system = esw_experiment_system(experiment);
    esw_config *config = NULL;
    char remark[256] = "", label[128];
    esw_error error = {0};
    if (esw_experiment_configure(experiment, point, method, &config, &error))
        return false; /* whoever needs the point says so */
    system->remark(config, remark, sizeof remark);
    system->config_free(config);
    snprintf(label, sizeof label, "%s", esw_experiment_method_label(experiment, method));
    if (*remark && (!cli_team || cli_team->rank == 0))
        fprintf(stderr, "edgesweep: note: point %zu, method %s: %s\n", point, cli_visible(label), remark);
    return *remark != '\0';
}

/* The first remark of an experiment: one line is enough for a sweep. */
static void say_first_remark(const esw_experiment *experiment)
{
    if (!esw_experiment_system(experiment)->remark)
        return;
    for (size_t point = 0; point < esw_experiment_point_count(experiment); point++)
        for (size_t method = 0; method < esw_experiment_method_count(experiment); method++)
            if (say_remark(experiment, point, method))
                return;
}

int cli_experiment_command_run(const cli_experiment_command *frame, int argc, char **argv, void *arguments)
{
    overrides o = {0};
    int answer = parse(frame, argc, argv, &o, arguments);
    int code = cli_option_exit_code(answer);
    if (answer == CLI_OPTIONS_DONE) {
        esw_experiment *experiment = NULL;
        esw_error error = {0};
        esw_status status = esw_experiment_load(argv[optind], &o.values, &experiment, &error);
        if (status == ESW_OK)
            say_first_remark(experiment);
        code = status == ESW_OK ? frame->work(experiment, arguments) : cli_fail(status, "%s", error.text);
        esw_experiment_free(experiment);
    }
    free(o.sets);
    return code;
}

bool cli_experiment_has_point(const esw_experiment *experiment, uint64_t point)
{
    size_t points = esw_experiment_point_count(experiment);
    if (point < points)
        return true;
    if (points == 1)
        cli_fail(ESW_BAD_USAGE, "--point %" PRIu64 ": the experiment has 1 point, number 0", point);
    else
        cli_fail(ESW_BAD_USAGE, "--point %" PRIu64 ": the sweep has points 0 to %zu", point, points - 1);
    return false;
}

size_t cli_experiment_method(const esw_experiment *experiment, const char *option, const char *label)
{
    size_t method = esw_experiment_method_find(experiment, label);
    if (method != ESW_NONE)
        return method;
    const char *labels[64];
    size_t count = esw_experiment_method_count(experiment);
    size_t n_labels = count < 64 ? count : 64;
    char list[512] = "";
    for (size_t i = 0; i < n_labels; i++) {
        labels[i] = esw_experiment_method_label(experiment, i);
        eswi_list_append(list, sizeof list, labels[i]);
    }
    const char *nearest = eswi_nearest(label, labels, n_labels);
    cli_fail(ESW_BAD_USAGE, "%s: the experiment has no method %.60s%s%s%s; it has %s", option, label,
             nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "", list);
    return ESW_NONE;
}
