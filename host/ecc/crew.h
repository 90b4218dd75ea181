/* ECC: one thread's lanes: the problems of both directions, the optimisers, and their scratch. */
#ifndef ESWI_ECC_CREW_H
#define ESWI_ECC_CREW_H

#include "ecc/lanes_load.h"

/* What a lane is working on. */
typedef struct eswi_ecc_seat {
    int scenario;         /* index in the batch, -1 when free */
    int layer;            /* the common split j, or the offloading set */
    int started;          /* layers begun on this scenario */
    int best_layer;       /* least value so far, 0 = all local */
    double best_value;
    int32_t best_reason;
    float best_norm;
} eswi_ecc_seat;

typedef struct eswi_ecc_crew {
    const eswi_ecc_config *config;
    int across, seats; /* of the active problem: one seat takes all lanes where a scenario spreads over them */
    eswi_ecc_lanes lanes[ECC_DIRECTIONS];
    eswi_ecc_fixed fixed;
    eswi_ecc_descent shares; /* descends on shares and powers */
    eswi_ecc_descent powers; /* on powers alone */
    eswi_ecc_descent *active;
    eswi_ecc_seat seat[ECC_LANES];
    float *best_beta;  /* like shares.beta: the best layer's point */
    float *best_level; /* [U][L] */
    uint64_t *keys;    /* [2 U] */
    int32_t *links;    /* [M + U] */
    int32_t *load;     /* [N][M] */
    uint8_t *sends;    /* [U] */
    void *round;
} eswi_ecc_crew;

/* Places a crew's memory; `relaxed` = 0 leaves out what only NOMA needs. See carve.h. */
void eswi_ecc_crew_layout(eswi_ecc_crew *crew, eswi_carve *carve, const eswi_ecc_config *config, int relaxed);

/* Points the crew at a direction's problem, relaxed or with fixed subchannels, and empties its seats. */
void eswi_ecc_crew_aim(eswi_ecc_crew *crew, int direction, int relaxed);

/* Sets user u's value in a seat's lane(s) of a [user][lane] array. */
void eswi_ecc_crew_set(const eswi_ecc_crew *crew, float *array, int user, int seat, float value);

/* The start of Algorithm 1: shares by own gain and full power, or with config->start_seed random ones. */
void eswi_ecc_crew_cold(eswi_ecc_crew *crew, const eswi_ecc_instance *instance, int direction, int seat);

/* Makes the seat's current trial point (cold) or accepted point (warm) the start of a descent. */
void eswi_ecc_crew_start(eswi_ecc_crew *crew, int seat, int warm);

/* Whether the seat's descent has ended. */
int eswi_ecc_crew_done(const eswi_ecc_crew *crew, int seat);

/* Frees a seat. */
void eswi_ecc_crew_leave(eswi_ecc_crew *crew, int seat);

/* Keeps the seat's accepted point as its best. */
void eswi_ecc_crew_keep(eswi_ecc_crew *crew, int seat);

/* Rounds the kept (or, with kept = 0, the accepted) shares of the senders: assigned[U]; see rounding.h. */
int eswi_ecc_crew_round(eswi_ecc_crew *crew, const eswi_ecc_instance *instance, int direction, int seat, int kept,
                        int32_t *assigned);

#endif
