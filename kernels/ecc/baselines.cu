/* ECC: edge-only, neurosurgeon and dnn-surgery, by the formulas the CPU runs (ecc/baseline_kernel.h). All start from
 * everybody local (local.cu) and rule A (assign.cu).
 *
 *   edge_only      a thread a user
 *   share          a thread a user: counts the users of every subchannel by integer atomics, whose order is no matter
 *   rates          a thread a user: its OMA rates, one logarithm a direction, in double
 *   neurosurgeon   a thread a user: its split of least latency, 4 divisions a unit
 *   surgery        a warp an AP: rounds over the AP's users until the number of those who offload repeats
 */
#include "kernels/ecc/baselines.h"

#include "base/reduce.h"
#include "ecc/baseline_kernel.h"
#include "kernels/common/check.h"
#include "kernels/ecc/assign.h"
#include "kernels/ecc/local.h"

enum {
    WARP = 32,
    THREADS_PER_BLOCK = 128,
    WARPS_PER_BLOCK = THREADS_PER_BLOCK / WARP,
    SURGERY_BLOCKS_PER_SM = 5 /* 88 registers a thread: left to itself the compiler for sm_90 takes 80 and spills */
};
static const unsigned all_lanes = 0xffffffffu;

/* Scratch. The loads of rule A come first and are dead when the others are written. */
typedef struct workspace {
    int32_t *load;    /* rule A's */
    int32_t *share;   /* [scenario][direction][M] users of a subchannel in the whole network */
    double *rate_bps; /* [scenario][direction][U] of the OMA share; 0 without a subchannel */
    int32_t *member;  /* [scenario][U] users, those of AP 0 first, in index order within an AP */
    int32_t *best;    /* [scenario][U] the best round's splits */
} workspace;

static workspace lay_out(const eswi_ecc_config *config, uint32_t capacity, eswi_carve *c)
{
    const size_t users = (size_t)config->users * capacity;
    workspace w;
    w.load = (int32_t *)eswi_carve_take(c, eswi_cuda_ecc_assign_scratch(config, capacity), 1);
    w.share = ESWI_CARVE(c, int32_t, ECC_DIRECTIONS * (size_t)config->subchannels * capacity);
    w.rate_bps = ESWI_CARVE(c, double, ECC_DIRECTIONS *users);
    w.member = ESWI_CARVE(c, int32_t, users);
    w.best = ESWI_CARVE(c, int32_t, users);
    return w;
}

size_t eswi_cuda_ecc_baseline_scratch(const eswi_ecc_config *config, ecc_method method, uint32_t capacity)
{
    eswi_carve measured = {nullptr, 0};
    (void)method;
    lay_out(config, capacity, &measured);
    return measured.used;
}

/* ---------------------------------------------------------------- a thread a user */

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK) ecc_edge_only_kernel(const eswi_ecc_batch batch)
{
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, i);
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, i);
        if (user < batch.config.users) {
            const int split = eswi_ecc_has_subchannels(&decision, user)
                                  ? 1
                                  : eswi_ecc_units_of(&batch.config, &instance, user);
            eswi_ecc_decide_user(&batch.config, &instance, user, split, batch.config.units_max, &decision);
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_share_kernel(const eswi_ecc_batch batch, int32_t *share)
{
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    const size_t subchannels = (size_t)batch.config.subchannels;
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, i);
        for (int d = 0; d < ECC_DIRECTIONS && user < batch.config.users; d++) {
            const int32_t m = decision.assigned[d][user];
            if (m >= 0)
                atomicAdd(&share[((size_t)i * ECC_DIRECTIONS + (size_t)d) * subchannels + (size_t)m], 1);
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_rates_kernel(const eswi_ecc_batch batch, const int32_t *__restrict__ share,
                     double *__restrict__ rate_bps)
{
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    const size_t users = (size_t)batch.config.users, subchannels = (size_t)batch.config.subchannels;
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, i);
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, i);
        for (int d = 0; d < ECC_DIRECTIONS && user < batch.config.users; d++) {
            const size_t row = (size_t)i * ECC_DIRECTIONS + (size_t)d;
            const int32_t m = decision.assigned[d][user];
            const size_t link = (size_t)user * (size_t)batch.config.aps + (size_t)instance.ap_of_user[user];
            rate_bps[row * users + (size_t)user] =
                m < 0 ? 0.0
                      : eswi_ecc_oma_rate(&batch.config, d, share[row * subchannels + (size_t)m],
                                          instance.gain[d][link * subchannels + (size_t)m]);
        }
    }
}

/* The rates of a scenario. */
static __device__ __forceinline__ const double *rates_of(const eswi_ecc_batch *batch, const double *rate_bps,
                                                         uint32_t scenario)
{
    return rate_bps + (size_t)scenario * ECC_DIRECTIONS * (size_t)batch->config.users;
}

static __device__ __forceinline__ eswi_ecc_transfer transfer_of(const eswi_ecc_config *config,
                                                                const double *rate_bps, int user)
{
    eswi_ecc_transfer transfer;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        transfer.power_w[d] = config->power_max_w[d];
        transfer.rate_bps[d] = rate_bps[(size_t)d * (size_t)config->users + (size_t)user];
    }
    return transfer;
}

static __device__ __forceinline__ const eswi_ecc_profile *profile_of(const eswi_ecc_config *config,
                                                                     const eswi_ecc_instance *instance,
                                                                     int user)
{
    return &config->profiles[instance->profile_of_user[user]];
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_neurosurgeon_kernel(const eswi_ecc_batch batch, const double *__restrict__ rate_bps)
{
    const eswi_ecc_config *config = &batch.config;
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    const double edge_flops_per_s = eswi_ecc_edge_flops_per_s(config, config->units_max);
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, i);
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, i);
        if (user < config->users) {
            const eswi_ecc_transfer transfer = transfer_of(config, rates_of(&batch, rate_bps, i), user);
            const int split =
                eswi_ecc_fastest_split(config, profile_of(config, &instance, user),
                                       eswi_ecc_has_subchannels(&decision, user), edge_flops_per_s, &transfer);
            eswi_ecc_decide_user(config, &instance, user, split, config->units_max, &decision);
        }
    }
}

/* ---------------------------------------------------------------- a warp an AP */

/* What the lanes of a warp know of their AP. */
typedef struct surgery {
    const eswi_ecc_config *config;
    eswi_ecc_instance instance;
    eswi_ecc_decision decision;
    const double *rate_bps; /* the scenario's */
    int32_t *member;        /* the AP's users in index order; lane l has those at l, l + 32, ... */
    int32_t *best;          /* [U] of the scenario */
    int members, lane;
} surgery;

static __device__ __forceinline__ int sum_lanes(int value)
{
    return (int)__reduce_add_sync(all_lanes, (unsigned)value);
}

/* Lists the AP's users behind those of the APs before it. */
static __device__ __forceinline__ void list_members(surgery *s, int ap, int32_t *members_of_scenario)
{
    int before = 0, found = 0;
    for (int u = s->lane; u < s->config->users; u += WARP)
        before += s->instance.ap_of_user[u] < ap;
    s->member = members_of_scenario + sum_lanes(before);
    for (int first = 0; first < s->config->users; first += WARP) {
        const int u = first + s->lane;
        const int mine = u < s->config->users && s->instance.ap_of_user[u] == ap;
        const unsigned who = __ballot_sync(all_lanes, mine);
        if (mine)
            s->member[found + __popc(who & ((1u << s->lane) - 1u))] = u;
        found += __popc(who);
    }
    s->members = found;
    __syncwarp();
}

static __device__ __forceinline__ double latency_s(const surgery *s, int user, double edge_flops_per_s)
{
    const eswi_ecc_transfer transfer = transfer_of(s->config, s->rate_bps, user);
    return eswi_ecc_latency_s(s->config, profile_of(s->config, &s->instance, user), s->decision.split[user],
                              edge_flops_per_s, &transfer);
}

/* Every user of the AP takes its fastest split at the given share of the edge; how many offload then. */
static __device__ __forceinline__ int split_users(const surgery *s, double units)
{
    const double edge_flops_per_s = eswi_ecc_edge_flops_per_s(s->config, units);
    int offloading = 0;
    for (int k = s->lane; k < s->members; k += WARP) {
        const int u = s->member[k];
        const eswi_ecc_transfer transfer = transfer_of(s->config, s->rate_bps, u);
        const eswi_ecc_profile *profile = profile_of(s->config, &s->instance, u);
        const int split = eswi_ecc_fastest_split(s->config, profile, eswi_ecc_has_subchannels(&s->decision, u),
                                                 edge_flops_per_s, &transfer);
        s->decision.split[u] = split;
        offloading += split < profile->units;
    }
    __syncwarp();
    return sum_lanes(offloading);
}

/* The sum in the shape of base/reduce.h: user k of the AP in partial k mod 16, a lane a partial, then the tree. */
static __device__ __forceinline__ double total_latency_s(const surgery *s, double units)
{
    const double edge_flops_per_s = eswi_ecc_edge_flops_per_s(s->config, units);
    double partial = 0.0;
    for (int k = s->lane; k < s->members && s->lane < ESWI_SUM_PARTIALS; k += ESWI_SUM_PARTIALS)
        partial += latency_s(s, s->member[k], edge_flops_per_s);
    for (int half = ESWI_SUM_PARTIALS / 2; half > 0; half /= 2) {
        const double other = __shfl_down_sync(all_lanes, partial, (unsigned)half, ESWI_SUM_PARTIALS);
        partial = partial + other;
    }
    __syncwarp(); /* the splits are read: the next round may write them, and a shuffle orders no memory */
    return __shfl_sync(all_lanes, partial, 0);
}

static __device__ __forceinline__ void copy_splits(const surgery *s, const int32_t *from, int32_t *to)
{
    for (int k = s->lane; k < s->members; k += WARP)
        to[s->member[k]] = from[s->member[k]];
    __syncwarp();
}

/* The rounds of baselines.c; the number of users that offload in the end. */
static __device__ __forceinline__ int operate(const surgery *s)
{
    int connected = 0;
    for (int k = s->lane; k < s->members; k += WARP)
        connected += eswi_ecc_has_subchannels(&s->decision, s->member[k]);
    int offloading = sum_lanes(connected), best_offloading = 0;
    double best_s = 0.0;
    for (int round = 0; round < ECC_SURGERY_ROUNDS; round++) {
        const int before = offloading;
        offloading = split_users(s, eswi_ecc_shared_units(s->config, before));
        if (offloading == before)
            return offloading;
        const double round_s = total_latency_s(s, eswi_ecc_shared_units(s->config, offloading));
        if (round == 0 || round_s < best_s) {
            best_s = round_s;
            best_offloading = offloading;
            copy_splits(s, s->decision.split, s->best);
        }
    }
    copy_splits(s, s->best, s->decision.split);
    return best_offloading;
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, SURGERY_BLOCKS_PER_SM)
    ecc_surgery_kernel(const eswi_ecc_batch batch, const double *__restrict__ rate_bps, int32_t *member,
                       int32_t *best)
{
    const eswi_ecc_config *config = &batch.config;
    const uint32_t warp = blockIdx.x * WARPS_PER_BLOCK + threadIdx.x / WARP; /* threads may be more than 2^32 */
    const uint32_t scenario = warp / (uint32_t)config->aps;
    const int ap = (int)(warp % (uint32_t)config->aps);
    if (scenario < batch.count) {
        const size_t row = (size_t)scenario * (size_t)config->users;
        surgery s;
        s.config = config;
        s.instance = eswi_ecc_batch_instance(&batch, scenario);
        s.decision = eswi_ecc_batch_decision(&batch, scenario);
        s.rate_bps = rates_of(&batch, rate_bps, scenario);
        s.best = best + row;
        s.lane = (int)(threadIdx.x % WARP);
        list_members(&s, ap, member + row);
        const double units = eswi_ecc_shared_units(config, operate(&s));
        for (int k = s.lane; k < s.members; k += WARP) {
            const int u = s.member[k];
            eswi_ecc_decide_user(config, &s.instance, u, s.decision.split[u], units, &s.decision);
        }
    }
}

/* ---------------------------------------------------------------- launches */

static dim3 blocks_of_users(const eswi_ecc_batch *batch)
{
    const uint32_t users = (uint32_t)batch->config.users;
    return dim3((users + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK, eswi_cuda_rows(batch->count));
}

static workspace workspace_of(const eswi_ecc_batch *batch)
{
    eswi_carve c = {batch->d_scratch, 0};
    return lay_out(&batch->config, batch->capacity, &c);
}

static esw_status assigned_start(const eswi_ecc_batch *batch, ecc_access access, const workspace *w,
                                 cudaStream_t stream, esw_error *error)
{
    const esw_status status = eswi_cuda_ecc_local(batch, access, stream, error);
    return status ? status : eswi_cuda_ecc_assign(batch, w->load, stream, error);
}

/* The start and the rates of the two planners, which plan for OMA. */
static esw_status plan_rates(const eswi_ecc_batch *batch, const workspace *w, cudaStream_t stream,
                             esw_error *error)
{
    const size_t share_bytes =
        sizeof(int32_t) * ECC_DIRECTIONS * batch->count * (size_t)batch->config.subchannels;
    const esw_status status = assigned_start(batch, ECC_OMA, w, stream, error);
    if (status)
        return status;
    ESWI_CUDA_TRY(error, cudaMemsetAsync(w->share, 0, share_bytes, stream));
    ESW_LAUNCH(ecc_share_kernel, blocks_of_users(batch), THREADS_PER_BLOCK, 0, stream, *batch, w->share);
    ESWI_CUDA_LAUNCHED(error, ecc_share_kernel);
    ESW_LAUNCH(ecc_rates_kernel, blocks_of_users(batch), THREADS_PER_BLOCK, 0, stream, *batch, w->share,
               w->rate_bps);
    ESWI_CUDA_LAUNCHED(error, ecc_rates_kernel);
    return ESW_OK;
}

esw_status eswi_cuda_ecc_edge_only(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                   esw_error *error)
{
    const workspace w = workspace_of(batch);
    (void)method;
    const esw_status status = assigned_start(batch, batch->config.access, &w, stream, error);
    if (status)
        return status;
    ESW_LAUNCH(ecc_edge_only_kernel, blocks_of_users(batch), THREADS_PER_BLOCK, 0, stream, *batch);
    ESWI_CUDA_LAUNCHED(error, ecc_edge_only_kernel);
    return ESW_OK;
}

esw_status eswi_cuda_ecc_neurosurgeon(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                      esw_error *error)
{
    const workspace w = workspace_of(batch);
    (void)method;
    const esw_status status = plan_rates(batch, &w, stream, error);
    if (status)
        return status;
    ESW_LAUNCH(ecc_neurosurgeon_kernel, blocks_of_users(batch), THREADS_PER_BLOCK, 0, stream, *batch,
               w.rate_bps);
    ESWI_CUDA_LAUNCHED(error, ecc_neurosurgeon_kernel);
    return ESW_OK;
}

esw_status eswi_cuda_ecc_dnn_surgery(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                     esw_error *error)
{
    const workspace w = workspace_of(batch);
    const uint32_t warps = batch->count * (uint32_t)batch->config.aps;
    (void)method;
    const esw_status status = plan_rates(batch, &w, stream, error);
    if (status)
        return status;
    ESW_LAUNCH(ecc_surgery_kernel, (warps + WARPS_PER_BLOCK - 1) / WARPS_PER_BLOCK, THREADS_PER_BLOCK, 0,
               stream, *batch, w.rate_bps, w.member, w.best);
    ESWI_CUDA_LAUNCHED(error, ecc_surgery_kernel);
    return ESW_OK;
}
