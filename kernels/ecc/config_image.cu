#include "kernels/ecc/config_image.h"

#include "base/carve.h"

/* The same offset in the host's copy and on the device. */
struct image {
    eswi_carve carve; /* offsets */
    char *h_base, *d_base;
};

/* Room for `count` values, copied from `from` unless only measuring; the device's address. */
template <class T> static T *take(image *i, const T *from, size_t count)
{
    const size_t offset = i->carve.used;
    eswi_carve_take(&i->carve, count, sizeof(T));
    if (i->h_base)
        memcpy(i->h_base + offset, from, count * sizeof(T));
    return (T *)(i->d_base + offset);
}

static eswi_ecc_config lay_out(image *i, const eswi_ecc_config *config)
{
    eswi_ecc_config on_device = *config;
    const size_t profiles = (size_t)config->n_profiles;
    const size_t at = i->carve.used;
    on_device.profiles = take(i, config->profiles, profiles);
    on_device.ap_xy_m = (double(*)[2])take(i, &config->ap_xy_m[0][0], 2 * (size_t)config->aps);
    for (size_t p = 0; p < profiles; p++) {
        const eswi_ecc_profile *from = &config->profiles[p];
        const size_t units = (size_t)from->units + 1;
        eswi_ecc_profile to = *from;
        to.flops = take(i, from->flops, units);
        to.flops_before = take(i, from->flops_before, units);
        to.flops_after = take(i, from->flops_after, units);
        to.bits = take(i, from->bits, units);
        if (i->h_base)
            memcpy(i->h_base + at + p * sizeof to, &to, sizeof to);
    }
    return on_device;
}

size_t eswi_cuda_ecc_image_bytes(const eswi_ecc_config *config)
{
    image measured = {{nullptr, 0}, nullptr, nullptr};
    lay_out(&measured, config);
    return measured.carve.used;
}

eswi_ecc_config eswi_cuda_ecc_image(const eswi_ecc_config *config, char *h_image, char *d_image)
{
    image placed = {{nullptr, 0}, h_image, d_image};
    return lay_out(&placed, config);
}
