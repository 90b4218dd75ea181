/* One device: its memory, and its part of every batch. A worker belongs to one thread at a time.
 *
 * Two slots, each a stream with device memory for a chunk of scenarios, let one chunk compute while another is
 * copied. A chunk is as large as half a batch or as device memory allows; chunk k of a range belongs to slot k mod 2.
 * A slot remembers which scenarios its instances are: where a batch fits into two chunks it is drawn once for all
 * methods, where it does not it is drawn again, which is cheaper than a copy from the host. Scenarios from a file are
 * staged by the host into the slot's pinned memory and copied.
 */
#ifndef ESWI_KERNELS_WORKER_H
#define ESWI_KERNELS_WORKER_H

#include "kernels/common/system.h"

enum { ESWI_CUDA_SLOTS = 2 };

typedef struct eswi_cuda_slot {
    cudaStream_t stream;
    char *d_instances, *d_decisions, *d_scratch;
    char *h_decisions; /* pinned */
    char *h_instances; /* pinned; NULL: instances are drawn on the device */
    uint64_t first;    /* the instances held are first .. first + held - 1 */
    uint32_t held;
    char *out; /* where the decisions in flight go; NULL: none are */
    size_t out_bytes;
} eswi_cuda_slot;

/* One method of the point, or staging. */
typedef struct eswi_cuda_run {
    size_t method;
    char *h_image, *d_image;
} eswi_cuda_run;

typedef struct eswi_cuda_worker {
    const eswi_cuda_system *system;
    const esw_system *host_system; /* whose `stage` takes scenarios of host_config from a file; NULL: it does not */
    const esw_config *host_config;
    int ordinal;
    uint64_t seed;
    uint32_t chunk; /* scenarios of a slot */
    size_t instance_bytes, decision_bytes;
    char *d_memory;      /* everything below that begins with d_ */
    char *h_memory;      /* pinned: of all slots */
    char *h_images;      /* of all runs */
    eswi_cuda_run *runs; /* staging, then those of the point */
    eswi_cuda_slot slot[ESWI_CUDA_SLOTS];
} eswi_cuda_worker;

/* Host bytes that `open` takes for parts of at most `batch` scenarios. */
size_t eswi_cuda_worker_host_bytes(const eswi_cuda_system *system, const eswi_point *point, uint32_t batch);

/* Opens a worker for parts of at most `batch` scenarios; worker->system and ->ordinal are set, all else zero. Device
 * memory comes from what is free there, at most `max_bytes` (0: no limit). On failure close it all the same. */
esw_status eswi_cuda_worker_open(eswi_cuda_worker *worker, const eswi_point *point, uint32_t batch,
                                 size_t max_bytes, esw_error *error);

/* Waits for what is in flight and gives everything back; errors have no one left to hear them. */
void eswi_cuda_worker_close(eswi_cuda_worker *worker);

/* Draws scenarios first .. first + count - 1 into h_instances (pinned, instance_bytes apart). */
esw_status eswi_cuda_worker_stage(eswi_cuda_worker *worker, uint64_t first, uint32_t count, char *h_instances,
                                  esw_error *error);

/* Solves the same scenarios with run `run` of the point into `decisions` (decision_bytes apart). */
esw_status eswi_cuda_worker_solve(eswi_cuda_worker *worker, size_t run, uint64_t first, uint32_t count,
                                  char *decisions, esw_error *error);

#endif
