/* CUDA's qualifiers and built-in types for the CPU execution layer.
 *
 * One block runs at a time on one OS thread, so memory shared by a block is static memory. All of it lies in
 * one named section, which lets the layer fill it with garbage before every block. gcc drops the section of
 * statics in templates and inline functions: kernels declare shared memory in plain functions only.
 */
#ifndef SIMT_TYPES_H
#define SIMT_TYPES_H

#define __global__
#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(n)    __attribute__((aligned(n)))
#define __shared__      static __attribute__((section("simt_shared")))

#define SIMT_VECTOR_TYPES(element, name, align_2, align_4)                    \
    struct alignas(align_2) name##2                                           \
    {                                                                         \
        element x, y;                                                         \
    };                                                                        \
    struct name##3                                                            \
    {                                                                         \
        element x, y, z;                                                      \
    };                                                                        \
    struct alignas(align_4) name##4                                           \
    {                                                                         \
        element x, y, z, w;                                                   \
    };                                                                        \
    inline name##2 make_##name##2(element x, element y)                       \
    {                                                                         \
        return {x, y};                                                        \
    }                                                                         \
    inline name##3 make_##name##3(element x, element y, element z)            \
    {                                                                         \
        return {x, y, z};                                                     \
    }                                                                         \
    inline name##4 make_##name##4(element x, element y, element z, element w) \
    {                                                                         \
        return {x, y, z, w};                                                  \
    }

SIMT_VECTOR_TYPES(float, float, 8, 16)
SIMT_VECTOR_TYPES(int, int, 8, 16)
SIMT_VECTOR_TYPES(unsigned, uint, 8, 16)
SIMT_VECTOR_TYPES(unsigned char, uchar, 2, 4)
#undef SIMT_VECTOR_TYPES

struct alignas(16) double2 {
    double x, y;
};
inline double2 make_double2(double x, double y)
{
    return {x, y};
}

namespace simt
{
/* Of a grid in y: config.rows. */
unsigned most_rows();
} // namespace simt

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_)
    {
    }
};

#endif
