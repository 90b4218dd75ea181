/* CANSA on a device: the operations the engine calls. */
#ifndef ESWI_KERNELS_CANSA_SOLVER_H
#define ESWI_KERNELS_CANSA_SOLVER_H

#include "backend/backend.h"

extern const eswi_solver_ops eswi_cuda_cansa_ops;

#endif
