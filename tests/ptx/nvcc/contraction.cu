/* A control for the contraction lint: one fma of each type is asked for, every other product and sum stands
 * alone. */
extern "C" __global__ void contraction_kernel(const float *x, float *y, const double *u, double *v)
{
    y[0] = x[0] * x[1] + x[2];
    y[1] = x[0] * x[1] - x[2];
    y[2] = __fmaf_rn(x[0], x[1], x[2]);
    v[0] = u[0] * u[1] + u[2];
    v[1] = u[2] - u[0] * u[1];
    v[2] = __fma_rn(u[0], u[1], u[2]);
}
