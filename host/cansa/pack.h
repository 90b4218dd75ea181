/* CANSA: memory of the methods' problems (auction.h, optimum.h, nash.h), and the way between them and the blocks of
 * instances and decisions. */
#ifndef ESWI_CANSA_PACK_H
#define ESWI_CANSA_PACK_H

#include "base/carve.h"
#include "cansa/auction.h"
#include "cansa/blocks.h"
#include "cansa/nash.h"
#include "cansa/optimum.h"

/* Arrays of a pack of sixteen scenarios; the returned pointers say `const` of what the methods only read. */
eswi_cansa_pack eswi_cansa_pack_layout(eswi_carve *carve, int clients);

/* Fills a lane; a lane that is no scenario gets clients without a channel. */
void eswi_cansa_pack_load(const eswi_cansa_pack *pack, int lane, const eswi_cansa_config *config,
                          const eswi_cansa_instance *instance);
void eswi_cansa_pack_load_nothing(const eswi_cansa_pack *pack, int lane, int clients);

/* Writes a lane's result as a decision. */
void eswi_cansa_pack_store(const eswi_cansa_pack *pack, int lane, const eswi_cansa_config *config,
                           const eswi_cansa_decision *decision);

/* Scratch of the dynamic programme; rate and context are the instance's. */
eswi_cansa_knapsack eswi_cansa_knapsack_layout(eswi_carve *carve, const eswi_cansa_config *config);

#endif
