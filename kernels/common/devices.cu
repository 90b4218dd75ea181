#include "kernels/common/devices.h"

#include <cstdio>
#include <cstring>

#include "kernels/common/check.h"

/* The oldest architecture the kernels are compiled for. */
enum { MAJOR_NEEDED = 8 };

static esw_status look_at(eswi_cuda_devices *found, int ordinal, esw_error *error)
{
    cudaDeviceProp properties;
    ESWI_CUDA_TRY(error, cudaGetDeviceProperties(&properties, ordinal));
    if (properties.major < MAJOR_NEEDED) {
        return esw_fail(error, ESW_BACKEND, "%s has compute capability %d.%d, %d.0 is needed", properties.name,
                        properties.major, properties.minor, MAJOR_NEEDED);
    }
    const size_t used = strlen(found->text);
    snprintf(found->text + used, sizeof found->text - used, "%s%s (sm_%d%d, %.0f GiB)", used ? ", " : "",
             properties.name, properties.major, properties.minor,
             (double)properties.totalGlobalMem / (double)(1 << 30));
    found->ordinal[found->count++] = ordinal;
    return ESW_OK;
}

static esw_status look(eswi_cuda_devices *found, esw_error *error)
{
    int all = 0;
    ESWI_CUDA_TRY(error, cudaGetDeviceCount(&all));
    esw_status status = all > 0 ? ESW_OK : esw_fail(error, ESW_BACKEND, "the driver shows no device");
    char left_out[sizeof found->text] = "";
    for (int i = 0; i < all && found->count < ESWI_CUDA_DEVICES_MAX; i++) {
        status = look_at(found, i, error);
        const size_t used = strlen(left_out);
        if (status)
            snprintf(left_out + used, sizeof left_out - used, "; device %d left out: %.200s", i, error->text);
    }
    const size_t used = strlen(found->text);
    snprintf(found->text + used, sizeof found->text - used, "%s", left_out);
    return found->count > 0 ? ESW_OK : status;
}

static eswi_cuda_devices find_devices(void)
{
    eswi_cuda_devices found = {};
    found.status = look(&found, &found.error);
    return found;
}

const eswi_cuda_devices *eswi_cuda_devices_here(void)
{
    static const eswi_cuda_devices here = find_devices();
    return &here;
}
