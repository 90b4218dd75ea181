#include "base/hash.h"

#include <stdio.h>

void eswi_hash_hex(const void *data, size_t length, char hex[33])
{
    const unsigned __int128 prime = ((unsigned __int128)1 << 88) + 0x13b;
    unsigned __int128 hash = ((unsigned __int128)0x6c62272e07bb0142u << 64) | 0x62b821756295c58du;
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; ++i)
        hash = (hash ^ bytes[i]) * prime;
    snprintf(hex, 33, "%016llx%016llx", (unsigned long long)(hash >> 64), (unsigned long long)hash);
}
