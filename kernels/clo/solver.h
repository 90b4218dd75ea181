/* CLO on a device: the operations the engine calls. */
#ifndef ESWI_KERNELS_CLO_SOLVER_H
#define ESWI_KERNELS_CLO_SOLVER_H

#include "backend/backend.h"

extern const eswi_solver_ops eswi_cuda_clo_ops;

#endif
