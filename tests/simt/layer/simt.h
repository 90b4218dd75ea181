/* CUDA source on the CPU: everything a .cu may name when it is compiled as C++ (see kernels/common/port.h).
 *
 * One fiber per CUDA thread, one block at a time, in an order chosen by a seed. The tests steer the layer
 * through control.h. Works with g++ and clang++ on x86-64.
 */
#ifndef SIMT_SIMT_H
#define SIMT_SIMT_H

#include "device.h"
#include "host_api.h"
#include "types.h"

#endif
