// cuRAND's own generator, compiled for the host: its device functions become plain ones.
#define QUALIFIERS static inline
#include <vector_functions.h>
#include <vector_types.h>

#include <curand_kernel.h>

extern "C" void curand_words(unsigned long long seed, unsigned long long subsequence, unsigned long long offset,
                             unsigned words[4])
{
    curandStatePhilox4_32_10_t state;
    curand_init(seed, subsequence, offset, &state);
    const uint4 four = curand4(&state);
    words[0] = four.x;
    words[1] = four.y;
    words[2] = four.z;
    words[3] = four.w;
}
