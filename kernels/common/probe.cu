/* A thread an element, a kernel a function; probe.h says what for. */
#include "kernels/common/port.h"
#include "kernels/common/probe.h"

static const unsigned threads_per_block = 128;

#define KERNEL_OF_TYPE(type, name, value)                                                      \
    extern "C" __global__ void __launch_bounds__(128) probe_##name##_kernel(                   \
        type *__restrict__ out, const type *__restrict__ x, const type *__restrict__ y, int n) \
    {                                                                                          \
        const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);                            \
        (void)y;                                                                               \
        if (i < n)                                                                             \
            out[i] = value;                                                                    \
    }
#define FLOAT_KERNEL(name, inputs, value)  KERNEL_OF_TYPE(float, name, value)
#define DOUBLE_KERNEL(name, inputs, value) KERNEL_OF_TYPE(double, name, value)
ESWI_PROBE_FLOATS(FLOAT_KERNEL)
ESWI_PROBE_DOUBLES(DOUBLE_KERNEL)

#define LAUNCH(name, inputs, value)                                                                           \
    case ESWI_PROBE_##name:                                                                                   \
        ESW_LAUNCH(probe_##name##_kernel, blocks, threads_per_block, 0, (cudaStream_t)0, d_out, d_x, d_y, n); \
        break;

void eswi_cuda_probe_float(int row, float *d_out, const float *d_x, const float *d_y, int n)
{
    const unsigned blocks = ((unsigned)n + threads_per_block - 1) / threads_per_block;
    switch (row) {
        ESWI_PROBE_FLOATS(LAUNCH)
    }
}

void eswi_cuda_probe_double(int row, double *d_out, const double *d_x, const double *d_y, int n)
{
    const unsigned blocks = ((unsigned)n + threads_per_block - 1) / threads_per_block;
    switch (row) {
        ESWI_PROBE_DOUBLES(LAUNCH)
    }
}
