/* Parsing of command lines: options by getopt_long, numbers, and the one-line errors about them. */
#include "cli.h"
#include "visible.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

const esw_team *cli_team;
int cli_default_threads;

/* The first line of a rank that does not print by itself. */
static char held_back[2048];

int cli_fail(esw_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char text[2048];
    vsnprintf(text, sizeof text, format, args);
    if (!cli_team || cli_team->rank == 0)
        fprintf(stderr, "edgesweep: %s\n", cli_visible(text));
    else if (!*held_back)
        snprintf(held_back, sizeof held_back, "%s", cli_visible(text));
    va_end(args);
    return esw_status_exit_code(status);
}

int cli_gate(int code)
{
    if (!cli_team)
        return code;
    /* The lowest rank that has something to say is the first with a code. */
    int64_t worst = code > 0 ? ((int64_t)(cli_team->size - cli_team->rank) << 8) + code : 0;
    esw_error error = {0};
    if (cli_team->largest(cli_team->context, &worst, &error) != ESW_OK) {
        fprintf(stderr, "edgesweep: %s\n", error.text);
        return esw_status_exit_code(ESW_BACKEND);
    }
    const int speaker = cli_team->size - (int)(worst >> 8);
    if (worst > 0 && speaker == cli_team->rank && *held_back)
        fprintf(stderr, "edgesweep: rank %d: %s\n", speaker, held_back);
    return (int)(worst & 0xff);
}

/* ---------------------------------------------------------------- options */

static void print_unknown_option(const cli_command *command, const char *text, const struct option *options)
{
    const char *names[32];
    size_t count = 0;
    for (; options[count].name && count < sizeof names / sizeof *names; count++)
        names[count] = options[count].name;
    char word[64]; /* --bakend=cpu: the part that can be a name */
    const char *begin = text + strspn(text, "-");
    snprintf(word, sizeof word, "%.*s", (int)strcspn(begin, "="), begin);
    const char *nearest = eswi_nearest(word, names, count);
    cli_fail(ESW_BAD_USAGE, "unknown option %s%s%s%s; `edgesweep %s --help` lists them", text,
             nearest ? " (did you mean --" : "", nearest ? nearest : "", nearest ? "?)" : "", command->name);
}

int cli_next_option(const cli_command *command, int argc, char **argv, const char *short_options,
                    const struct option *options)
{
    char spec[32];
    snprintf(spec, sizeof spec, ":%s", short_options); /* ':' tells a missing argument from an unknown option */
    opterr = 0;
    int before = optind;
    int option = getopt_long(argc, argv, spec, options, NULL);
    switch (option) {
    case -1:
        return CLI_OPTIONS_DONE;
    case 'h':
        fputs(command->help, stdout);
        return CLI_OPTION_HELP;
    case ':':
        cli_fail(ESW_BAD_USAGE, "%s needs a value; `edgesweep %s --help` explains it", argv[optind - 1],
                 command->name);
        return CLI_OPTION_WRONG;
    case '?': {
        /* A wrong short option may stand in the middle of a word that getopt has not finished: optind is still
         * there. */
        char letter[3] = {'-', (char)optopt, '\0'};
        bool is_short = optopt != 0 && optopt < 256 && optind <= before + 1 && isprint(optopt);
        print_unknown_option(command, is_short ? letter : argv[optind - 1], options);
        return CLI_OPTION_WRONG;
    }
    default:
        return option;
    }
}

int cli_option_exit_code(int answer)
{
    return answer == CLI_OPTION_WRONG ? esw_status_exit_code(ESW_BAD_USAGE) : 0;
}

bool cli_positionals(const cli_command *command, int argc, char **argv, int count, const char *what)
{
    int given = argc - optind;
    if (given == count)
        return true;
    if (given > count)
        cli_fail(ESW_BAD_USAGE, "unexpected argument %s; usage: edgesweep %s %s", argv[optind + count],
                 command->name, what);
    else
        cli_fail(ESW_BAD_USAGE, "%s is missing; `edgesweep %s --help` shows an example", what, command->name);
    return false;
}

/* ---------------------------------------------------------------- numbers */

bool cli_parse_integer(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    if (eswi_parse_uint64(text, value) && *value >= low && *value <= high)
        return true;
    cli_fail(ESW_BAD_USAGE, "%s: '%s' is not a whole number from %" PRIu64 " to %" PRIu64, option, text, low,
             high);
    return false;
}

bool cli_parse_seconds(const char *option, const char *text, double *value)
{
    if (eswi_parse_real(text, value) && *value > 0)
        return true;
    cli_fail(ESW_BAD_USAGE, "%s: '%s' is not a number of seconds above 0", option, text);
    return false;
}

/* Cuts `text` at its first character that is no digit; *rest is what follows in the original. */
static bool leading_integer(const char *text, uint64_t *value, const char **rest)
{
    char digits[24];
    size_t length = strspn(text, "0123456789");
    *rest = text + length;
    if (length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    return eswi_parse_uint64(digits, value);
}

bool cli_parse_bytes(const char *option, const char *text, uint64_t *bytes)
{
    static const char suffixes[] = "KMGT";
    uint64_t value;
    const char *rest;
    if (leading_integer(text, &value, &rest) && value > 0) {
        const char *suffix = *rest ? strchr(suffixes, toupper((unsigned char)*rest)) : NULL;
        unsigned shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
        if (rest[suffix != NULL] == '\0' && value <= UINT64_MAX >> shift) {
            *bytes = value << shift;
            return true;
        }
    }
    cli_fail(ESW_BAD_USAGE, "%s: '%s' is not a number of bytes such as 1000000, 512M or 8G", option, text);
    return false;
}

bool cli_parse_range(const char *option, const char *text, uint64_t *first, uint64_t *last)
{
    const char *rest;
    bool good = leading_integer(text, first, &rest);
    *last = *first;
    if (good && strncmp(rest, "..", 2) == 0)
        good = leading_integer(rest + 2, last, &rest);
    if (good && *rest == '\0' && *first <= *last)
        return true;
    cli_fail(ESW_BAD_USAGE, "%s: '%s' is neither a scenario K nor a range K..L with K <= L", option, text);
    return false;
}
