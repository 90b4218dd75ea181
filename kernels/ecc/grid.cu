/* ECC, method `grid`: every split, uplink power and compute-unit level of every user (ecc/grid.h), after everybody
 * local (local.cu) and rule A (assign.cu).
 *
 *   links    a thread a (user, direction): adds up whom it hears when all send at full power, O(U), in double. All
 *            threads of a warp read the same user v at a time.
 *   search   a warp a user: lanes are (split, compute-unit level) pairs. The uplink's cost per bit at every power level
 *            is computed once, one logarithm a level, and kept in shared memory. A point costs a product, a sum and a
 *            minimum, for a quarter of one 16-byte read from shared memory; the grid is never stored. Then the point
 *            itself is sought in the one split that won: least value, lowest split, lowest power, lowest units.
 *
 * Minima are exact, so their order is free. F x levels x unit levels points a user; the tables, some kilobytes, are
 * read by all warps of a config through the cache.
 */
#include "kernels/ecc/grid.h"

#include "ecc/grid_choice.h"
#include "ecc/grid_plan.h"
#include "kernels/common/check.h"
#include "kernels/ecc/assign.h"
#include "kernels/ecc/local.h"

enum { WARP = 32, THREADS_PER_BLOCK = 128, WARPS_PER_BLOCK = THREADS_PER_BLOCK / WARP };
static const unsigned all_lanes = 0xffffffffu;

/* Dynamic shared memory of a block that needs no opt-in. */
enum { SHARED_BYTES = 48 << 10 };

typedef struct workspace {
    int32_t *load;             /* rule A's */
    eswi_ecc_grid_link *links; /* [scenario][U] */
} workspace;

static workspace lay_out(const eswi_ecc_config *config, uint32_t capacity, eswi_carve *c)
{
    workspace w;
    w.load = (int32_t *)eswi_carve_take(c, eswi_cuda_ecc_assign_scratch(config, capacity), 1);
    w.links = ESWI_CARVE(c, eswi_ecc_grid_link, (size_t)config->users * capacity);
    return w;
}

size_t eswi_cuda_ecc_grid_scratch(const eswi_ecc_config *config, ecc_method method, uint32_t capacity)
{
    eswi_carve measured = {nullptr, 0};
    (void)method;
    lay_out(config, capacity, &measured);
    return measured.used;
}

/* ---------------------------------------------------------------- links */

static __device__ __forceinline__ void link_user(const eswi_ecc_config *config,
                                                 const eswi_ecc_instance *instance, const float *gain,
                                                 int direction, const int32_t *assigned, int user,
                                                 double *sinr_per_w, double *band_hz)
{
    const int32_t *ap = instance->ap_of_user;
    const int32_t m = assigned[user];
    eswi_ecc_heard heard = {0.0, 0};
    *sinr_per_w = *band_hz = 0.0;
    for (int v = 0; v < config->users && m >= 0; v++) {
        if (assigned[v] == m)
            eswi_ecc_grid_hear(config, gain, direction, user, ap[user], v, ap[v], m, &heard);
    }
    if (m >= 0)
        eswi_ecc_grid_link_of(config, gain, direction, user, ap[user], m, &heard, sinr_per_w, band_hz);
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_grid_links_kernel(const eswi_ecc_batch batch, eswi_ecc_grid_link *__restrict__ links)
{
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x), direction = (int)blockIdx.z;
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, i);
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, i);
        if (user < batch.config.users) {
            eswi_ecc_grid_link *link = &links[(size_t)i * (size_t)batch.config.users + (size_t)user];
            const float *gain = direction == ECC_UP ? instance.gain[ECC_UP] : instance.gain[ECC_DOWN];
            const int32_t *assigned =
                direction == ECC_UP ? decision.assigned[ECC_UP] : decision.assigned[ECC_DOWN];
            link_user(&batch.config, &instance, gain, direction, assigned, user, &link->sinr_per_w[direction],
                      &link->band_hz[direction]);
        }
    }
}

/* ---------------------------------------------------------------- search */

/* A place in an order of values: the least value, then the lowest index. */
typedef struct least {
    float value;
    int index;
} least;

static __device__ __forceinline__ least least_of_lanes(least own)
{
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        least other;
        other.value = __shfl_xor_sync(all_lanes, own.value, distance);
        other.index = __shfl_xor_sync(all_lanes, own.index, distance);
        if (other.value < own.value || (other.value == own.value && other.index < own.index))
            own = other;
    }
    return own;
}

static __device__ __forceinline__ float cost_per_bit(const eswi_ecc_grid_tables *t, int direction,
                                                     const eswi_ecc_grid_user *user, int p)
{
    return eswi_ecc_grid_cost_per_bit(t->price[direction][p], t->relative[direction][p],
                                      user->full_sinr[direction], user->band_hz[direction]);
}

/* The downlink's least cost per bit and its level. */
static __device__ __forceinline__ least best_download(const eswi_ecc_grid_tables *t,
                                                      const eswi_ecc_grid_user *user, int lane)
{
    least own = {eswi_inff(), t->power_padded};
    for (int p = lane; p < t->power_padded; p += WARP) {
        const float cost = cost_per_bit(t, ECC_DOWN, user, p);
        if (cost < own.value || own.index == t->power_padded) {
            own.value = cost;
            own.index = p;
        }
    }
    return least_of_lanes(own);
}

/* The least of row + upload over the power levels, four at a time. */
static __device__ __forceinline__ float least_of_split(const eswi_ecc_grid_tables *t, const float *costs,
                                                       int sends, float bits, float row)
{
    float m = FLT_MAX;
    for (int p = 0; p < t->power_padded; p += 4) { /* padded to a multiple of sixteen */
        const float4 cost = *reinterpret_cast<const float4 *>(costs + p);
        const float v0 = row + eswi_ecc_grid_upload(sends, bits, cost.x);
        const float v1 = row + eswi_ecc_grid_upload(sends, bits, cost.y);
        const float v2 = row + eswi_ecc_grid_upload(sends, bits, cost.z);
        const float v3 = row + eswi_ecc_grid_upload(sends, bits, cost.w);
        m = v0 < m ? v0 : m;
        m = v1 < m ? v1 : m;
        m = v2 < m ? v2 : m;
        m = v3 < m ? v3 : m;
    }
    return m;
}

/* The least utility of the grid and the lowest split that reaches it; split 0: no point has a finite one. Lanes take
 * the (split, units) pairs as they lie in the table, so that sixteen levels fill a warp too. */
static __device__ __forceinline__ least best_split(const eswi_ecc_grid_tables *t, const float *costs,
                                                   int profile, float download, int lane)
{
    const int units = t->units[profile];
    const size_t rows = (size_t)profile * (size_t)t->max_units;
    least own = {FLT_MAX, 0};
    for (int pair = lane; pair < units * t->unit_padded; pair += WARP) {
        const int s = pair / t->unit_padded + 1; /* grows, so that the lowest of equal ones stays */
        const int sends = s < units;
        const float row = t->compute[rows * (size_t)t->unit_padded + (size_t)pair] + (sends ? download : 0.0f);
        const float m = least_of_split(t, costs, sends, t->bits[rows + (size_t)(s - 1)], row);
        own.index = m < own.value ? s : own.index;
        own.value = m < own.value ? m : own.value;
    }
    return least_of_lanes(own);
}

/* The lowest (power, units) of a split whose point has exactly the value `best`, as power * unit_padded + units. */
static __device__ __forceinline__ int locate(const eswi_ecc_grid_tables *t, const float *costs, int profile,
                                             float download, least best, int lane)
{
    const size_t at = (size_t)profile * (size_t)t->max_units + (size_t)(best.index - 1);
    const int sends = best.index < t->units[profile];
    int lowest = t->power_padded * t->unit_padded;
    for (int r = lane; r < t->unit_padded; r += WARP) {
        const float row = t->compute[at * (size_t)t->unit_padded + (size_t)r] + (sends ? download : 0.0f);
        for (int p = t->power_padded - 1; p >= 0; p--) {
            const float value = row + eswi_ecc_grid_upload(sends, t->bits[at], costs[p]);
            const int index = p * t->unit_padded + r;
            lowest = value == best.value && index < lowest ? index : lowest;
        }
    }
    return (int)__reduce_min_sync(all_lanes, (unsigned)lowest);
}

static __device__ __forceinline__ void search_user(const eswi_ecc_batch *batch, const eswi_ecc_grid_tables *t,
                                                   const eswi_ecc_grid_link *link, uint32_t scenario, int user,
                                                   float *costs, int lane)
{
    const eswi_ecc_config *config = &batch->config;
    const int profile = eswi_ecc_batch_instance(batch, scenario).profile_of_user[user];
    eswi_ecc_grid_user seen;
    seen.profile = profile;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        seen.full_sinr[d] = (float)(link->sinr_per_w[d] * config->power_max_w[d]);
        seen.band_hz[d] = (float)link->band_hz[d];
    }
    for (int p = lane; p < t->power_padded; p += WARP)
        costs[p] = cost_per_bit(t, ECC_UP, &seen, p);
    __syncwarp();
    const least down = best_download(t, &seen, lane);
    const float download = t->result_bits[profile] * down.value;
    const least best = best_split(t, costs, profile, download, lane);
    if (best.index > 0 && best.index < t->units[profile]) {
        const int point = locate(t, costs, profile, download, best, lane);
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(batch, scenario);
        if (lane == 0) {
            decision.split[user] = best.index;
            decision.power_w[ECC_UP][user] = t->power_w[ECC_UP][point / t->unit_padded];
            decision.power_w[ECC_DOWN][user] = t->power_w[ECC_DOWN][down.index];
            decision.compute_units[user] = t->compute_units[point % t->unit_padded];
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_grid_search_kernel(const eswi_ecc_batch batch, const eswi_ecc_grid_tables tables,
                           const eswi_ecc_grid_link *__restrict__ links)
{
    ESW_DYNAMIC_SHARED(float, shared);
    const uint32_t warps_per_block = blockDim.x / WARP, warp_of_block = threadIdx.x / WARP;
    const uint32_t users = (uint32_t)batch.config.users;
    const uint32_t user = blockIdx.x * warps_per_block + warp_of_block;
    float *costs = shared + (size_t)warp_of_block * (size_t)tables.power_padded;
    for (uint32_t i = blockIdx.y; i < batch.count && user < users; i += gridDim.y) {
        const eswi_ecc_grid_link *link = &links[(size_t)i * users + user];
        __syncwarp(); /* the costs of the scenario before are read no more */
        if (link->band_hz[ECC_UP] > 0.0 && link->band_hz[ECC_DOWN] > 0.0)
            search_user(&batch, &tables, link, i, (int)user, costs, (int)(threadIdx.x % WARP));
    }
}

/* ---------------------------------------------------------------- launches */

static unsigned warps_for(const eswi_ecc_grid_tables *t)
{
    const unsigned fit = SHARED_BYTES / ((unsigned)t->power_padded * (unsigned)sizeof(float));
    return fit < (unsigned)WARPS_PER_BLOCK ? fit : (unsigned)WARPS_PER_BLOCK;
}

esw_status eswi_cuda_ecc_grid(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                              esw_error *error)
{
    eswi_carve c = {batch->d_scratch, 0};
    const workspace w = lay_out(&batch->config, batch->capacity, &c);
    const eswi_ecc_grid_tables tables =
        eswi_ecc_grid_tables_of(&batch->config, const_cast<char *>(batch->d_tables));
    const uint32_t users = (uint32_t)batch->config.users, warps = warps_for(&tables);
    const dim3 by_user((users + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK, eswi_cuda_rows(batch->count),
                       ECC_DIRECTIONS);
    const dim3 by_warp((users + warps - 1) / warps, eswi_cuda_rows(batch->count));
    (void)method;

    esw_status status = eswi_cuda_ecc_local(batch, batch->config.access, stream, error);
    if (!status)
        status = eswi_cuda_ecc_assign(batch, w.load, stream, error);
    if (status)
        return status;
    ESW_LAUNCH(ecc_grid_links_kernel, by_user, THREADS_PER_BLOCK, 0, stream, *batch, w.links);
    ESWI_CUDA_LAUNCHED(error, ecc_grid_links_kernel);
    ESW_LAUNCH(ecc_grid_search_kernel, by_warp, warps * WARP,
               warps * (unsigned)tables.power_padded * (unsigned)sizeof(float), stream, *batch, tables,
               w.links);
    ESWI_CUDA_LAUNCHED(error, ecc_grid_search_kernel);
    return ESW_OK;
}
