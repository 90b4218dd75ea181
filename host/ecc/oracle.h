/* The ECC oracle: the paper's equations in plain double C with libm, one function each, naive loops.
 *
 * It exists to be compared with: the accountant, the gradients and every fast method are tested against it, and
 * `edgesweep verify` runs it on the user's machine. So it shares nothing with them beyond the structs of ecc.h:
 * it reads primitive parameters only (never a derived field of the config), the staged instance, and a point.
 * Speed is no aim: one SINR takes O(U) gains, a sum of utilities O(U (U + M)) of them.
 *
 * Equation numbers are the paper's. (2) and (4) count the operations of a unit; the profile holds their values.
 * All functions are pure and thread safe. Quantities are SI and linear.
 */
#ifndef ESWI_ECC_ORACLE_H
#define ESWI_ECC_ORACLE_H

#include <stdbool.h>

#include "ecc/ecc.h"

/* Where the model is evaluated: a decision, or a relaxed one in which users hold fractions of several
 * subchannels. Borrows everything. A user sends when split < F; the power and the units of one that does not
 * are never read. */
typedef struct eswi_ecc_oracle {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    ecc_access access;                       /* how devices share a subchannel */
    const int32_t *split;                    /* s_i [U], 1..F_i */
    const int32_t *assigned[ECC_DIRECTIONS]; /* [U], -1 for none; not read in a direction that has beta */
    const double *beta[ECC_DIRECTIONS];      /* relaxed [U][M], noma only; NULL: 1 on `assigned`, else 0 */
    const double *power_w[ECC_DIRECTIONS];   /* p_i, P_i [U] */
    const double *compute_units;             /* r_i [U] */
} eswi_ecc_oracle;

/* The oracle at a decision. */
eswi_ecc_oracle eswi_ecc_oracle_at(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                   const eswi_ecc_decision *decision);

/* True if user i computes its last units at the edge, s_i < F_i: only then it sends and receives anything. */
bool eswi_ecc_oracle_offloads(const eswi_ecc_oracle *at, int user);

/* beta of (5)-(10): the share of subchannel m that user i holds in a direction, sender or not. */
double eswi_ecc_oracle_share(const eswi_ecc_oracle *at, int direction, int user, int subchannel);

/* SIC: true if the signal of `other` is still there when that of `user`, of the same AP, is decoded on a
 * subchannel. Uplink: the AP decodes from the largest own gain down, so the smaller gains remain. Downlink:
 * weaker users are decoded first, so the larger gains remain. Of equal gains the smaller index is decoded
 * first. */
bool eswi_ecc_oracle_remains(const eswi_ecc_oracle *at, int direction, int user, int other, int subchannel);

/* How many devices share the frequency of a user on subchannel m by orthogonal slices: 1 under noma; under oma
 * all users assigned to m anywhere, under oma-in-cell those of the user's AP, whether they send or not. */
int eswi_ecc_oracle_slices(const eswi_ecc_oracle *at, int direction, int user, int subchannel);

double eswi_ecc_oracle_uplink_sinr(const eswi_ecc_oracle *at, int user, int subchannel);   /* (5) */
double eswi_ecc_oracle_downlink_sinr(const eswi_ecc_oracle *at, int user, int subchannel); /* (8) */
double eswi_ecc_oracle_sinr(const eswi_ecc_oracle *at, int direction, int user, int subchannel);

/* (6), (9), bit/s; 0 for a local user. */
double eswi_ecc_oracle_rate(const eswi_ecc_oracle *at, int direction, int user);

/* Bits a user sends (w_s) or receives (m_i); 0 for a local user. */
double eswi_ecc_oracle_bits(const eswi_ecc_oracle *at, int direction, int user);

double eswi_ecc_oracle_device_flops(const eswi_ecc_oracle *at, int user);       /* sum of f_1 .. f_s */
double eswi_ecc_oracle_edge_flops(const eswi_ecc_oracle *at, int user);         /* sum of f_{s+1} .. f_F */
double eswi_ecc_oracle_edge_speed(const eswi_ecc_config *config, double units); /* lambda(r) c_min, FLOP/s */
double eswi_ecc_oracle_device_latency(const eswi_ecc_oracle *at, int user);     /* (1), s */
double eswi_ecc_oracle_server_latency(const eswi_ecc_oracle *at, int user);     /* (3) */
double eswi_ecc_oracle_upload_latency(const eswi_ecc_oracle *at, int user);     /* (7) */
double eswi_ecc_oracle_download_latency(const eswi_ecc_oracle *at, int user);   /* (10) */
double eswi_ecc_oracle_transfer_latency(const eswi_ecc_oracle *at, int user);   /* (11) */
double eswi_ecc_oracle_latency(const eswi_ecc_oracle *at, int user);            /* (12) */
double eswi_ecc_oracle_device_energy(const eswi_ecc_oracle *at, int user);      /* (13), J */
double eswi_ecc_oracle_upload_energy(const eswi_ecc_oracle *at, int user);      /* (14) */
double eswi_ecc_oracle_download_energy(const eswi_ecc_oracle *at, int user);    /* (15) */
double eswi_ecc_oracle_server_energy(const eswi_ecc_oracle *at, int user);      /* (16) */
double eswi_ecc_oracle_energy(const eswi_ecc_oracle *at, int user);             /* (17) */
double eswi_ecc_oracle_utility(const eswi_ecc_oracle *at, int user);            /* (19) */
double eswi_ecc_oracle_objective(const eswi_ecc_oracle *at);                    /* (20), Gamma of (21), (22) */

/* What one direction adds to (20): the sum over offloading users of bits (wT + wE power) / rate. With the
 * splits fixed this is all of (20) that beta and the powers of that direction change, so its logarithm is what
 * the descent minimises there. */
double eswi_ecc_oracle_direction_value(const eswi_ecc_oracle *at, int direction);

/* The r that minimises (57), in [units_min, units_max]: the same for every user and split. */
double eswi_ecc_oracle_best_units(const eswi_ecc_config *config);

/* The metrics of system.c, in table order, at a decision; NaN for the counters of a descent. */
void eswi_ecc_oracle_metrics(const eswi_ecc_oracle *at, double *metrics);

#endif
