/* cuRAND's Philox on the device: words[i] after curand_init(seed[i], scenario[i], 4 * xy[i]). */
#include <curand_kernel.h>

extern "C" __global__ void curand_words_kernel(const unsigned long long *seed,
                                               const unsigned long long *scenario, const unsigned long long *xy,
                                               uint4 *words, int n)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i >= n)
        return;
    curandStatePhilox4_32_10_t state;
    curand_init(seed[i], scenario[i], 4 * xy[i], &state);
    words[i] = curand4(&state);
}
