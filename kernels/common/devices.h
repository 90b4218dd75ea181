/* The devices of this machine that the kernels run on. */
#ifndef ESWI_KERNELS_DEVICES_H
#define ESWI_KERNELS_DEVICES_H

#include "edgesweep/status.h"

enum { ESWI_CUDA_DEVICES_MAX = 32 };

typedef struct eswi_cuda_devices {
    int count;
    int ordinal[ESWI_CUDA_DEVICES_MAX]; /* as cudaSetDevice takes them */
    char text[512];                     /* "NVIDIA H100 (sm_90, 79 GiB)", and which were left out and why */
    esw_status status;                  /* ESW_BACKEND: there is none, and why not in `error` */
    esw_error error;
} eswi_cuda_devices;

/* Found on the first call, which starts the driver. Thread safe. CUDA_VISIBLE_DEVICES chooses among several. */
const eswi_cuda_devices *eswi_cuda_devices_here(void);

#endif
