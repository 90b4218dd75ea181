/* ECC on a device: value and gradient of lane problems, launched from the host. */
#ifndef ESWI_KERNELS_ECC_EVAL_H
#define ESWI_KERNELS_ECC_EVAL_H

#include "kernels/common/port.h"

#if !defined(ESW_LANE_IS_THREAD)
#define ESW_LANE_IS_THREAD 1
#endif
#include "ecc/fixed.h"
#include "ecc/lanes.h"

/* Evaluates `packs` lane problems: the CUDA twins of eswi_ecc_evaluate and eswi_ecc_evaluate_fixed. A pack is
 * what the CPU works on at a time: ECC_LANES scenarios, or ECC_LANES subchannels of one. d_problems[packs] and
 * d_points[packs] lie in device memory and so does everything they point to; packs share nothing they write.
 * Asynchronous on `stream`; launch errors are left to cudaGetLastError. */
void eswi_cuda_ecc_evaluate(const eswi_ecc_lanes *d_problems, const eswi_ecc_evaluation *d_points, int packs,
                            cudaStream_t stream);
void eswi_cuda_ecc_evaluate_fixed(const eswi_ecc_fixed *d_problems, const eswi_ecc_evaluation *d_points,
                                  int packs, cudaStream_t stream);

#endif
