#include "ecc/profile.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/datasets.h"
#include "base/text.h"

enum {
    LINE_MAX_BYTES = 1024, /* longer lines are refused, so that no file can ask for memory without end */
    PATH_BYTES = 4096,
    COLUMNS = 5,
};

/* The built-in profiles: name and what it describes. */
#define BUILT_IN(X)                                                                \
    X("alexnet-imagenet-224", "AlexNet (single tower), ImageNet, 224 x 224 input") \
    X("nin-cifar10-32", "Network in Network, CIFAR-10, 32 x 32 input")             \
    X("resnet18-cifar10-32", "ResNet-18, CIFAR-10, 32 x 32 input")                 \
    X("resnet18-imagenet-224", "ResNet-18, ImageNet, 224 x 224 input")             \
    X("vgg16-cifar10-224", "VGG16, 10 classes, 224 x 224 input")                   \
    X("vgg16-cifar10-32", "VGG16, 10 classes, 32 x 32 input")                      \
    X("vgg16-imagenet-224", "VGG16, ImageNet (1000 classes), 224 x 224 input")     \
    X("yolov2tiny-cifar10-32", "tiny-YOLOv2, 10 classes, 32 x 32 input")           \
    X("yolov2tiny-cifar10-416", "tiny-YOLOv2, 10 classes, 416 x 416 input")        \
    X("yolov2tiny-cifar10-96", "tiny-YOLOv2, 10 classes, 96 x 96 input")           \
    X("yolov2tiny-voc-416", "tiny-YOLOv2, VOC (20 classes), 416 x 416 input")

static const char *const NAMES[] = {
#define X(name, title) name,
    BUILT_IN(X)
#undef X
};

static const char *const CATALOGUE[] = {
#define X(name, title) name "\t" title,
    BUILT_IN(X)
#undef X
        NULL,
};

const char *const *eswi_ecc_profile_catalogue(void)
{
    return CATALOGUE;
}

/* ---------------------------------------------------------------- profiles in memory */

esw_status eswi_ecc_profile_alloc(const char *name, int units, eswi_ecc_profile *profile, esw_error *error)
{
    const size_t n = (size_t)units + 1;
    double *values = calloc(4 * n, sizeof *values);
    if (!values) {
        esw_fail(error, ESW_NO_MEMORY, "profile %s: out of memory", name);
        return ESW_NO_MEMORY;
    }
    snprintf(profile->name, sizeof profile->name, "%s", name);
    profile->units = units;
    profile->flops = values; /* one block for all four arrays, freed through its first */
    profile->flops_before = values + n;
    profile->flops_after = values + 2 * n;
    profile->bits = values + 3 * n;
    profile->result_bits = 0.0;
    return ESW_OK;
}

void eswi_ecc_profile_free(eswi_ecc_profile *profile)
{
    free(profile->flops);
    profile->flops = profile->flops_before = profile->flops_after = profile->bits = NULL;
}

void eswi_ecc_profiles_free(eswi_ecc_profile *profiles, int count)
{
    for (int i = 0; profiles && i < count; i++) {
        eswi_ecc_profile_free(&profiles[i]);
    }
    free(profiles);
}

#define BITS_ALLOWED  "a number from 1e-9 to 1e21"
#define FLOPS_ALLOWED "0 or a number from 1e-9 to 1e21"

static bool valid_bits(double bits)
{
    return bits >= ECC_PROFILE_LOW && bits <= ECC_PROFILE_HIGH;
}

static bool valid_flops(double flops)
{
    return flops == 0.0 || valid_bits(flops);
}

esw_status eswi_ecc_profile_finish(eswi_ecc_profile *profile, const char *where, esw_error *error)
{
    const int units = profile->units;
    if (units < 2 || units > ECC_PROFILE_UNITS_MAX) {
        return esw_fail(error, ESW_BAD_INPUT, "%s: %d units; a profile has 2 to %d, the first being the input",
                        where, units, ECC_PROFILE_UNITS_MAX);
    }
    if (profile->flops[1] != 0.0) {
        return esw_fail(error, ESW_BAD_INPUT, "%s: unit 1 is the input and has %g flops; it must have 0", where,
                        profile->flops[1]);
    }
    for (int s = 1; s <= units; s++) {
        if (!valid_flops(profile->flops[s])) {
            return esw_fail(error, ESW_BAD_INPUT, "%s: unit %d: flops %g; must be " FLOPS_ALLOWED, where, s,
                            profile->flops[s]);
        }
        if (!valid_bits(profile->bits[s])) {
            return esw_fail(error, ESW_BAD_INPUT, "%s: unit %d: bits %g; must be " BITS_ALLOWED, where, s,
                            profile->bits[s]);
        }
        profile->flops_before[s] = profile->flops_before[s - 1] + profile->flops[s];
    }
    for (int s = units; s > 0; s--) {
        profile->flops_after[s - 1] = profile->flops_after[s] + profile->flops[s];
    }
    if (!(profile->flops_before[units] > 0.0)) {
        return esw_fail(error, ESW_BAD_INPUT, "%s: 0 flops in all units together; must be > 0", where);
    }
    if (!valid_bits(profile->result_bits)) {
        return esw_fail(error, ESW_BAD_INPUT, "%s: result_bits %g; must be " BITS_ALLOWED, where,
                        profile->result_bits);
    }
    return ESW_OK;
}

/* ---------------------------------------------------------------- reading a file */

/* A profile file being read: the rows so far and where we are, for messages. */
typedef struct reader {
    const char *path;
    int line;
    double source_bits, result_bits; /* 0 = not given */
    bool columns_seen;
    int units;
    double flops[ECC_PROFILE_UNITS_MAX + 1], bits[ECC_PROFILE_UNITS_MAX + 1];
    esw_error *error;
} reader;

static char *trim(char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        text[--length] = '\0';
    }
    return text;
}

static esw_status read_header(reader *r, char *text)
{
    char *colon = strchr(text, ':');
    if (!colon) {
        return ESW_OK;
    }
    *colon = '\0';
    const char *key = trim(text), *value = trim(colon + 1);
    double *target = !strcmp(key, "source_bits")   ? &r->source_bits
                     : !strcmp(key, "result_bits") ? &r->result_bits
                                                   : NULL;
    if (!target) {
        return ESW_OK;
    }
    if (*target > 0.0) {
        return esw_fail(r->error, ESW_BAD_INPUT, "%s:%d: %s is given twice", r->path, r->line, key);
    }
    if (!eswi_parse_real(value, target) || !valid_bits(*target)) {
        return esw_fail(r->error, ESW_BAD_INPUT, "%s:%d: %s: '%s'; must be " BITS_ALLOWED, r->path, r->line,
                        key, value);
    }
    return ESW_OK;
}

static esw_status read_row(reader *r, char *text)
{
    const char *fields[COLUMNS];
    int count = 0;
    for (char *field; (field = strsep(&text, ",")) != NULL; count++) {
        if (count < COLUMNS) {
            fields[count] = trim(field);
        }
    }
    if (count != COLUMNS) {
        return esw_fail(r->error, ESW_BAD_INPUT, "%s:%d: %d fields; a row has 5: unit,name,type,bits,flops",
                        r->path, r->line, count);
    }
    const int s = r->units + 1;
    double unit = 0.0;
    if (!eswi_parse_real(fields[0], &unit) || unit != s) {
        return esw_fail(r->error, ESW_BAD_INPUT,
                        "%s:%d: unit '%s'; units are numbered from 1 without gaps, this is %d", r->path,
                        r->line, fields[0], s);
    }
    if (s > ECC_PROFILE_UNITS_MAX) {
        return esw_fail(r->error, ESW_BAD_INPUT, "%s:%d: more than %d units", r->path, r->line,
                        ECC_PROFILE_UNITS_MAX);
    }
    if (s == 1 && strcmp(fields[2], "input") != 0) {
        return esw_fail(r->error, ESW_BAD_INPUT, "%s:%d: unit 1 has type '%s'; it must be 'input'", r->path,
                        r->line, fields[2]);
    }
    if (!eswi_parse_real(fields[3], &r->bits[s]) || !valid_bits(r->bits[s])) {
        return esw_fail(r->error, ESW_BAD_INPUT, "%s:%d: bits '%s'; must be " BITS_ALLOWED, r->path, r->line,
                        fields[3]);
    }
    if (!eswi_parse_real(fields[4], &r->flops[s]) || !valid_flops(r->flops[s])) {
        return esw_fail(r->error, ESW_BAD_INPUT, "%s:%d: flops '%s'; must be " FLOPS_ALLOWED, r->path, r->line,
                        fields[4]);
    }
    r->units = s;
    return ESW_OK;
}

static esw_status read_line(reader *r, char *text)
{
    text = trim(text);
    if (*text == '\0') {
        return ESW_OK;
    }
    if (*text == '#') {
        return r->columns_seen ? ESW_OK : read_header(r, text + 1);
    }
    if (!r->columns_seen) {
        r->columns_seen = strcmp(text, "unit,name,type,bits,flops") == 0;
        return r->columns_seen
                   ? ESW_OK
                   : esw_fail(r->error, ESW_BAD_INPUT,
                              "%s:%d: the column line must be 'unit,name,type,bits,flops'", r->path, r->line);
    }
    return read_row(r, text);
}

static esw_status read_lines(reader *r, FILE *file)
{
    char text[LINE_MAX_BYTES];
    while (fgets(text, sizeof text, file)) {
        r->line++;
        if (!strchr(text, '\n') && !feof(file)) {
            return esw_fail(r->error, ESW_BAD_INPUT,
                            "%s:%d: the line is longer than %d bytes or holds a zero byte", r->path, r->line,
                            LINE_MAX_BYTES - 2);
        }
        const size_t mark = r->line == 1 ? eswi_utf8_mark(text, strlen(text)) : 0;
        const esw_status status = read_line(r, text + mark);
        if (status != ESW_OK) {
            return status;
        }
    }
    if (ferror(file)) {
        return esw_fail(r->error, ESW_IO, "%s: %s", r->path, strerror(errno));
    }
    return ESW_OK;
}

static esw_status profile_of_reader(const reader *r, const char *name, ecc_upload upload,
                                    eswi_ecc_profile *profile)
{
    esw_status status = eswi_ecc_profile_alloc(name, r->units, profile, r->error);
    if (status != ESW_OK) {
        return status;
    }
    const size_t bytes = ((size_t)r->units + 1) * sizeof(double);
    memcpy(profile->flops, r->flops, bytes);
    memcpy(profile->bits, r->bits, bytes);
    profile->result_bits = r->result_bits > 0.0 ? r->result_bits : r->bits[r->units];
    if (upload == ECC_UPLOAD_SOURCE && r->source_bits > 0.0) {
        profile->bits[1] = r->source_bits;
    }
    status = eswi_ecc_profile_finish(profile, r->path, r->error);
    if (status != ESW_OK) {
        eswi_ecc_profile_free(profile);
    }
    return status;
}

static esw_status load_file(const char *path, const char *name, ecc_upload upload, eswi_ecc_profile *profile,
                            esw_error *error)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        return esw_fail(error, ESW_IO, "profile %s: %s: %s", name, path, strerror(errno));
    }
    reader r = {.path = path, .error = error};
    esw_status status = read_lines(&r, file);
    fclose(file);
    return status == ESW_OK ? profile_of_reader(&r, name, upload, profile) : status;
}

/* ---------------------------------------------------------------- finding a file */

static bool is_path(const char *name)
{
    const size_t length = strlen(name);
    return strchr(name, '/') || (length >= 4 && !strcmp(name + length - 4, ".csv"));
}

static esw_status path_of_file(const char *name, const char *base_dir, char path[PATH_BYTES], esw_error *error)
{
    const bool relative = name[0] != '/' && base_dir && base_dir[0];
    const int length =
        relative ? snprintf(path, PATH_BYTES, "%s/%s", base_dir, name) : snprintf(path, PATH_BYTES, "%s", name);
    if (length >= PATH_BYTES) {
        return esw_fail(error, ESW_BAD_INPUT, "profile: the path is longer than %d bytes", PATH_BYTES - 1);
    }
    return ESW_OK;
}

static esw_status path_of_name(const char *name, char path[PATH_BYTES], esw_error *error)
{
    char file[sizeof((eswi_ecc_profile *)0)->name + sizeof "profiles/.csv"];
    const int length = snprintf(file, sizeof file, "profiles/%s.csv", name);
    if (length >= 0 && (size_t)length < sizeof file && eswi_dataset_find(file, path, PATH_BYTES)) {
        return ESW_OK;
    }
    const char *nearest = eswi_nearest(name, NAMES, sizeof NAMES / sizeof NAMES[0]);
    return esw_fail(
        error, ESW_BAD_INPUT,
        "profile: no profile '%s'%s%s%s (`edgesweep list profiles` names all; a file of your own is named "
        "by its path, ending in .csv)",
        name, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static esw_status load_profile(const char *name, const char *base_dir, ecc_upload upload,
                               eswi_ecc_profile *profile, esw_error *error)
{
    char path[PATH_BYTES];
    const esw_status status =
        is_path(name) ? path_of_file(name, base_dir, path, error) : path_of_name(name, path, error);
    return status == ESW_OK ? load_file(path, name, upload, profile, error) : status;
}

/* The list a profile value stands for: the mix, or NULL for a single name. */
static esw_status mix_of(const json_t *tree, const json_t **mix, esw_error *error)
{
    *mix = NULL;
    if (json_is_string(tree)) {
        return ESW_OK;
    }
    *mix = json_object_get(tree, "mix");
    bool ok = json_is_array(*mix) && json_object_size(tree) == 1 && json_array_size(*mix) >= 1 &&
              json_array_size(*mix) <= ECC_MIX_MAX;
    for (size_t i = 0; ok && i < json_array_size(*mix); i++) {
        ok = json_is_string(json_array_get(*mix, i));
    }
    if (!ok) {
        return esw_fail(error, ESW_BAD_INPUT,
                        "profile: must be a name, a path ending in .csv, or {mix: [...]} with 1 to %d of them",
                        ECC_MIX_MAX);
    }
    return ESW_OK;
}

esw_status eswi_ecc_profiles_load(const json_t *tree, const char *base_dir, ecc_upload upload,
                                  eswi_ecc_profile **profiles, int *count, esw_error *error)
{
    const json_t *mix = NULL;
    esw_status status = mix_of(tree, &mix, error);
    if (status != ESW_OK) {
        return status;
    }
    const int n = mix ? (int)json_array_size(mix) : 1;
    eswi_ecc_profile *loaded = calloc((size_t)n, sizeof *loaded);
    if (!loaded) {
        return esw_fail(error, ESW_NO_MEMORY, "profile: out of memory");
    }
    for (int i = 0; i < n && status == ESW_OK; i++) {
        const json_t *name = mix ? json_array_get(mix, (size_t)i) : tree;
        status = load_profile(json_string_value(name), base_dir, upload, &loaded[i], error);
    }
    if (status != ESW_OK) {
        eswi_ecc_profiles_free(loaded, n);
        return status;
    }
    *profiles = loaded;
    *count = n;
    return ESW_OK;
}
