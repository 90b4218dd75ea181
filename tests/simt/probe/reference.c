/* One instruction set's loops; the build sets PROBE_REFERENCE to its table's name. */
#include "reference.h"

#include "kernels/common/probe.h"

#define LOOP_OF_TYPE(type, name, value)                                                                     \
    static void loop_##name(type *ESW_RESTRICT out, const type *ESW_RESTRICT x, const type *ESW_RESTRICT y, \
                            int n)                                                                          \
    {                                                                                                       \
        (void)y;                                                                                            \
        _Pragma("omp simd") for (int i = 0; i < n; i++) out[i] = value;                                     \
    }
#define FLOAT_LOOP(name, inputs, value)  LOOP_OF_TYPE(float, name, value)
#define DOUBLE_LOOP(name, inputs, value) LOOP_OF_TYPE(double, name, value)
ESWI_PROBE_FLOATS(FLOAT_LOOP)
ESWI_PROBE_DOUBLES(DOUBLE_LOOP)

#define RUN(name, inputs, value)   \
    case ESWI_PROBE_##name:        \
        loop_##name(out, x, y, n); \
        break;

static void floats(int row, float *out, const float *x, const float *y, int n)
{
    switch (row) {
        ESWI_PROBE_FLOATS(RUN)
    }
}

static void doubles(int row, double *out, const double *x, const double *y, int n)
{
    switch (row) {
        ESWI_PROBE_DOUBLES(RUN)
    }
}

const probe_reference PROBE_REFERENCE = {floats, doubles};
