/* A program of somebody else's: loads an experiment with the installed library and solves one scenario. */
#include <stdio.h>

#include <edgesweep/edgesweep.h>

static const char EXPERIMENT[] = "system: ecc\n"
                                 "name: consumer\n"
                                 "seed: 3\n"
                                 "scenarios: 1\n"
                                 "methods: [device-only]\n"
                                 "parameters: {aps: 1, users: 2, subchannels: 1}\n";

int main(void)
{
    esw_experiment *experiment = NULL;
    json_t *document = NULL;
    esw_error error = {{0}};
    esw_status status =
        esw_experiment_parse(EXPERIMENT, sizeof EXPERIMENT - 1, "consumer", ".", NULL, &experiment, &error);
    if (status == ESW_OK)
        status = esw_solve(experiment, 0, 0, 0, "cpu", &document, &error);
    if (status == ESW_OK)
        printf("%s solved %s\n", json_string_value(json_object_get(document, "method")),
               esw_experiment_name(experiment));
    else
        fprintf(stderr, "%s\n", error.text);
    json_decref(document);
    esw_experiment_free(experiment);
    return esw_status_exit_code(status);
}
