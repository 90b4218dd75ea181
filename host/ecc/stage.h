/* ECC: the random streams of a scenario. Stream, entity and block name what a number is for (base/philox.h),
 * so any of them can be recomputed alone. */
#ifndef ESWI_ECC_STAGE_H
#define ESWI_ECC_STAGE_H

/* The gain of (user, AP n, subchannel m) is word m mod 4 of entity user, block n << 16 | m >> 2: it changes
 * with neither N nor M. Places: entity user, one block per candidate pair; profiles: entity user, block 0. */
enum {
    ECC_STREAM_GAIN_UP = 0, /* + direction */
    ECC_STREAM_GAIN_DOWN = 1,
    ECC_STREAM_PLACE = 2,
    ECC_STREAM_PROFILE = 3,
    ECC_STREAM_START = 4, /* random starts of a descent, keyed by start_seed */
};

#endif
