/* CANSA: the random streams of a scenario. Stream, entity and block name what a number is for (base/philox.h), so any
 * of them can be recomputed alone. Entity: the client; block 0. */
#ifndef ESWI_CANSA_STAGE_H
#define ESWI_CANSA_STAGE_H

enum {
    CANSA_STREAM_PLACE = 0,   /* words 0, 1: distance; 2: context */
    CANSA_STREAM_CHANNEL = 1, /* words 0, 1: shadowing; 2, 3: fading */
};

#endif
