/* Evaluates random ECC problems by the kernels of kernels/ecc/eval.cu, whatever executor is set, and compares
 * every byte they leave, results and scratch, with the CPU's builds for each instruction set. */
#ifndef EVAL_CHECK_H
#define EVAL_CHECK_H

#include <cstdint>
#include <string>

/* Cases first .. first+count-1 of a kind, in launches of up to ten packs. Empty if all bytes agree; else what
 * differs first. */
std::string eval_difference(bool relaxed, uint64_t first, uint64_t count);

#endif
