/* A system and a backend for tests of the engine alone: cheap, exact, and with every feature a descriptor can
 * have.
 *
 * toy_use() puts them in the place of the built-in ones. Parameters: users 1..1000 (4), scale 0..10 (1.5, per
 * method), shape round|square (round, per method), fast true|false (true), data (a tree, may be left unset),
 * boost 0..8 (2, of method `quick` only), frames 0..1000 (0), memory_mib (0: bytes per scenario the backend
 * claims). Methods: slow, quick, best.
 */
#ifndef TOY_SYSTEM_H
#define TOY_SYSTEM_H

#include "edgesweep/system.h"

enum {
    TOY_LATENCY,
    TOY_ENERGY, /* NaN in every 17th scenario, infinite in every 101st for `slow` */
    TOY_COST,
    TOY_BOUND, /* NaN but for `best` */
    TOY_STEPS,
    TOY_METRICS
};

extern const esw_system toy_system;

/* The metrics of a scenario, computed from its definition: what a run must report. `scale` etc. as the
 * parameters. */
void toy_expected(uint64_t seed, uint64_t scenario, int users, double scale, bool square, double boost,
                  size_t method, double metrics[TOY_METRICS]);
/* Value of field `field` (0 share, 1 kind) of a user, and of the one series at a frame. */
double toy_field(uint64_t seed, uint64_t scenario, size_t method, int field, int user);
double toy_series(uint64_t seed, uint64_t scenario, size_t method, size_t frame);

/* The cost grid of `best`: values of quantity 0 wait_s and 1 cost; an entity of an odd number lacks the last shift,
 * entity 4 cannot do anything, entity 2 chose no point. */
enum { TOY_SHIFTS = 3, TOY_SIZES = 4 };
double toy_grid_value(size_t entity, int quantity, size_t shift, size_t size);
size_t toy_grid_chosen(size_t entity);

/* What the toy's oracle adds to the latency, relative: 0 makes it agree. */
extern double toy_oracle_error;

void toy_use(void);

/* The backend's next solve of this scenario fails once; UINT64_MAX for none. */
extern uint64_t toy_failing_scenario;

#endif
