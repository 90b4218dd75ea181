/* The probes of kernels/common/probe.h as plain C loops, built for several instruction sets. */
#ifndef PROBE_REFERENCE_H
#define PROBE_REFERENCE_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct probe_reference {
    void (*floats)(int row, float *out, const float *x, const float *y, int n);
    void (*doubles)(int row, double *out, const double *x, const double *y, int n);
} probe_reference;

/* Each exists wherever the compiler can build it; the processor must have the instructions to run it. */
extern const probe_reference probe_reference_baseline, probe_reference_avx2, probe_reference_avx512;

#ifdef __cplusplus
}
#endif

#endif
