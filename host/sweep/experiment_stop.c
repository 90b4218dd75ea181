/* `stop:`: how tight the interval of a metric must be before a point has scenarios enough. */
#include "sweep/experiment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sweep/metrics.h"

static esw_status read_halfwidth(eswi_stop *stop, const eswi_node *node, eswi_place place, esw_error *error)
{
    char found[64], number[64] = "";
    size_t length = node->kind == ESWI_SCALAR ? strlen(node->text) : 0;
    stop->rule.relative = length > 1 && length < sizeof number && node->text[length - 1] == '%';
    if (length > 0 && length < sizeof number)
        memcpy(number, node->text, length - stop->rule.relative);
    if (!eswi_parse_real(number, &stop->rule.halfwidth) || stop->rule.halfwidth <= 0)
        return eswi_fail_at(
            place, error,
            "stop: halfwidth: found %s, must be a number above 0, in the metric's unit or, with "
            "%%, of the mean",
            eswi_node_describe(node, found));
    return ESW_OK;
}

static esw_status read_max(esw_experiment *experiment, const eswi_node *node, eswi_place place,
                           esw_error *error)
{
    char found[64];
    int64_t count;
    if (node->kind != ESWI_SCALAR || !node->plain || !eswi_parse_integer(node->text, &count) || count < 1 ||
        (uint64_t)count > ESW_SCENARIOS_MAX)
        return eswi_fail_at(place, error,
                            "stop: max_scenarios: found %s, must be an integer from 1 to 9007199254740992",
                            eswi_node_describe(node, found));
    experiment->scenarios = (uint64_t)count;
    return ESW_OK;
}

static esw_status read_metric(eswi_stop *stop, const eswi_node *node, eswi_place place, esw_error *error)
{
    if (node->kind != ESWI_SCALAR)
        return eswi_fail_at(place, error, "stop: metric: must be the name of a metric");
    stop->metric = strdup(node->text);
    stop->rule.metric = stop->metric;
    return stop->metric ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", place.file);
}

static esw_status read_item(esw_experiment *experiment, const eswi_node *item, esw_error *error)
{
    static const char *const keys[] = {"metric", "halfwidth", "max_scenarios"};
    eswi_stop *stop = &experiment->stop;
    eswi_place place = {experiment->source, item->line};
    if (strcmp(item->key, keys[0]) == 0)
        return read_metric(stop, item, place, error);
    if (strcmp(item->key, keys[1]) == 0)
        return read_halfwidth(stop, item, place, error);
    if (strcmp(item->key, keys[2]) == 0)
        return read_max(experiment, item, place, error);
    const char *nearest = eswi_nearest(item->key, keys, sizeof keys / sizeof *keys);
    place.line = item->key_line;
    return eswi_fail_at(place, error, "stop: %.60s: unknown key; %s%s%s", item->key,
                        nearest ? "did you mean '" : "known: metric, halfwidth, max_scenarios",
                        nearest ? nearest : "", nearest ? "'?" : "");
}

esw_status eswi_stop_read(esw_experiment *experiment, const eswi_node *node, esw_error *error)
{
    char found[64];
    const eswi_place place = {experiment->source, node->line};
    experiment->stop.line = node->line;
    if (node->kind != ESWI_MAPPING)
        return eswi_fail_at(place, error,
                            "stop: found %s, must be a mapping such as {metric: latency_s, halfwidth: 1%%, "
                            "max_scenarios: 100000}",
                            eswi_node_describe(node, found));
    esw_status status = ESW_OK;
    for (size_t i = 0; i < node->n && !status; ++i)
        status = read_item(experiment, &node->items[i], error);
    if (status)
        return status;
    if (!experiment->stop.metric || experiment->stop.rule.halfwidth <= 0)
        return eswi_fail_at(place, error, "stop: needs `metric` and `halfwidth`");
    return ESW_OK;
}

esw_status eswi_stop_check(const esw_experiment *experiment, esw_error *error)
{
    if (!experiment->stop.metric)
        return ESW_OK;
    eswi_metrics metrics;
    esw_status status = eswi_metrics_make(experiment, &metrics, error);
    if (status)
        return status;
    const char *names[ESWI_METRICS_MAX];
    for (size_t i = 0; i < metrics.n; ++i)
        names[i] = metrics.list[i].name;
    if (eswi_metrics_find(&metrics, experiment->stop.metric) == ESW_NONE) {
        const char *nearest = eswi_nearest(experiment->stop.metric, names, metrics.n);
        status = eswi_fail_at((eswi_place){experiment->source, experiment->stop.line}, error,
                              "stop: metric: found '%.60s', no such metric of this run%s%s%s",
                              experiment->stop.metric, nearest ? "; did you mean '" : "",
                              nearest ? nearest : "", nearest ? "'?" : "; `edgesweep list metrics` lists them");
    }
    eswi_metrics_free(&metrics);
    return status;
}

bool eswi_stop_met(const esw_stop_rule *rule, double mean, double halfwidth)
{
    const double wanted = rule->relative ? rule->halfwidth / 100.0 * fabs(mean) : rule->halfwidth;
    return halfwidth <= wanted; /* false when there is no interval (NaN) */
}

json_t *eswi_stop_json(const esw_experiment *experiment)
{
    char number[ESWI_REAL_TEXT];
    const esw_stop_rule *rule = &experiment->stop.rule;
    char *percent = eswi_format("%s%%", eswi_format_real(rule->halfwidth, number));
    json_t *json = percent ? json_pack("{s:s, s:o, s:I}", "metric", rule->metric, "halfwidth",
                                       rule->relative ? json_string(percent) : json_real(rule->halfwidth),
                                       "max_scenarios", (json_int_t)experiment->scenarios)
                           : NULL;
    free(percent);
    return json;
}

void eswi_stop_free(esw_experiment *experiment)
{
    free(experiment->stop.metric);
}

const esw_stop_rule *esw_experiment_stop(const esw_experiment *experiment)
{
    return experiment->stop.metric ? &experiment->stop.rule : NULL;
}
