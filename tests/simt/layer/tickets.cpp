/* Counters from which blocks take work. Blocks run one after the other, so the first would take all of it, and memory
 * that two of them share by mistake would never be seen. Here each number belongs to one block, drawn from the seed: a
 * block gets its own, ascending, and leaves the others to theirs. A device may deal them out in this way too. */
#include <map>

#include "engine.h"

namespace simt
{

/* A counter during one launch. */
struct Dealer {
    unsigned first;                    /* what it stood at */
    std::map<uint32_t, unsigned> next; /* after the last number each block got */
};

static uint32_t owner_of(unsigned number, uint32_t blocks)
{
    if (config.seed < 2)
        return config.seed == 0 ? number % blocks : blocks - 1 - number % blocks;
    Random random{config.seed * 1000003 + engine.launch_number + (static_cast<uint64_t>(number) << 32)};
    return static_cast<uint32_t>(random.below(blocks));
}

unsigned take_ticket(unsigned *counter)
{
    static std::map<const unsigned *, Dealer> dealers;
    static uint32_t launch;
    atomic_access(counter, sizeof *counter);
    if (launch != engine.launch_number)
        dealers.clear();
    launch = engine.launch_number;
    Dealer &dealer = dealers.try_emplace(counter, Dealer{*counter, {}}).first->second;
    ++*counter;
    unsigned &next = dealer.next[engine.block_number];
    const dim3 grid = current_block.grid_size;
    while (owner_of(next, grid.x * grid.y * grid.z) != engine.block_number)
        next++;
    return dealer.first + next++;
}

} // namespace simt
