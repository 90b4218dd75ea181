/* CANSA: the options, who may use them, and the lists that the methods search. */
#include <string.h>

#include "base/detmath.h"
#include "cansa/cansa.h"

/* ---------------------------------------------------------------- the table */

/* The stems' and the branch's seconds where an option runs them. As code: the tables of the stems are swapped between
 * `split` and `edge`. */
static double compute_s(const eswi_cansa_config *config, int model, int deployment)
{
    const int modality = model / CANSA_DEPTHS;
    const bool branch_local = deployment == CANSA_DEVICE;
    bool stem_local = deployment != CANSA_EDGE;
    if (config->reading == CANSA_AS_CODE && deployment != CANSA_DEVICE)
        stem_local = !stem_local;
    if (config->latency_source == CANSA_LATENCY_FLOPS) {
        const double stem = eswi_cansa_stem_mflop[modality] * 1e6, branch =
                                                                       eswi_cansa_branch_mflop[model] * 1e6;
        return stem / (stem_local ? config->device_flops : config->edge_flops) +
               branch / (branch_local ? config->device_flops : config->edge_flops);
    }
    const double stem = stem_local ? eswi_cansa_stem_device_ms[modality] : eswi_cansa_stem_edge_ms[modality];
    const double branch = branch_local ? eswi_cansa_branch_device_ms[model] : eswi_cansa_branch_edge_ms[model];
    return (stem + branch) / 1000.0;
}

/* What an option sends. As code: radar with lidar is taken for two cameras, no fusion's features count twice, and
 * the time to send is divided by ten, which we put into the bits. */
static double bits(const eswi_cansa_config *config, int modality, int deployment)
{
    const bool as_code = config->reading == CANSA_AS_CODE;
    if (deployment == CANSA_DEVICE)
        return 0.0;
    if (as_code && deployment == CANSA_EDGE && modality == CANSA_RADAR_LIDAR)
        modality = CANSA_DUAL_CAMERA;
    if (as_code && deployment == CANSA_SPLIT && modality >= CANSA_DUAL_CAMERA)
        modality = CANSA_CAMERA;
    const double *split = config->split_bits == CANSA_SPLIT_RELEASED ? eswi_cansa_split_bits_released
                                                                     : eswi_cansa_split_bits_table1;
    const double sent = deployment == CANSA_EDGE ? eswi_cansa_raw_bits[modality] : split[modality];
    return as_code ? sent / 10.0 : sent;
}

static void fill_option(eswi_cansa_config *config, int index)
{
    const int model = index / CANSA_DEPLOYMENTS, deployment = index % CANSA_DEPLOYMENTS;
    const int modality = model / CANSA_DEPTHS, depth = model % CANSA_DEPTHS;
    eswi_cansa_option *option = &config->options[index];
    option->compute_s = compute_s(config, model, deployment);
    option->bits = bits(config, modality, deployment);
    option->mflop = (deployment == CANSA_EDGE ? 0.0 : eswi_cansa_stem_mflop[modality]) +
                    (deployment == CANSA_DEVICE ? eswi_cansa_branch_mflop[model] : 0.0);
    option->energy_j = config->joules_per_gflop * (option->mflop / 1000.0);
    config->allowed[index] = (config->modality == 0 || config->modality == modality + 1) &&
                             (config->depth == 0 || config->depth == depth + 1) &&
                             (config->deployment == 0 || config->deployment == deployment + 1);
}

/* The accuracy that `share` of a context's models reach: the k-th largest, k = share of 18 rounded up. */
static double accuracy_of_top(int context, double share)
{
    double sorted[CANSA_MODELS];
    memcpy(sorted, eswi_cansa_accuracy[context], sizeof sorted);
    for (int i = 1; i < CANSA_MODELS; i++) {
        for (int j = i; j > 0 && sorted[j] > sorted[j - 1]; j--) {
            const double higher = sorted[j];
            sorted[j] = sorted[j - 1];
            sorted[j - 1] = higher;
        }
    }
    const double rank = share * CANSA_MODELS;
    int k = (int)rank;
    k += k < rank;
    return sorted[k - 1];
}

static double min_accuracy(const eswi_cansa_config *config, int context)
{
    if (config->accuracy_min_percent > 0.0)
        return config->accuracy_min_percent;
    return config->accuracy_top > 0.0 ? accuracy_of_top(context, config->accuracy_top)
                                      : eswi_cansa_min_accuracy[context];
}

/* ---------------------------------------------------------------- the lists */

static bool may_use(const eswi_cansa_config *config, int context, int option)
{
    return config->allowed[option] &&
           eswi_cansa_accuracy[context][option / CANSA_DEPLOYMENTS] >= config->accuracy_min[context];
}

/* What tells options' energies apart: operations on the device, unless energy is free. */
static double energy_key(const eswi_cansa_config *config, int option)
{
    return config->joules_per_gflop > 0.0 ? config->options[option].mflop : 0.0;
}

/* Whether `other`, of the same energy, comes before `option` at every rate, ties and rounding included: it computes so
 * much less that no sum of at most L_max can round to the same, or as much and has the smaller index. */
static bool beats(const eswi_cansa_config *config, int other, int option)
{
    const eswi_cansa_option *a = &config->options[other], *b = &config->options[option];
    const bool faster = a->compute_s < b->compute_s - 0x1p-46 * config->latency_max_s;
    return a->bits <= b->bits && (faster || (a->compute_s == b->compute_s && other < option));
}

static bool is_beaten(const eswi_cansa_config *config, int context, int option)
{
    for (int other = 0; other < CANSA_OPTIONS; other++)
        if (other != option && may_use(config, context, other) &&
            energy_key(config, other) == energy_key(config, option) && beats(config, other, option))
            return true;
    return false;
}

static double gain(const eswi_cansa_config *config, int context, int option)
{
    const double accuracy = eswi_cansa_accuracy[context][option / CANSA_DEPLOYMENTS];
    const double sigma =
        1.0 / (1.0 + eswi_exp(-config->accuracy_slope * (accuracy - config->accuracy_min[context])));
    return config->weight_accuracy * sigma - config->weight_energy * config->options[option].energy_j;
}

static void append(const eswi_cansa_config *config, eswi_cansa_list *list, int context, int group, int option)
{
    const int k = list->count[context]++;
    list->compute_s[k][context] = config->options[option].compute_s;
    list->bits[k][context] = config->options[option].bits;
    list->gain[k][context] = gain(config, context, option);
    list->group[k][context] = group;
    list->option[k][context] = option;
    list->most = list->count[context] > list->most ? list->count[context] : list->most;
}

static void clear(eswi_cansa_list *list)
{
    memset(list, 0, sizeof *list);
    for (int k = 0; k < CANSA_OPTIONS; k++)
        for (int c = 0; c < CANSA_ROW; c++)
            list->compute_s[k][c] = eswi_inf();
}

/* The energy levels of a context, ascending. */
static void make_groups(eswi_cansa_config *config, int context)
{
    eswi_cansa_rules *rules = &config->rules;
    double last = -1.0;
    for (;;) {
        double next = eswi_inf();
        for (int o = 0; o < CANSA_OPTIONS; o++) {
            const double key = energy_key(config, o);
            if (may_use(config, context, o) && key > last && key < next)
                next = key;
        }
        if (!(next < eswi_inf()))
            return;
        last = next;
        rules->group_mflop[rules->groups[context]++][context] = next;
    }
}

static void make_lists(eswi_cansa_config *config, int context)
{
    eswi_cansa_rules *rules = &config->rules;
    for (int g = 0; g < rules->groups[context]; g++)
        for (int o = 0; o < CANSA_OPTIONS; o++)
            if (may_use(config, context, o) && energy_key(config, o) == rules->group_mflop[g][context] &&
                !is_beaten(config, context, o))
                append(config, &rules->by_energy, context, g, o);
    for (int o = 0; o < CANSA_OPTIONS; o++)
        if (may_use(config, context, o))
            append(config, &rules->by_utility, context, 0, o);
}

/* ---------------------------------------------------------------- needs */

/* The relative error of bits / (limit - compute_s) as a bound for whether L(R) <= limit: three roundings of sums and
 * quotients of size limit, seen from limit - compute_s. */
static double error_of(const eswi_cansa_option *option, double limit_s)
{
    return 0x1p-49 * (limit_s / (limit_s - option->compute_s));
}

static void make_need(const eswi_cansa_config *config, int context, int group, double limit_s, bool locals,
                      eswi_cansa_need *need)
{
    const eswi_cansa_list *list = &config->rules.by_energy;
    double least = eswi_inf(), margin = 0x1p-40;
    for (int pass = 0; pass < 2;
         pass++) { /* the least rate, then all options that rounding could put below it */
        for (int k = 0; k < list->count[context]; k++) {
            const eswi_cansa_option *option = &config->options[list->option[k][context]];
            if ((group >= 0 && list->group[k][context] != group) || !(option->compute_s < limit_s))
                continue;
            const double rate = option->bits / (limit_s - option->compute_s), error = error_of(option, limit_s);
            if (pass == 0 && option->bits > 0.0 && rate < least)
                least = rate;
            if (pass == 1 && option->bits > 0.0 && rate * (1.0 - error) <= least * (1.0 + 0x1p-40))
                margin = error + 0x1p-40 > margin ? error + 0x1p-40 : margin;
        }
    }
    need->rate_bps[context] = least;
    need->margin[context] = margin;
    need->local[context] = 0;
    for (int k = 0; k < list->count[context] && locals; k++) {
        const eswi_cansa_option *option = &config->options[list->option[k][context]];
        if ((group < 0 || list->group[k][context] == group) && option->bits == 0.0 &&
            option->compute_s <= limit_s)
            need->local[context] = 1;
    }
}

void eswi_cansa_make_options(eswi_cansa_config *config)
{
    eswi_cansa_rules *rules = &config->rules;
    memset(rules->groups, 0, sizeof rules->groups);
    clear(&rules->by_energy);
    clear(&rules->by_utility);
    for (int o = 0; o < CANSA_OPTIONS; o++)
        fill_option(config, o);
    for (int c = 0; c < CANSA_CONTEXTS; c++) {
        config->accuracy_min[c] = min_accuracy(config, c);
        make_groups(config, c);
        make_lists(config, c);
        make_need(config, c, -1, rules->guard_s, config->reading == CANSA_REPAIRED, &rules->guarded);
        for (int g = 0; g < rules->groups[c]; g++)
            make_need(config, c, g, rules->latency_max_s, true, &rules->group[g]);
    }
}
