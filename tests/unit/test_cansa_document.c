/* CANSA's documents: written, read back, and refused where a decision cannot be. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "cansa/document.h"
#include "cansa/oracle.h"
#include "cansa_setup.h"

typedef struct opened {
    cansa_setup setup;
    json_t *document;
} opened;

static opened solved(const char *overrides, cansa_method method)
{
    opened o;
    cansa_setup_open(&o.setup, overrides);
    cansa_setup_stage(&o.setup, 5, 9);
    eswi_cansa_oracle_solve(method, o.setup.config, &o.setup.instance, &o.setup.decision);
    o.document = eswi_cansa_describe((esw_config *)(void *)o.setup.config, o.setup.instance_block,
                                     o.setup.decision_block);
    cr_assert_not_null(o.document);
    return o;
}

static void close_document(opened *o)
{
    json_decref(o->document);
    cansa_setup_close(&o->setup);
}

/* Reads the document into memory of its own; metrics of what was read. */
static esw_status read_back(const json_t *document, double *metrics, esw_error *error)
{
    esw_config *config = NULL;
    esw_status status = eswi_cansa_config_from_json(document, NULL, &config, error);
    if (status)
        return status;
    const eswi_cansa_config *own = eswi_cansa_config_of(config);
    void *instance_block = aligned_alloc(64, eswi_cansa_instance_bytes(own));
    void *decision_block = aligned_alloc(64, eswi_cansa_decision_bytes(own));
    status = eswi_cansa_read(config, document, instance_block, decision_block, error);
    if (!status) {
        const eswi_cansa_instance instance = eswi_cansa_instance_view(own, instance_block);
        const eswi_cansa_decision decision = eswi_cansa_decision_view(own, decision_block);
        eswi_cansa_account(own, &instance, &decision, metrics, NULL);
    }
    free(instance_block);
    free(decision_block);
    eswi_cansa_config_free(config);
    return status;
}

Test(cansa_document, reads_back_to_the_same_metrics)
{
    static const char *const CASES[] = {
        "", "clients=9 reading=as-code rbs_total=31", "objective=utility phase3=utility latency_source=flops",
        "clients=5 context=snow rb_rate_bps=2e6 accuracy_top=0.3 nash_bid_max=3"};
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        opened o = solved(CASES[k], CANSA_AUCTION);
        double expected[CANSA_METRICS], found[CANSA_METRICS];
        esw_error error = {""};
        eswi_cansa_account(o.setup.config, &o.setup.instance, &o.setup.decision, expected, NULL);
        char *text = json_dumps(o.document, JSON_REAL_PRECISION(17));
        json_t *again = json_loads(text, 0, NULL);
        cr_assert_eq(read_back(again, found, &error), ESW_OK, "%s: %s", CASES[k], error.text);
        for (int m = 0; m < CANSA_METRIC_BOUND; m++)
            cr_assert(found[m] == expected[m] || (found[m] != found[m] && expected[m] != expected[m]),
                      "%s: metric %d", CASES[k], m);
        json_decref(again);
        free(text);
        close_document(&o);
    }
}

static void expect_refusal(json_t *document, esw_status status, const char *words)
{
    double metrics[CANSA_METRICS];
    esw_error error = {""};
    const esw_status found = read_back(document, metrics, &error);
    cr_assert_eq(found, status, "status %d (%s), expected %d", found, error.text, status);
    cr_assert_not_null(strstr(error.text, words), "'%s' does not say '%s'", error.text, words);
}

/* A client that sends. */
static size_t sender(const opened *o)
{
    size_t i = 0;
    while (o->setup.decision.rbs[i] == 0)
        i++;
    return i;
}

Test(cansa_document, decisions_that_break_a_constraint_are_refused_by_client)
{
    static const struct {
        const char *part, *value, *words;
    } CASES[] = {
        {"rbs", "0", "sends, but has 0 RBs"},
        {"rbs", "4000", "rbs_total is 200"},
        {"option", "null", "without an option"},
        {"option", "{\"modality\": \"camera-lidar\", \"depth\": \"50\", \"deployment\": \"device\"}",
         "sends nothing, but has"},
    };
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        opened o = solved("", CANSA_AUCTION);
        json_t *array = json_object_get(json_object_get(o.document, "decision"), CASES[k].part);
        json_array_set_new(array, sender(&o), json_loads(CASES[k].value, JSON_DECODE_ANY, NULL));
        expect_refusal(o.document, ESW_CHECK_FAILED, CASES[k].words);
        close_document(&o);
    }
}

Test(cansa_document, slow_and_inaccurate_options_are_refused)
{
    opened o = solved("context=snow rbs_total=500", CANSA_AUCTION);
    json_t *decision = json_object_get(o.document, "decision");
    const size_t i = sender(&o);
    json_array_set_new(json_object_get(decision, "rbs"), i, json_integer(1));
    expect_refusal(o.document, ESW_CHECK_FAILED, "takes");
    json_array_set_new(json_object_get(decision, "option"), i,
                       json_pack("{s:s, s:s, s:s}", "modality", "camera", "depth", "18", "deployment", "edge"));
    expect_refusal(o.document, ESW_CHECK_FAILED, "its context wants 11 %");
    close_document(&o);
}

Test(cansa_document, wrong_documents_name_the_place)
{
    static const struct {
        const char *part, *key, *value, *words;
    } CASES[] = {
        {"parameters", "clients", "0", "parameters.clients: must be an integer from 1"},
        {"parameters", "reading", "\"literal\"", "parameters.reading: must be one of repaired|as-code"},
        {"parameters", "power_dbm", "23", "did you mean 'power_w'"},
        {"instance", "contexts", "[]", "instance.contexts: 0 elements; 60 are needed"},
        {"instance", "rate_per_rb_bps", "null", "instance.rate_per_rb_bps: missing"},
        {"decision", "rbs", "[1]", "decision.rbs: 1 elements"},
        {"decision", "bid", "[]", "decision.bid: 0 elements"},
    };
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        opened o = solved("", CANSA_AVERAGE);
        json_object_set_new(json_object_get(o.document, CASES[k].part), CASES[k].key,
                            json_loads(CASES[k].value, JSON_DECODE_ANY, NULL));
        expect_refusal(o.document, ESW_BAD_INPUT, CASES[k].words);
        close_document(&o);
    }
}

Test(cansa_document, bands_without_an_rb_are_refused_with_the_line)
{
    eswi_cansa_config *config;
    esw_error error = {""};
    cr_assert_eq(cansa_configure("bandwidth_hz=100000 subcarrier_hz=30000", &config, &error), ESW_BAD_INPUT);
    cr_assert_not_null(strstr(error.text, "line 7: bandwidth_hz"), "%s", error.text);
}

/* The table of options and the least accuracies follow from the parameters: neither is edited for nothing. */
Test(cansa_document, parts_that_follow_from_others_cannot_be_others)
{
    static const char *const EDITS[][2] = {{"accuracy_min_percent", "[1, 2, 3, 4, 5, 6]"}, {"options", "[]"}};
    for (size_t k = 0; k < sizeof EDITS / sizeof *EDITS; k++) {
        opened o = solved("clients=5", CANSA_AUCTION);
        json_t *instance = json_object_get(o.document, "instance");
        double metrics[CANSA_METRICS];
        char words[64];
        esw_error error = {""};
        snprintf(words, sizeof words, "instance.%s: is not what follows from parameters", EDITS[k][0]);
        json_object_set_new(instance, EDITS[k][0], json_loads(EDITS[k][1], 0, NULL));
        expect_refusal(o.document, ESW_BAD_INPUT, words);
        json_object_del(instance, EDITS[k][0]);
        cr_assert_eq(read_back(o.document, metrics, &error), ESW_OK, "%s", error.text);
        close_document(&o);
    }
}

Test(cansa_document, terms_have_the_bids_and_accuracies)
{
    opened o = solved("clients=9 rbs_total=31", CANSA_AUCTION);
    const json_t *terms = json_object_get(o.document, "terms"), *decision =
                                                                    json_object_get(o.document, "decision");
    cr_assert(json_equal(json_object_get(terms, "bid"), json_object_get(decision, "bid")));
    cr_assert(json_equal(json_object_get(terms, "accuracy"), json_object_get(terms, "accuracy_percent")));
    cr_assert_eq(json_array_size(json_object_get(terms, "accuracy")), 9);
    close_document(&o);
}

/* Grids of bids that would take minutes or overflow. */
Test(cansa_document, games_that_would_not_end_are_refused)
{
    static const char *const CASES[][2] = {
        {"clients=5 rbs_total=5 nash_step=0.001 nash_bid_max=1e6", "nash_step: bids up to 1e+06"},
        {"clients=4000 rbs_total=500 nash_step=0.5", "nash_sweeps: 1000 sweeps of 4000 clients"},
        {"clients=60 nash_sweeps=1000000 nash_bid_max=1000", "nash_sweeps: 1000000 sweeps"}};
    eswi_cansa_config *config = NULL;
    esw_error error;
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        cr_assert_eq(cansa_configure(CASES[k][0], &config, &error), ESW_BAD_INPUT, "%s", CASES[k][0]);
        cr_assert_not_null(strstr(error.text, CASES[k][1]), "%s", error.text);
    }
    cr_assert_eq(cansa_configure("clients=4000 rbs_total=500", &config, &error), ESW_OK);
    eswi_cansa_config_free((esw_config *)(void *)config);
}
