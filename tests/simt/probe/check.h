/* Launches every probe kernel, by whatever executor is set, and compares its bits with the C loops. */
#ifndef PROBE_CHECK_H
#define PROBE_CHECK_H

#include <string>

/* `n` inputs spread over all bit patterns and over moderate numbers. Empty if every bit agrees with every
 * instruction set this processor has; else which probe differs first, where and how. */
std::string probe_difference(int n);

#endif
