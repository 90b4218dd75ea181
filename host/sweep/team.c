#include "sweep/team.h"

#include <stdlib.h>

/* Beyond the number of any block; a thousand processes may add it to a counter. */
static const uint64_t shut = UINT64_C(1) << 50;

bool eswi_team_leads(const esw_team *team)
{
    return !team || team->rank == 0;
}

/* 0 for done, 1 for an interruption, more for failures. */
static int64_t severity(esw_status status)
{
    if (status == ESW_OK)
        return 0;
    return status == ESW_INTERRUPTED ? 1 : 1 + (int64_t)status;
}

esw_status eswi_team_agree(const esw_team *team, esw_status status, esw_error *error)
{
    if (!team)
        return status;
    struct {
        esw_status status;
        esw_error error;
    } verdict = {.status = status};
    if (error)
        verdict.error = *error;
    /* Of equally bad ones the lowest rank's. */
    const int64_t own = severity(status) * team->size + (team->size - 1 - team->rank);
    int64_t worst = own;
    esw_status failed = team->largest(team->context, &worst, error);
    if (failed)
        return failed;
    const int root = team->size - 1 - (int)(worst % team->size);
    failed = team->broadcast(team->context, root, &verdict, sizeof verdict, error);
    if (failed)
        return failed;
    if (error && verdict.status)
        *error = verdict.error;
    return verdict.status;
}

esw_status eswi_team_share(const esw_team *team, void *data, size_t size, esw_error *error)
{
    return team && size > 0 ? team->broadcast(team->context, 0, data, size, error) : ESW_OK;
}

esw_status eswi_team_share_work(const esw_team *team, eswi_work *work, esw_error *error)
{
    if (!team)
        return ESW_OK;
    eswi_work sizes = *work;
    esw_status status = eswi_team_share(team, &sizes, sizeof sizes, error);
    if (status)
        return status;
    if (team->rank > 0) {
        *work = sizes;
        work->segments = malloc((sizes.n_segments + 1) * sizeof *work->segments);
        work->sets = malloc(sizes.n_sets * sizes.n_methods + 1);
    }
    if (!work->segments || !work->sets)
        status = sizes.n_segments > 0 ? esw_fail(error, ESW_NO_MEMORY, "out of memory for the list of blocks")
                                      : ESW_OK;
    status = eswi_team_agree(team, status, error);
    if (!status)
        status = eswi_team_share(team, work->segments, sizes.n_segments * sizeof *work->segments, error);
    if (!status)
        status = eswi_team_share(team, work->sets, sizes.n_sets * sizes.n_methods, error);
    return status;
}

esw_status eswi_dispenser_take(eswi_dispenser *d, uint64_t wanted, uint64_t *first, esw_error *error)
{
    if (d->team)
        return d->team->fetch_add(d->team->context, d->round, wanted, first, error);
    *first = d->next;
    d->next += wanted;
    return ESW_OK;
}

esw_status eswi_dispenser_shut(eswi_dispenser *d, esw_error *error)
{
    uint64_t before;
    return eswi_dispenser_take(d, shut, &before, error);
}
