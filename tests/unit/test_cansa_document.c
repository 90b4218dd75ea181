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
