/* CANSA: what was measured on the RADIATE data by the paper's authors, and the sizes of their networks. */
#ifndef ESWI_CANSA_TABLES_H
#define ESWI_CANSA_TABLES_H

enum {
    CANSA_CONTEXTS = 6,
    CANSA_MODALITIES = 6,
    CANSA_DEPTHS = 3,
    CANSA_MODELS = CANSA_MODALITIES * CANSA_DEPTHS, /* model = modality * CANSA_DEPTHS + depth */
    CANSA_DEPLOYMENTS = 3,
    CANSA_OPTIONS = CANSA_MODELS * CANSA_DEPLOYMENTS, /* option = model * CANSA_DEPLOYMENTS + deployment */
};

/* The order of every table; NAMES in that order. */
typedef enum { CANSA_SUNNY, CANSA_RAIN, CANSA_MOTORWAY, CANSA_SNOW, CANSA_FOG, CANSA_NIGHT } cansa_context;
typedef enum {
    CANSA_CAMERA,
    CANSA_RADAR,
    CANSA_LIDAR,
    CANSA_DUAL_CAMERA,
    CANSA_RADAR_LIDAR,
    CANSA_CAMERA_LIDAR
} cansa_modality;
typedef enum { CANSA_DEVICE, CANSA_SPLIT, CANSA_EDGE } cansa_deployment; /* split: the stems on the device */

#define CANSA_CONTEXT_NAMES    "sunny|rain|motorway|snow|fog|night"
#define CANSA_MODALITY_NAMES   "camera|radar|lidar|dual-camera|radar-lidar|camera-lidar"
#define CANSA_DEPTH_NAMES      "18|50|101"
#define CANSA_DEPLOYMENT_NAMES "device|split|edge"

/* Minimum accuracy A_min(h) [mAP %] and accuracy of every model [mAP %]. Source: the authors' released code
 * (github.com/ywuwuwu/cansa, commit 1a88b8e). */
extern const double eswi_cansa_min_accuracy[CANSA_CONTEXTS];
extern const double eswi_cansa_accuracy[CANSA_CONTEXTS][CANSA_MODELS];

/* Measured times [ms] of stems (per modality; of a fusion the sum of its two) and branches. Same source. */
extern const double eswi_cansa_stem_device_ms[CANSA_MODALITIES], eswi_cansa_stem_edge_ms[CANSA_MODALITIES];
extern const double eswi_cansa_branch_device_ms[CANSA_MODELS], eswi_cansa_branch_edge_ms[CANSA_MODELS];

/* Operations [10^6] of stems and branches: Tables I and II of C. Singhal et al., *Resource-Efficient Sensor Fusion*, as
 * printed. Integers, so that sums of them are exact. */
extern const double eswi_cansa_stem_mflop[CANSA_MODALITIES], eswi_cansa_branch_mflop[CANSA_MODELS];

/* Bits to send: raw sensors (camera and lidar pictures 672 x 376 x 3, radar 1152 x 1152 x 3, 8 bit each); the stems'
 * outputs as the released code has them (3 x 168 x 94 and 64 x 288 x 288); and as Table I of Singhal et al. has them (64
 * channels for every sensor). Of a fusion the sum. */
extern const double eswi_cansa_raw_bits[CANSA_MODALITIES], eswi_cansa_split_bits_released[CANSA_MODALITIES],
    eswi_cansa_split_bits_table1[CANSA_MODALITIES];

/* The "|"-separated word at `index`, copied into text[size]; returns text. */
const char *eswi_cansa_word(const char *names, int index, char *text, int size);

#endif
