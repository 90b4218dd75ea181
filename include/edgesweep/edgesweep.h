/* Everything a program that uses libedgesweep includes. See experiment.h and run.h for where to begin. */
#ifndef EDGESWEEP_EDGESWEEP_H
#define EDGESWEEP_EDGESWEEP_H

#include "edgesweep/backend.h"
#include "edgesweep/bench.h"
#include "edgesweep/experiment.h"
#include "edgesweep/figure.h"
#include "edgesweep/report.h"
#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "edgesweep/status.h"
#include "edgesweep/system.h"

#endif
