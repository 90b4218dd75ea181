#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/text.h"

Test(text, reads_decimal_numbers_and_nothing_else)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"1", 1},       {"-2.5e3", -2500}, {"+.5", 0.5},      {"1.", 1},
                {"1E-2", 0.01}, {"0", 0},          {"5e-324", 5e-324}};
    static const char *const bad[] = {"",   " 1",    "1 ",    "0x10", "nan", "inf",     ".inf",
                                      "1e", ".",     "1e999", "1_0",  "1,5", "--1",     "1e+",
                                      "e5", "1.2.3", "١",     "-",    "+",   "infinity"};
    double value;
    for (size_t i = 0; i < sizeof good / sizeof *good; ++i) {
        cr_assert(eswi_parse_real(good[i].text, &value), "%s", good[i].text);
        cr_assert_eq(value, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i)
        cr_assert_not(eswi_parse_real(bad[i], &value), "%s", bad[i]);
}

Test(text, reads_integers_up_to_their_limits)
{
    int64_t value;
    cr_assert(eswi_parse_integer("9223372036854775807", &value));
    cr_assert_eq(value, INT64_MAX);
    cr_assert(eswi_parse_integer("-9223372036854775807", &value));
    cr_assert_eq(value, -INT64_MAX);
    cr_assert(eswi_parse_integer("1e6", &value));
    cr_assert_eq(value, 1000000);
    cr_assert(eswi_parse_integer("2.50e2", &value));
    cr_assert_eq(value, 250);
    cr_assert_not(eswi_parse_integer("9223372036854775808", &value));
    cr_assert_not(eswi_parse_integer("1.5", &value));
    cr_assert_not(eswi_parse_integer("1e17", &value), "beyond 2^53 a double no longer holds every integer");
    uint64_t natural;
    cr_assert(eswi_parse_uint64("18446744073709551615", &natural));
    cr_assert_eq(natural, UINT64_MAX);
    cr_assert_not(eswi_parse_uint64("18446744073709551616", &natural));
    cr_assert_not(eswi_parse_uint64("-1", &natural));
    cr_assert_not(eswi_parse_uint64("", &natural));
}

Test(text, lists_are_never_cut_within_a_name)
{
    char list[20] = "";
    eswi_list_append(list, sizeof list, "one");
    cr_assert_str_eq(list, "one");
    eswi_list_append(list, sizeof list, "two");
    cr_assert_str_eq(list, "one, two");
    eswi_list_append(list, sizeof list, "seven"); /* "one, two, seven" would leave no room for ", ..." */
    cr_assert_str_eq(list, "one, two, ...");
    eswi_list_append(list, sizeof list, "x");
    cr_assert_str_eq(list, "one, two, ...", "and a short name does not slip in behind it");
}

Test(text, words_lose_the_blanks_around_them_only)
{
    char words[][16] = {" a b\t", "a b", "", "  ", "a"};
    static const char *const trimmed[] = {"a b", "a b", "", "", "a"};
    for (size_t i = 0; i < sizeof words / sizeof *words; ++i)
        cr_assert_str_eq(eswi_trim(words[i]), trimmed[i]);
}

Test(text, writes_the_shortest_form_that_reads_back)
{
    char text[ESWI_REAL_TEXT];
    cr_assert_str_eq(eswi_format_real(0.1, text), "0.1");
    cr_assert_str_eq(eswi_format_real(-3, text), "-3");
    cr_assert_str_eq(eswi_format_real(NAN, text), "nan");
    cr_assert_str_eq(eswi_format_real(-INFINITY, text), "-inf");
    uint64_t state = 1;
    for (int i = 0; i < 100000; ++i) {
        double value, back;
        state = state * 6364136223846793005u + 1442695040888963407u;
        memcpy(&value, &state, sizeof value);
        if (!isfinite(value))
            continue;
        cr_assert(eswi_parse_real(eswi_format_real(value, text), &back), "%s", text);
        cr_assert_eq(back, value, "%s", text);
    }
    cr_assert(eswi_parse_real(eswi_format_real(DBL_MAX, text), &(double){0}));
}

Test(text, does_not_follow_a_locale_with_a_decimal_comma)
{
    char text[ESWI_REAL_TEXT];
    double value;
    /* Where no such locale is installed the C locale stays, in which the same must hold. */
    setlocale(LC_ALL, "de_DE.UTF-8");
    cr_assert(eswi_parse_real("2.5", &value));
    cr_assert_eq(value, 2.5);
    cr_assert_str_eq(eswi_format_real(2.5, text), "2.5");
}

Test(text, finds_the_nearest_word_or_none)
{
    static const char *const words[] = {"users", "aps", "subchannels", "bandwidth_up_hz", "seed"};
    cr_assert_str_eq(eswi_nearest("user", words, 5), "users");
    cr_assert_str_eq(eswi_nearest("suers", words, 5), "users");
    cr_assert_str_eq(eswi_nearest("bandwith_up_hz", words, 5), "bandwidth_up_hz");
    cr_assert_str_eq(eswi_nearest("sede", words, 5), "seed");
    cr_assert_str_eq(eswi_nearest("band", words, 5), "bandwidth_up_hz");
    cr_assert_null(eswi_nearest("temperature", words, 5));
    cr_assert_null(eswi_nearest("x", words, 5));
    char long_word[200];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    cr_assert_null(eswi_nearest(long_word, words, 5));
}

Test(text, bytes_are_written_for_people)
{
    static const struct {
        double bytes;
        const char *text;
    } cases[] = {
        {0, "0 bytes"},      {1, "1 byte"},           {1023, "1023 bytes"},       {1024, "1.0 KiB"},
        {1536, "1.5 KiB"},   {10 * 1024.0, "10 KiB"}, {1048576 - 1, "1.0 MiB"},   {240.0 * 1048576, "240 MiB"},
        {0x1p33, "8.0 GiB"}, {0x1p42, "4.0 TiB"},     {0x1p80, "1073741824 PiB"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        char text[32];
        cr_assert_str_eq(eswi_format_bytes(cases[i].bytes, text), cases[i].text);
    }
}
