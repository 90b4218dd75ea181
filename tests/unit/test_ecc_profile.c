/* Profiles: the built-in ones, a user's file, mixes, and what is refused. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ecc/profile.h"
#include "ecc_setup.h"

static esw_status load(const char *name, const char *base_dir, ecc_upload upload, eswi_ecc_profile **profiles,
                       esw_error *error)
{
    int count = 0;
    json_t *tree = json_string(name);
    const esw_status status = eswi_ecc_profiles_load(tree, base_dir, upload, profiles, &count, error);
    json_decref(tree);
    return status;
}

Test(catalogue, names_exactly_the_files_that_are_there)
{
    const char *const *catalogue = eswi_ecc_profile_catalogue();
    int listed = 0, files = 0;
    for (; catalogue[listed]; listed++) {
        const char *tab = strchr(catalogue[listed], '\t');
        cr_assert_not_null(tab);
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(tab - catalogue[listed]), catalogue[listed]);
        eswi_ecc_profile *p;
        esw_error error;
        cr_assert_eq(load(name, NULL, ECC_UPLOAD_SOURCE, &p, &error), ESW_OK, "%s", error.text);
        cr_assert_str_eq(p->name, name);
        cr_assert_eq(p->flops_before[0], 0.0);
        cr_assert_eq(p->flops_before[1], 0.0);
        cr_assert_geq(p->result_bits, 32.0);
        eswi_ecc_profiles_free(p, 1);
    }
    DIR *folder = opendir(ESW_SOURCE_DIR "/datasets/profiles");
    cr_assert_not_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const size_t length = strlen(entry->d_name);
        files += length > 4 && !strcmp(entry->d_name + length - 4, ".csv");
    }
    closedir(folder);
    cr_assert_eq(listed, files);
}

Test(upload, chooses_the_picture_or_the_networks_input)
{
    eswi_ecc_profile *p;
    esw_error error;
    cr_assert_eq(load("yolov2tiny-cifar10-416", NULL, ECC_UPLOAD_SOURCE, &p, &error), ESW_OK);
    cr_assert_eq(p->bits[1], 24576.0);
    eswi_ecc_profiles_free(p, 1);
    cr_assert_eq(load("yolov2tiny-cifar10-416", NULL, ECC_UPLOAD_NETWORK, &p, &error), ESW_OK);
    cr_assert_eq(p->bits[1], 4153344.0);
    cr_assert_eq(p->bits[11], 1384448.0);
    cr_assert_eq(p->result_bits, 405600.0);
    eswi_ecc_profiles_free(p, 1);
    cr_assert_eq(load("yolov2tiny-voc-416", NULL, ECC_UPLOAD_SOURCE, &p, &error), ESW_OK);
    cr_assert_eq(p->bits[1], 4153344.0, "no source_bits: the network's input is the picture");
    eswi_ecc_profiles_free(p, 1);
}

/* ---------------------------------------------------------------- a user's file */

static char folder[] = "/tmp/edgesweep-profile-XXXXXX";
static char path[64];

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/net.csv", folder);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(file, .init = make_folder, .fini = remove_folder);

static void write_bytes(const char *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, length, file), length);
    cr_assert_eq(fclose(file), 0);
}

#define COLUMNS "unit,name,type,bits,flops\n"

Test(file, of_ones_own_is_found_relative_to_the_experiment)
{
    const char *text = "# title: mine\n# anything: else\n\n" COLUMNS
                       "1,in,input,8e3,0\r\n2,conv,conv, 4000 ,1e6\n# a comment\n3,fc,fc,64,2.5e5";
    write_bytes(text, strlen(text));
    eswi_ecc_profile *p;
    esw_error error;
    cr_assert_eq(load("net.csv", folder, ECC_UPLOAD_SOURCE, &p, &error), ESW_OK, "%s", error.text);
    cr_assert_eq(p->units, 3);
    cr_assert_eq(p->bits[1], 8000.0);
    cr_assert_eq(p->flops_before[2], 1e6);
    cr_assert_eq(p->flops_before[3], 1.25e6);
    cr_assert_eq(p->flops_after[1], 1.25e6);
    cr_assert_eq(p->flops_after[2], 2.5e5);
    cr_assert_eq(p->flops_after[3], 0.0);
    cr_assert_eq(p->result_bits, 64.0, "the last unit's bits where no result_bits is given");
    eswi_ecc_profiles_free(p, 1);
    cr_assert_eq(load(path, "/nowhere", ECC_UPLOAD_SOURCE, &p, &error), ESW_OK, "%s", error.text);
    eswi_ecc_profiles_free(p, 1);
}

Test(file, that_is_wrong_is_refused_with_file_line_and_reason)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "0 units"},
        {COLUMNS, "0 units"},
        {COLUMNS "1,in,input,8,0\n", "1 units"},
        {"unit,bits\n1,8\n", "net.csv:1: the column line must be 'unit,name,type,bits,flops'"},
        {COLUMNS "1,in,input,8,0\n3,a,conv,8,9\n",
         "net.csv:3: unit '3'; units are numbered from 1 without gaps, this is 2"},
        {COLUMNS "x,in,input,8,0\n", "net.csv:2: unit 'x'"},
        {COLUMNS "1,in,conv,8,0\n", "net.csv:2: unit 1 has type 'conv'"},
        {COLUMNS "1,in,input,8,5\n2,a,conv,8,9\n", "unit 1 is the input and has 5 flops"},
        {COLUMNS "1,in,input,0,0\n", "net.csv:2: bits '0'; must be a number from 1e-9 to 1e21"},
        {COLUMNS "1,in,input,nan,0\n", "net.csv:2: bits 'nan'"},
        {COLUMNS "1,in,input,0x10,0\n", "net.csv:2: bits '0x10'"},
        {COLUMNS "1,in,input,1e999,0\n", "net.csv:2: bits '1e999'"},
        {COLUMNS "1,in,input,1e-40,0\n", "net.csv:2: bits '1e-40'; must be a number from 1e-9 to 1e21"},
        {COLUMNS "1,in,input,8,0\n2,a,conv,8,1e300\n", "net.csv:3: flops '1e300'; must be 0 or a number from 1e-9"},
        {COLUMNS "1,in,input,8,0\n2,a,conv,8,-1\n", "net.csv:3: flops '-1'; must be 0 or a number from 1e-9 to 1e21"},
        {COLUMNS "1,in,input,8,0\n2,a,conv,8,\n", "net.csv:3: flops ''"},
        {COLUMNS "1,in,input,8,0\n2,a,conv,8,0\n", "0 flops in all units together"},
        {COLUMNS "1,in,input,8,0\n2,a,conv,8,1e308\n3,b,conv,8,1e308\n", "must be 0 or a number from 1e-9 to 1e21"},
        {COLUMNS "1,in,input,8\n", "net.csv:2: 4 fields; a row has 5"},
        {COLUMNS "1,in,input,8,0,7\n", "net.csv:2: 6 fields"},
        {"# source_bits: 1\n# source_bits: 2\n" COLUMNS, "net.csv:2: source_bits is given twice"},
        {"# result_bits: none\n" COLUMNS, "net.csv:1: result_bits: 'none'; must be a number from 1e-9 to 1e21"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        eswi_ecc_profile *p;
        esw_error error = {""};
        write_bytes(cases[i].text, strlen(cases[i].text));
        ecc_expect_failure(load("net.csv", folder, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_BAD_INPUT,
                           cases[i].words);
        cr_assert_not_null(strstr(error.text, "net.csv"), "'%s' does not name the file", error.text);
    }
}

Test(file, that_is_not_text_is_refused)
{
    char *bytes = malloc(100000);
    memset(bytes, 'x', 100000);
    eswi_ecc_profile *p;
    esw_error error;
    write_bytes(bytes, 100000);
    ecc_expect_failure(load(path, NULL, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_BAD_INPUT, "longer than");
    memset(bytes, 0, 100000);
    write_bytes(bytes, 100000);
    ecc_expect_failure(load(path, NULL, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_BAD_INPUT, "net.csv:1:");
    free(bytes);
}

Test(file, with_too_many_units_is_refused)
{
    FILE *file = fopen(path, "w");
    fputs(COLUMNS "1,in,input,8,0\n", file);
    for (int s = 2; s <= ECC_PROFILE_UNITS_MAX + 1; s++) {
        fprintf(file, "%d,a,conv,8,1\n", s);
    }
    fclose(file);
    eswi_ecc_profile *p;
    esw_error error;
    ecc_expect_failure(load(path, NULL, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_BAD_INPUT,
                       "more than 1000 units");
}

Test(file, that_cannot_be_read_is_an_input_output_error)
{
    eswi_ecc_profile *p;
    esw_error error;
    ecc_expect_failure(load("missing.csv", folder, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_IO,
                       "missing.csv: No such file");
    char name[80];
    snprintf(name, sizeof name, "%s/", folder);
    ecc_expect_failure(load(name, NULL, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_IO, "directory");
}

Test(name, that_is_unknown_gets_a_suggestion)
{
    eswi_ecc_profile *p;
    esw_error error;
    ecc_expect_failure(load("vgg16-cifar10-242", NULL, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_BAD_INPUT,
                       "did you mean 'vgg16-cifar10-224'?");
    ecc_expect_failure(load("!!!", NULL, ECC_UPLOAD_SOURCE, &p, &error), &error, ESW_BAD_INPUT,
                       "no profile '!!!' (");
}

Test(name, is_looked_for_in_the_users_data_first)
{
    char data[] = "/tmp/edgesweep-data-XXXXXX", file_name[96], profiles_dir[64];
    cr_assert_not_null(mkdtemp(data));
    snprintf(profiles_dir, sizeof profiles_dir, "%s/profiles", data);
    snprintf(file_name, sizeof file_name, "%s/nin-cifar10-32.csv", profiles_dir);
    cr_assert_eq(mkdir(profiles_dir, 0700), 0);
    FILE *file = fopen(file_name, "w");
    fputs(COLUMNS "1,in,input,8,0\n2,a,conv,8,1\n", file);
    fclose(file);
    setenv("EDGESWEEP_DATA", data, 1);
    eswi_ecc_profile *p;
    esw_error error;
    cr_assert_eq(load("nin-cifar10-32", NULL, ECC_UPLOAD_SOURCE, &p, &error), ESW_OK, "%s", error.text);
    cr_assert_eq(p->units, 2);
    eswi_ecc_profiles_free(p, 1);
    cr_assert_eq(load("vgg16-cifar10-32", NULL, ECC_UPLOAD_SOURCE, &p, &error), ESW_OK,
                 "the others are still found");
    eswi_ecc_profiles_free(p, 1);
    unlink(file_name);
    rmdir(profiles_dir);
    rmdir(data);
}

Test(mix, must_be_a_list_of_names)
{
    static const char *const wrong[] = {"{\"mix\": []}", "{\"mix\": \"nin-cifar10-32\"}", "{\"mix\": [3]}",
                                        "{\"mix\": [\"nin-cifar10-32\"], \"also\": 1}", "{\"blend\": [\"a\"]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        eswi_ecc_profile *p;
        int count;
        esw_error error;
        json_t *tree = json_loads(wrong[i], 0, NULL);
        ecc_expect_failure(eswi_ecc_profiles_load(tree, NULL, ECC_UPLOAD_SOURCE, &p, &count, &error), &error,
                           ESW_BAD_INPUT, "{mix: [...]}");
        json_decref(tree);
    }
    eswi_ecc_profile *p;
    int count;
    esw_error error;
    json_t *tree = json_loads("{\"mix\": [\"nin-cifar10-32\", \"alexnet\"]}", 0, NULL);
    ecc_expect_failure(eswi_ecc_profiles_load(tree, NULL, ECC_UPLOAD_SOURCE, &p, &count, &error), &error,
                       ESW_BAD_INPUT, "no profile 'alexnet'");
    json_decref(tree);
}
