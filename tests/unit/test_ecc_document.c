/* The JSON document of an instance and its decision: exact both ways, and strict. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/binding.h"
#include "ecc/document.h"
#include "ecc_setup.h"

/* Through text, as a user would see it. */
static json_t *through_text(json_t *document)
{
    char *text = json_dumps(document, 0);
    json_decref(document);
    json_t *back = json_loads(text, 0, NULL);
    free(text);
    cr_assert_not_null(back);
    return back;
}

static json_t *document_of(const ecc_setup *s)
{
    json_t *document = eswi_ecc_describe((const esw_config *)s->config, s->instance_block, s->decision_block);
    cr_assert_not_null(document);
    return through_text(document);
}

/* A setup read from a document. */
static esw_status open_document(ecc_setup *s, const json_t *document, esw_error *error)
{
    memset(s, 0, sizeof *s);
    esw_config *config = NULL;
    esw_status status = eswi_ecc_config_from_json(document, NULL, &config, error);
    if (status != ESW_OK) {
        return status;
    }
    s->config = (eswi_ecc_config *)config;
    s->instance_block = aligned_alloc(64, eswi_ecc_instance_bytes(s->config));
    s->decision_block = aligned_alloc(64, eswi_ecc_decision_bytes(s->config));
    s->instance = eswi_ecc_instance_view(s->config, s->instance_block);
    s->decision = eswi_ecc_decision_view(s->config, s->decision_block);
    return eswi_ecc_read(config, document, s->instance_block, s->decision_block, error);
}

/* What goes out and comes back is described and scored to the same bits. */
static void expect_round_trip(const char *overrides, ecc_method method)
{
    ecc_setup out, back;
    esw_error error = {""};
    ecc_setup_open(&out, overrides);
    ecc_setup_stage(&out, 6, 2);
    ecc_setup_solve(&out, method);
    out.decision.diagnostics->iterations = 12;
    out.decision.diagnostics->gradient_norm = 0.1f;
    out.decision.diagnostics->reason = ECC_REASON_STALLED;
    json_t *document = document_of(&out);
    cr_assert_eq(open_document(&back, document, &error), ESW_OK, "%s: %s", overrides, error.text);
    json_t *again = document_of(&back);
    cr_assert(json_equal(document, again), "%s", overrides);
    cr_assert_eq(back.config->best_units, out.config->best_units);
    cr_assert_eq(back.config->noise_w[ECC_DOWN], out.config->noise_w[ECC_DOWN]);
    cr_assert_eq(back.decision.diagnostics->access, out.decision.diagnostics->access);
    double metrics[2][ECC_METRICS];
    eswi_ecc_account(out.config, &out.instance, &out.decision, metrics[0], NULL);
    eswi_ecc_account(back.config, &back.instance, &back.decision, metrics[1], NULL);
    cr_assert_eq(memcmp(metrics[0], metrics[1], sizeof metrics[0]), 0);
    json_decref(document);
    json_decref(again);
    ecc_setup_close(&out);
    ecc_setup_close(&back);
}

Test(document, comes_back_to_the_same_bits)
{
    expect_round_trip("aps=2 users=9 subchannels=4", ECC_DEVICE_ONLY);
    expect_round_trip("aps=2 users=9 subchannels=4 reading=published", ECC_EDGE_ONLY);
    expect_round_trip("aps=2 users=9 subchannels=4 access=oma-in-cell noise_figure_db=2.7", ECC_EDGE_ONLY);
    expect_round_trip("aps=3 users=9 subchannels=5 layout=uniform split=per-user start_seed=9007199254740991 "
                      "profile={\"mix\":[\"yolov2tiny-cifar10-416\",\"alexnet-imagenet-224\"]} upload=network",
                      ECC_NEUROSURGEON);
    expect_round_trip(
        "aps=2 users=9 subchannels=4 power_max_down_dbm=31.3 power_min_up_dbm=-3 pair_directions=true",
        ECC_DNN_SURGERY);
}

Test(document, without_a_decision_holds_parameters_and_instance_only)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=2 users=3 subchannels=4");
    ecc_setup_stage(&s, 6, 2);
    json_t *document = eswi_ecc_describe((const esw_config *)s.config, s.instance_block, NULL);
    cr_assert_eq(json_object_size(document), 2);
    cr_assert_str_eq(json_string_value(json_object_get(json_object_get(document, "parameters"), "access")),
                     "noma");
    json_decref(document);
    ecc_setup_close(&s);
}

/* The shapes that a reader of the contract relies on. */
Test(document, has_the_shapes_of_the_contract)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=2 users=3 subchannels=4");
    ecc_setup_stage(&s, 6, 2);
    ecc_setup_solve(&s, ECC_EDGE_ONLY);
    json_t *document = document_of(&s), *gain, *profile;
    cr_assert_eq(json_unpack(document, "{s:{s:o, s:[o!]}}", "instance", "gain_up", &gain, "profiles", &profile),
                 0);
    cr_assert_eq(json_array_size(gain), 3);
    cr_assert_eq(json_array_size(json_array_get(gain, 2)), 2);
    cr_assert_eq(json_array_size(json_array_get(json_array_get(gain, 2), 1)), 4);
    cr_assert_eq(json_array_size(json_object_get(profile, "flops")), 9);
    cr_assert_eq(json_array_size(json_object_get(profile, "bits")), 10);
    static const char *const terms[] = {"sinr_up",   "sinr_down", "rate_up_bps", "rate_down_bps",
                                        "latency_s", "energy_j",  "utility"};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        cr_assert_eq(json_array_size(json_object_get(json_object_get(document, "terms"), terms[i])), 3, "%s",
                     terms[i]);
    }
    double sum, mean;
    cr_assert_eq(json_unpack(document, "{s:{s:F, s:F}}", "metrics", "utility_sum", &sum, "utility_mean", &mean),
                 0);
    cr_assert_float_eq(sum, 3 * mean, 1e-14 * sum);
    json_decref(document);
    ecc_setup_close(&s);
}

/* ---------------------------------------------------------------- decisions and instances by hand */

static json_t *document;

static void make_document(void)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=2 users=6 subchannels=3");
    ecc_setup_stage(&s, 6, 2);
    ecc_setup_solve(&s, ECC_EDGE_ONLY);
    document = document_of(&s);
    ecc_setup_close(&s);
}

static void drop_document(void)
{
    json_decref(document);
}

TestSuite(hand, .init = make_document, .fini = drop_document);

static json_t *part(const char *name)
{
    return json_object_get(document, name);
}

static void set(const char *part_name, const char *array, size_t index, json_t *value)
{
    cr_assert_eq(json_array_set_new(json_object_get(part(part_name), array), index, value), 0);
}

static void refuses(esw_status status, const char *words)
{
    ecc_setup s;
    esw_error error = {""};
    ecc_expect_failure(open_document(&s, document, &error), &error, status, words);
    ecc_setup_close(&s);
}

static void accepts(ecc_setup *s)
{
    esw_error error = {""};
    cr_assert_eq(open_document(s, document, &error), ESW_OK, "%s", error.text);
}

Test(hand, a_decision_needs_subchannels_once_and_no_diagnostics)
{
    ecc_setup s;
    json_object_del(document, "diagnostics");
    json_object_del(document, "terms");
    json_object_del(document, "metrics");
    json_object_del(part("decision"), "assigned_up");
    json_object_del(part("decision"), "subchannel_down");
    accepts(&s);
    cr_assert_eq(s.decision.diagnostics->reason, ECC_REASON_NONE);
    cr_assert_geq(s.decision.assigned[ECC_UP][3], 0);
    ecc_setup_close(&s);
}

Test(hand, a_missing_parameter_has_its_default)
{
    ecc_setup s;
    json_object_del(part("parameters"), "weight_time");
    json_object_del(part("parameters"), "power_max_w");
    accepts(&s);
    cr_assert_eq(s.config->weight_time, 0.9);
    cr_assert_eq(s.config->power_max_w[ECC_UP], eswi_watts_of_dbm(25.0));
    ecc_setup_close(&s);
}

Test(hand, an_infeasible_decision_is_refused_with_constraint_and_user)
{
    set("decision", "power_up_w", 4, json_real(0.5));
    refuses(ESW_CHECK_FAILED, "user 4: power_up_w is 0.5; allowed is 0.001 to 0.316");
    set("decision", "power_up_w", 4, json_real(-0.5));
    refuses(ESW_CHECK_FAILED, "user 4: power_up_w is -0.5; allowed is 0.001 to 0.316");
}

/* Whatever a number is, the constraint that it breaks is named. */
Test(hand, a_broken_constraint_is_named)
{
    static const struct {
        const char *array, *json, *words;
    } cases[] = {
        {"split", "0", "user 3: split is 0; allowed is 1 to 9 (18a)"},
        {"split", "-7", "user 3: split is -7; allowed is 1 to 9 (18a)"},
        {"split", "10", "user 3: split is 10; allowed is 1 to 9 (18a)"},
        {"power_up_w", "-1", "(18c)"},
        {"power_up_w", "1e300", "(18c)"},
        {"power_down_w", "1e-300", "(18c)"},
        {"compute_units", "-1", "user 3: compute_units is -1; allowed is 1 to 8 (18d)"},
        {"compute_units", "9", "(18d)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *keep = json_deep_copy(document);
        set("decision", cases[i].array, 3, json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
        refuses(ESW_CHECK_FAILED, cases[i].words);
        json_decref(document);
        document = keep;
    }
}

Test(hand, a_wrong_shape_is_refused)
{
    json_array_remove(json_object_get(part("decision"), "split"), 0);
    refuses(ESW_BAD_INPUT, "decision.split: 5 elements in a row; 6 are needed");
}

Test(hand, subchannels_that_contradict_the_assignment_are_refused)
{
    json_t *up = json_object_get(part("decision"), "subchannel_up");
    const json_int_t other = (json_integer_value(json_array_get(up, 1)) + 1) % 3;
    set("decision", "subchannel_up", 1, json_integer(other));
    refuses(ESW_CHECK_FAILED, "user 1: sends and subchannel_up is");
}

Test(hand, wrong_values_are_refused_with_their_place)
{
    static const struct {
        const char *part, *array, *json, *words;
    } cases[] = {
        {"decision", "split", "[1,1,1,1,1,1.5]", "decision.split[5]: must be an integer"},
        {"decision", "split", "7", "decision.split: missing, or not an array"},
        {"decision", "assigned_down", "[0,0,0,0,0,0.5]", "decision.assigned_down[5]: must be an integer"},
        {"decision", "compute_units", "[8,8,8,\"8\",8,8]", "decision.compute_units[3]: must be a number"},
        {"instance", "ap_of_user", "[0,1,2,0,1,0]", "instance.ap_of_user[2]: must be an integer from 0 to 1"},
        {"instance", "profile_of_user", "[0,0,0,0,0,1]", "instance.profile_of_user[5]"},
        {"instance", "distance_m", "[[1,1],[1,1],[1,1],[1,1],[1,1],[1,-1]]", "instance.distance_m[5][1]"},
        {"instance", "gain_up", "[]", "instance.gain_up: 0 elements in a row; 6 are needed"},
        {"instance", "gain_up", "[[[1,1,1],[1,1]],0,0,0,0,0]",
         "instance.gain_up: 2 elements in a row; 3 are needed"},
        {"instance", "gain_down", "[[[1,1,1],[1,0,1]],0,0,0,0,0]",
         "instance.gain_down[0][1][1]: must be a power gain"},
        {"instance", "gain_down", "[[[1,1,1],[1,1e40,1]],0,0,0,0,0]", "instance.gain_down[0][1][1]"},
        {"instance", "noise_up_w", "1e-3", "instance.noise_up_w: 0.001 W, but"},
        {"instance", "profiles", "[]", "instance.profiles: must be an array of 1 to 256"},
        {"instance", "profiles", "[{\"name\":\"a\",\"flops\":[0],\"bits\":[0,8]}]",
         "instance.profiles[0]: needs a name"},
        {"instance", "profiles", "[{\"name\":\"a\",\"flops\":[0,1],\"bits\":[0,8,8],\"result_bits\":0}]",
         "instance.profiles[0]: result_bits 0"},
        {"parameters", "users", "7.5", "parameters.users: must be an integer from 1 to 16383"},
        {"parameters", "users", "19",
         "users: 19 do not fit; at most cluster_cap * aps * subchannels = 3 * 2 * 3 = 18"},
        {"parameters", "access", "\"tdma\"", "parameters.access: must be noma|oma|oma-in-cell"},
        {"instance", "profiles",
         "[{\"nmae\":\"a\",\"name\":\"a\",\"flops\":[0,1],\"bits\":[0,8,8],\"result_bits\":8}]",
         "instance.profiles[0].nmae: unknown key; did you mean 'name'?"},
        {"instance", "profiles",
         "[{\"weight\":1,\"name\":\"a\",\"flops\":[0,1],\"bits\":[0,8,8],\"result_bits\":8}]",
         "instance.profiles[0].weight: unknown key; known: name, flops, bits, result_bits"},
        {"parameters", "profile", "\"vgg16\"",
         "parameters.profile: instance.profiles are \"nin-cifar10-32\"; give"},
        {"parameters", "profile", "{\"mix\":[\"nin-cifar10-32\"]}",
         "parameters.profile: instance.profiles are"},
        {"diagnostics", "iteration", "1", "diagnostics.iteration: unknown key; did you mean 'iterations'?"},
        {"diagnostics", "iterations", "\"1\"", "diagnostics.iterations: must be an integer"},
        {"diagnostics", "iterations", "-1", "diagnostics.iterations: must be an integer from 0"},
        {"diagnostics", "gradient_norm", "\"small\"", "diagnostics.gradient_norm: must be a number or null"},
        {"diagnostics", "reason", "\"tired\"", "diagnostics.reason: must be a reason"},
        {"parameters", "power_max_w", "-1",
         "parameters.power_max_w: must be a number from 1e-13 to 1e+07 (-100 to 100 dBm)"},
        {"parameters", "power_min_w", "1e-300", "parameters.power_min_w: must be a number from 1e-13 to 1e+07"},
        {"parameters", "power_min_up_w", "1e-300", "parameters.power_min_up_w: must be a number from 1e-13"},
        {"parameters", "power_max_down_w", "1e300", "parameters.power_max_down_w: must be a number from 1e-13"},
        {"parameters", "noise_w_per_hz", "1e-300",
         "parameters.noise_w_per_hz: must be a number from 1e-28 to 0.001 (-250 to 0 dBm/Hz)"},
        {"parameters", "pair_directions", "1", "parameters.pair_directions: must be true or false"},
        {"parameters", "weight_time", "null", "parameters.weight_time: must be a number from 0"},
        {"parameters", "wait_time", "1", "parameters.wait_time: unknown key; did you mean 'weight_time'?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *keep = json_deep_copy(document);
        json_object_set_new(part(cases[i].part), cases[i].array,
                            json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
        refuses(ESW_BAD_INPUT, cases[i].words);
        json_decref(document);
        document = keep;
    }
}

Test(hand, missing_parts_are_refused)
{
    static const char *const parts[] = {"parameters", "instance", "decision"};
    for (int i = 0; i < 3; i++) {
        json_t *keep = json_copy(document);
        json_object_del(document, parts[i]);
        refuses(ESW_BAD_INPUT, parts[i]);
        json_decref(document);
        document = keep;
    }
}
