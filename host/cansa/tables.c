#include "cansa/tables.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
const double eswi_cansa_min_accuracy[CANSA_CONTEXTS] = {50, 23, 56.2, 11.0, 44.0, 52.0};

/* camera, radar, lidar, dual-camera, radar-lidar, camera-lidar; of each depths 18, 50, 101 */
const double eswi_cansa_accuracy[CANSA_CONTEXTS][CANSA_MODELS] = {
    [CANSA_SUNNY] = {59.8, 68.3, 69.7, 58.1, 65.1, 66.2, 57.2, 67.4, 67.3, 60.1, 74.3, 80.5, 60.9, 75.7, 74.2, 56.4, 63.0, 68.2},
    [CANSA_RAIN] = {19.0, 21.2, 22.8, 23.2, 25.1, 26.2, 21.1, 22.9, 23.1, 20.6, 20.3, 21.5, 24.7, 25.1, 26.8, 20.3, 21.3, 23.2},
    [CANSA_MOTORWAY] = {50.5, 54.2, 56.7, 38.2, 42.5, 43.4, 42.8, 53.9, 53.6, 50.7, 57.9, 60.5, 42.3, 44.5, 46.1, 57.2, 62.3, 63.1},
    [CANSA_SNOW] = {5.0, 5.1, 4.9, 7.1, 11.8, 10.2, 6.5, 7.4, 9.4, 5.8, 5.3, 5.5, 8.1, 9.1, 9.8, 6.4, 6.9, 7.2},
    [CANSA_FOG] = {35.3, 34.4, 36.2, 44.4, 47.2, 47.9, 42.8, 44.1, 45.4, 34.3, 36.2, 37.3, 42.3, 48.1, 48.3, 37.2, 42.2, 43.0},
    [CANSA_NIGHT] = {32.5, 44.5, 46.9, 49.0, 52.2, 56.4, 51.3, 53.0, 53.2, 30.6, 32.9, 36.5, 51.8, 53.4, 60.2, 49.1, 52.3, 43.2},
};

const double eswi_cansa_stem_device_ms[CANSA_MODALITIES] = {68.3, 329.8, 64.3, 136.6, 394.1, 132.6};
const double eswi_cansa_stem_edge_ms[CANSA_MODALITIES] = {1.761, 2.24, 1.44, 3.522, 3.68, 3.201};
const double eswi_cansa_branch_device_ms[CANSA_MODELS] = {
    520.4, 1893.3, 2319,
    633.8, 3439, 10360,
    572.2, 1070, 2393,
    2077, 13012, 21145,
    1910, 11063, 31824,
    23219, 107798, 101136,
};
const double eswi_cansa_branch_edge_ms[CANSA_MODELS] = {
    16.14, 32.79, 44.1,
    17.72, 35.73, 47.53,
    16.19, 33.42, 43.04,
    18.45, 66.01, 66.97,
    23.46, 82.3, 103.7,
    19.43, 65.41, 66.63,
};

const double eswi_cansa_stem_mflop[CANSA_MODALITIES] = {3552, 31000, 5900, 7104, 36900, 9452};
const double eswi_cansa_branch_mflop[CANSA_MODELS] = {
    21760, 85140, 184100,
    115860, 352500, 573400,
    23000, 89100, 132400,
    270800, 982600, 1496000,
    586600, 2202000, 3434000,
    286600, 1084000, 1562000,
};

const double eswi_cansa_raw_bits[CANSA_MODALITIES] = {6064128, 31850496, 6064128, 12128256, 37914624, 12128256};
const double eswi_cansa_split_bits_released[CANSA_MODALITIES] = {379008, 42467328, 379008, 758016, 42846336, 758016};
const double eswi_cansa_split_bits_table1[CANSA_MODALITIES] = {8085504, 42467328, 8085504, 16171008, 50552832, 16171008};
/* clang-format on */

const char *eswi_cansa_word(const char *names, int index, char *text, int size)
{
    for (; index > 0; index--)
        names += strcspn(names, "|") + 1;
    snprintf(text, (size_t)size, "%.*s", (int)strcspn(names, "|"), names);
    return text;
}
