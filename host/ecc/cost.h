/* ECC: what one user's choice costs, (1)-(4), (7), (10)-(17), given its rates. Used by the accountant and by
 * the baselines, those on a device too; double precision, deterministic functions only. */
#ifndef ESWI_ECC_COST_H
#define ESWI_ECC_COST_H

#include "base/detmath.h"
#include "ecc/ecc.h"

/* lambda(r) c_min of (3), FLOP/s, with lambda(r) = r^lambda_exponent. */
ESW_FN double eswi_ecc_edge_flops_per_s(const eswi_ecc_config *config, double units)
{
    return eswi_pow(units, config->lambda_exponent) * config->edge_unit_flops;
}

/* (6), (9): the rate in bit/s of a band at a given SINR. */
ESW_FN double eswi_ecc_rate(double band_hz, double sinr)
{
    return band_hz * eswi_log2_1p(sinr);
}

/* The SINR of one of `share` equal frequency slices of a subchannel: the noise shrinks with the slice. */
ESW_FN double eswi_ecc_slice_sinr(const eswi_ecc_config *config, int direction, int share,
                                         double received_w, double interference_w)
{
    return received_w / (interference_w + config->noise_w[direction] / share);
}

/* What a user has to send with and at what rate it is sent, by direction. */
typedef struct eswi_ecc_transfer {
    double power_w[ECC_DIRECTIONS], rate_bps[ECC_DIRECTIONS];
} eswi_ecc_transfer;

/* (12): seconds for split s = 1..F. With s = F nothing is sent and `edge_flops_per_s` and `transfer` are not
 * read. */
ESW_FN double eswi_ecc_latency_s(const eswi_ecc_config *config, const eswi_ecc_profile *profile,
                                        int split, double edge_flops_per_s, const eswi_ecc_transfer *transfer)
{
    const double device_s = profile->flops_before[split] / config->device_flops;
    if (split == profile->units) {
        return device_s;
    }
    const double edge_s = profile->flops_after[split] / edge_flops_per_s;
    const double up_s = profile->bits[split] / transfer->rate_bps[ECC_UP];
    const double down_s = profile->result_bits / transfer->rate_bps[ECC_DOWN];
    return device_s + edge_s + (up_s + down_s);
}

/* (17) with f_e in (16) and m_i in the last term: joules for split s = 1..F. phi is cycles per FLOP. */
ESW_FN double eswi_ecc_energy_j(const eswi_ecc_config *config, const eswi_ecc_profile *profile,
                                       int split, double edge_flops_per_s, const eswi_ecc_transfer *transfer)
{
    const double phi = config->cycles_per_flop;
    const double device_j =
        config->kappa_device * config->device_flops * config->device_flops * phi * profile->flops_before[split];
    if (split == profile->units) {
        return device_j;
    }
    const double edge_j =
        config->kappa_edge * edge_flops_per_s * edge_flops_per_s * phi * profile->flops_after[split];
    const double up_j = transfer->power_w[ECC_UP] * (profile->bits[split] / transfer->rate_bps[ECC_UP]);
    const double down_j = transfer->power_w[ECC_DOWN] * (profile->result_bits / transfer->rate_bps[ECC_DOWN]);
    return device_j + edge_j + (up_j + down_j);
}

#endif
