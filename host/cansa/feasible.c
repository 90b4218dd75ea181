/* CANSA: whether a decision keeps the constraints. */
#include <stdio.h>

#include "cansa/cansa.h"

/* "camera 50 split" */
static const char *option_text(int option, char text[64])
{
    const int model = option / CANSA_DEPLOYMENTS;
    char modality[24], depth[8], deployment[16];
    snprintf(text, 64, "%s %s %s",
             eswi_cansa_word(CANSA_MODALITY_NAMES, model / CANSA_DEPTHS, modality, (int)sizeof modality),
             eswi_cansa_word(CANSA_DEPTH_NAMES, model % CANSA_DEPTHS, depth, (int)sizeof depth),
             eswi_cansa_word(CANSA_DEPLOYMENT_NAMES, option % CANSA_DEPLOYMENTS, deployment,
                             (int)sizeof deployment));
    return text;
}

static esw_status check_client(const eswi_cansa_config *config, const eswi_cansa_instance *instance,
                               const eswi_cansa_decision *decision, int i, esw_error *error)
{
    const int index = decision->option[i], rbs = decision->rbs[i], context = instance->context[i];
    char text[64];
    if (index < 0)
        return rbs == 0
                   ? ESW_OK
                   : esw_fail(error, ESW_CHECK_FAILED, "client %d: keeps %d RBs without an option (9)", i, rbs);
    const eswi_cansa_option *option = &config->options[index];
    const double accuracy = eswi_cansa_accuracy[context][index / CANSA_DEPLOYMENTS];
    option_text(index, text);
    if (!config->allowed[index])
        return esw_fail(error, ESW_CHECK_FAILED, "client %d: %s is excluded by modality, depth or deployment",
                        i, text);
    if (option->bits == 0.0 ? rbs != 0 : rbs < 1)
        return esw_fail(error, ESW_CHECK_FAILED, "client %d: %s %s, but has %d RBs", i, text,
                        option->bits == 0.0 ? "sends nothing" : "sends", rbs);
    if (accuracy < config->accuracy_min[context])
        return esw_fail(error, ESW_CHECK_FAILED, "client %d: %s reaches %g %%; its context wants %g %% (1)", i,
                        text, accuracy, config->accuracy_min[context]);
    const double sending_s = option->bits > 0.0 ? option->bits / (rbs * instance->rate_per_rb_bps[i]) : 0.0;
    if (!(option->compute_s + sending_s <= config->latency_max_s))
        return esw_fail(error, ESW_CHECK_FAILED,
                        "client %d: %s with %d RBs takes %.17g s; allowed is %.17g s (1)", i, text, rbs,
                        option->compute_s + sending_s, config->latency_max_s);
    return ESW_OK;
}

esw_status eswi_cansa_check(const eswi_cansa_config *config, const eswi_cansa_instance *instance,
                            const eswi_cansa_decision *decision, esw_error *error)
{
    int64_t used = 0;
    for (int i = 0; i < config->clients; i++) {
        const esw_status status = check_client(config, instance, decision, i, error);
        if (status)
            return status;
        used += decision->rbs[i];
        if (used > config->rbs_total)
            return esw_fail(error, ESW_CHECK_FAILED,
                            "client %d: with its %d RBs all clients up to it have %lld; rbs_total is %d (3)", i,
                            decision->rbs[i], (long long)used, config->rbs_total);
    }
    return ESW_OK;
}
