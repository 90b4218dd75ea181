/* An ECC config on a device. */
#ifndef ESWI_KERNELS_ECC_CONFIG_IMAGE_H
#define ESWI_KERNELS_ECC_CONFIG_IMAGE_H

#include "ecc/ecc.h"

/* Bytes of what the pointers of a config lead to: AP places, profiles and their arrays. */
size_t eswi_cuda_ecc_image_bytes(const eswi_ecc_config *config);

/* Lays that out at h_image (so many bytes, to be copied to d_image) and returns the config whose pointers lead into
 * d_image. Nothing is read or written at d_image. */
eswi_ecc_config eswi_cuda_ecc_image(const eswi_ecc_config *config, char *h_image, char *d_image);

#endif
