/* gd and li-gd by the kernels of kernels/ecc/li_gd.cu, whatever executor is set, against the CPU: every byte of every
 * decision block, diagnostics and gaps included. */
#ifndef LI_GD_CHECK_H
#define LI_GD_CHECK_H

#include <cstdint>
#include <string>

/* One combination of what a run can choose. Sizes and models follow from the index, the rest from its digits: cold or
 * warm, access, reading, one or per-user splits, paired directions, both layouts. */
enum { LI_GD_COMBINATIONS = 24 };

/* Size of a case: small enough for an interpreter; the same with more subchannels than a row has lanes, up to three rows; or
 * odd ones of both kinds. */
enum class LiGdSize { tiny, wide, odd };

/* Solves `count` scenarios of a combination, spread over lanes or not, with fewer crews than scenarios need. Empty if
 * all bytes agree; else what differs first. `senders` grows by the users that offload. */
std::string li_gd_difference(int combination, bool spread, LiGdSize size, uint64_t first, uint32_t count,
                             int *senders);

/* Whether a combination descends on shares, the only time when a scenario can spread. */
bool li_gd_is_relaxed(int combination);

#endif
