#include "cansa/pack.h"

eswi_cansa_pack eswi_cansa_pack_layout(eswi_carve *carve, int clients)
{
    const size_t cells = (size_t)clients * ESW_LANES;
    eswi_cansa_pack pack;
    pack.rate = ESWI_CARVE(carve, double, cells);
    pack.context = ESWI_CARVE(carve, int32_t, cells);
    pack.need = ESWI_CARVE(carve, int32_t, cells);
    pack.rbs = ESWI_CARVE(carve, int32_t, cells);
    pack.option = ESWI_CARVE(carve, int32_t, cells);
    pack.bid = ESWI_CARVE(carve, double, cells);
    pack.rest = ESWI_CARVE(carve, double, cells);
    pack.threshold = ESWI_CARVE(carve, int32_t, ESW_LANES);
    pack.sum = ESWI_CARVE(carve, int32_t, ESW_LANES);
    pack.left = ESWI_CARVE(carve, int32_t, ESW_LANES);
    return pack;
}

void eswi_cansa_pack_load(const eswi_cansa_pack *pack, int lane, const eswi_cansa_config *config,
                          const eswi_cansa_instance *instance)
{
    double *rate = (double *)pack->rate + lane;
    int32_t *context = (int32_t *)pack->context + lane;
    for (int i = 0; i < config->clients; i++) {
        rate[i * ESW_LANES] = instance->rate_per_rb_bps[i];
        context[i * ESW_LANES] = instance->context[i];
    }
}

void eswi_cansa_pack_load_nothing(const eswi_cansa_pack *pack, int lane, int clients)
{
    for (int i = 0; i < clients; i++) {
        ((double *)pack->rate)[i * ESW_LANES + lane] = 0.0;
        ((int32_t *)pack->context)[i * ESW_LANES + lane] = 0;
    }
}

void eswi_cansa_pack_store(const eswi_cansa_pack *pack, int lane, const eswi_cansa_config *config,
                           const eswi_cansa_decision *decision)
{
    for (int i = 0; i < config->clients; i++) {
        decision->bid[i] = pack->bid[i * ESW_LANES + lane];
        decision->rbs[i] = pack->rbs[i * ESW_LANES + lane];
        decision->option[i] = pack->option[i * ESW_LANES + lane];
    }
    eswi_cansa_report(decision, CANSA_REASON_NONE, 0, 0, 0);
}

eswi_cansa_knapsack eswi_cansa_knapsack_layout(eswi_carve *carve, const eswi_cansa_config *config)
{
    const size_t clients = (size_t)config->clients;
    eswi_cansa_knapsack k = {.row = (size_t)config->rbs_total + 1};
    k.value = ESWI_CARVE(carve, double, (clients + 1) * k.row);
    k.worth = ESWI_CARVE(carve, double, clients *k.row);
    k.steps = ESWI_CARVE(carve, int32_t, clients * k.row);
    k.n_steps = ESWI_CARVE(carve, int32_t, clients);
    return k;
}
