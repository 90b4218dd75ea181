#include <string.h>

#include <criterion/criterion.h>

#include "base/crc32c.h"
#include "base/hash.h"

Test(crc32c, has_the_published_values)
{
    /* RFC 3720, B.4. */
    unsigned char bytes[32];
    memset(bytes, 0, sizeof bytes);
    cr_assert_eq(eswi_crc32c(0, bytes, sizeof bytes), 0x8a9136aau);
    memset(bytes, 0xff, sizeof bytes);
    cr_assert_eq(eswi_crc32c(0, bytes, sizeof bytes), 0x62a8ab43u);
    for (unsigned i = 0; i < sizeof bytes; ++i)
        bytes[i] = (unsigned char)i;
    cr_assert_eq(eswi_crc32c(0, bytes, sizeof bytes), 0x46dd794eu);
    cr_assert_eq(eswi_crc32c(0, "123456789", 9), 0xe3069283u);
    cr_assert_eq(eswi_crc32c(0, "", 0), 0u);
}

Test(crc32c, continues_over_any_cut)
{
    const char text[] = "The quick brown fox jumps over the lazy dog";
    size_t length = sizeof text - 1;
    uint32_t whole = eswi_crc32c(0, text, length);
    for (size_t cut = 0; cut <= length; ++cut)
        cr_assert_eq(eswi_crc32c(eswi_crc32c(0, text, cut), text + cut, length - cut), whole);
}

Test(crc32c, sees_every_single_bit_flip)
{
    unsigned char bytes[100] = {1, 2, 3};
    uint32_t whole = eswi_crc32c(0, bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * sizeof bytes; ++bit) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        cr_assert_neq(eswi_crc32c(0, bytes, sizeof bytes), whole);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

Test(hash, has_the_published_values_of_fnv_1a_128)
{
    char hex[33];
    eswi_hash_hex("", 0, hex);
    cr_assert_str_eq(hex, "6c62272e07bb014262b821756295c58d");
    eswi_hash_hex("a", 1, hex);
    cr_assert_str_eq(hex, "d228cb696f1a8caf78912b704e4a8964");
    eswi_hash_hex("foobar", 6, hex);
    cr_assert_str_eq(hex, "343e1662793c64bf6f0d3597ba446f18");
}
