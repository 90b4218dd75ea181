/* What a system is to a device: what its kernels need beside instances and decisions, and what fills those.
 *
 * Everything else that a device needs of its host is the same for all systems (worker.h, solver.h): memory, streams, the
 * way of a batch there and back.
 */
#ifndef ESWI_KERNELS_SYSTEM_H
#define ESWI_KERNELS_SYSTEM_H

#include "backend/backend.h"
#include "kernels/common/port.h"

/* Of everything that has an address of its own in device memory. */
enum { ESWI_CUDA_ALIGN = 256 };

constexpr size_t eswi_cuda_aligned(size_t bytes)
{
    return (bytes + ESWI_CUDA_ALIGN - 1) / ESWI_CUDA_ALIGN * ESWI_CUDA_ALIGN;
}

/* Instead of a method, in the run whose config instances are drawn with. */
#define ESWI_CUDA_STAGING SIZE_MAX

/* Scenarios on a device, and what a run works on them with. */
typedef struct eswi_cuda_chunk {
    const char *h_image, *d_image;         /* what the system made of the run's config, and its copy there */
    char *d_instances, *d_decisions;       /* [count] blocks in the host's byte layout, 64-byte aligned */
    size_t instance_bytes, decision_bytes; /* of a block */
    char *d_scratch;     /* as many bytes as the system asked for, 256-byte aligned, contents undefined */
    uint32_t count;      /* scenarios, >= 1 */
    uint32_t capacity;   /* scenarios that d_scratch was sized for, >= count */
    cudaStream_t stream; /* of all launches and copies */
} eswi_cuda_chunk;

/* Its configs are the host's. `stage` and `solve` enqueue on the chunk's stream alone, and do not wait, allocate or copy to
 * the host: ESW_BACKEND with file, line and API text when a launch fails. */
typedef struct eswi_cuda_system {
    const char *name;    /* as in esw_system */
    const char *smaller; /* what helps where two scenarios are too much for a device: "take fewer users" */
    /* Whether the kernels can number what a scenario has; NULL: always. */
    esw_status (*check)(const esw_config *config, esw_error *error);
    /* What kernels read of a config beside the chunk: its bytes, and their content, laid out at h_image (zeros at first)
     * with pointers that lead into d_image, where it is copied to. Both are 256-byte aligned. */
    size_t (*image_bytes)(const eswi_method_run *run);
    void (*image)(const eswi_method_run *run, char *h_image, char *d_image);
    size_t (*scratch_bytes)(const eswi_method_run *run, uint32_t capacity);
    /* Draws scenarios first .. first + count - 1, unless they come from a file (esw_sizes.file_bytes): those the host stages. */
    esw_status (*stage)(const eswi_cuda_chunk *chunk, uint64_t seed, uint64_t first, esw_error *error);
    /* Fills the decisions by a method. */
    esw_status (*solve)(const eswi_cuda_chunk *chunk, size_t method, esw_error *error);
} eswi_cuda_system;

#endif
