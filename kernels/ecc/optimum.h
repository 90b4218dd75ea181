/* ECC on a device: grid-optimum, certified and joint. The contract of every method is in batch.h. */
#ifndef ESWI_KERNELS_ECC_OPTIMUM_H
#define ESWI_KERNELS_ECC_OPTIMUM_H

#include "kernels/ecc/batch.h"

eswi_cuda_ecc_scratch eswi_cuda_ecc_optimum_scratch;
eswi_cuda_ecc_solve eswi_cuda_ecc_optimum_solve;

/* What a config fixes for each, and for the method it starts from; made on the host. */
size_t eswi_cuda_ecc_grid_optimum_tables_bytes(const eswi_ecc_config *config);
void eswi_cuda_ecc_grid_optimum_tables(const eswi_ecc_config *config, void *tables);
size_t eswi_cuda_ecc_certified_tables_bytes(const eswi_ecc_config *config);
void eswi_cuda_ecc_certified_tables(const eswi_ecc_config *config, void *tables);
size_t eswi_cuda_ecc_joint_tables_bytes(const eswi_ecc_config *config);
void eswi_cuda_ecc_joint_tables(const eswi_ecc_config *config, void *tables);

#endif
