#include "kernels/common/check.h"

#include <cstring>

/* The path as the project knows it, from kernels/ on. */
static const char *project_path(const char *file)
{
    const char *path = file;
    for (const char *next = file; (next = strstr(next, "kernels/")) != nullptr; next++)
        path = next;
    return path;
}

esw_status eswi_cuda_fail(esw_error *error, cudaError_t code, const char *call, const char *file, int line)
{
    cudaGetLastError();
    return esw_fail(error, ESW_BACKEND, "%s:%d: %s: %s (%s)", project_path(file), line, call,
                    cudaGetErrorString(code), cudaGetErrorName(code));
}
