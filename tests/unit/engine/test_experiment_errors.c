/* Every slip in an experiment is one line that names file, line, key, what was found and what is allowed. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "edgesweep/experiment.h"
#include "toy_system.h"

static void fails(const char *text, const esw_overrides *overrides, const char *message)
{
    esw_experiment *experiment = NULL;
    esw_error error = {0};
    toy_use();
    esw_status status = esw_experiment_parse(text, strlen(text), "t.yaml", ".", overrides, &experiment, &error);
    cr_assert_eq(status, ESW_BAD_USAGE, "accepted: %s", text);
    cr_assert_null(experiment);
    cr_assert(strncmp(error.text, message, strlen(message)) == 0 && !strchr(error.text, '\n'),
              "for: %s\nfound:    %s\nexpected: %s", text, error.text, message);
}

typedef struct slip {
    const char *text, *message;
} slip;

#define START "system: toy\nscenarios: 1\nmethods: [slow]\n" /* lines 1 to 3 */

Test(experiment_errors, top_level)
{
    static const slip slips[] = {
        {"[1]", "t.yaml:1: found a sequence, must be a mapping"},
        {"system: toy\nscenario: 1\n", "t.yaml:2: scenario: unknown key; did you mean 'scenarios'?"},
        {"system: toy\nweather: 1\n", "t.yaml:2: weather: unknown key; known: system, name, seed"},
        {"scenarios: 1\nmethods: [slow]\n", "t.yaml: system: this key is missing"},
        {"system: toy\nmethods: [slow]\n", "t.yaml: scenarios: this key is missing"},
        {"system: toy\nscenarios: 1\n", "t.yaml: methods: this key is missing"},
        {"system: toi\nscenarios: 1\nmethods: [a]\n",
         "t.yaml:1: system: found 'toi', must be the name of a system; known: toy; did you mean 'toy'?"},
        {"system: [toy]\nscenarios: 1\nmethods: [a]\n", "t.yaml:1: system: found a sequence, must be the name of a system; known: toy"},
        {"system: toy\nscenarios: 0\nmethods: [slow]\n",
         "t.yaml:2: scenarios: found '0', must be an integer from 1"},
        {"system: toy\nscenarios: -5\nmethods: [slow]\n", "t.yaml:2: scenarios: found '-5'"},
        {"system: toy\nscenarios: 1.5\nmethods: [slow]\n", "t.yaml:2: scenarios: found '1.5'"},
        {"system: toy\nscenarios: many\nmethods: [slow]\n", "t.yaml:2: scenarios: found 'many'"},
        {"system: toy\nscenarios: '10'\nmethods: [slow]\n", "t.yaml:2: scenarios: found the text '10'"},
        {"system: toy\nscenarios: 1e300\nmethods: [slow]\n", "t.yaml:2: scenarios: found '1e300'"},
        {START "seed: -1\n", "t.yaml:4: seed: found '-1', must be an integer from 0 to 18446744073709551615"},
        {START "seed: 18446744073709551616\n", "t.yaml:4: seed: found"},
        {START "name: [a]\n", "t.yaml:4: name: must be a text"},
        {START "keep: summary\n", "t.yaml:4: keep: found 'summary', must be a list"},
        {START "keep: [all]\n",
         "t.yaml:4: keep: found 'all', must be one of summary, scenarios, users, series"},
        {START "seed: 1\nseed: 2\n", "t.yaml:5: seed: duplicate key, first given in line 4"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; ++i)
        fails(slips[i].text, NULL, slips[i].message);
}

Test(experiment_errors, parameters)
{
    static const slip slips[] = {
        {START "parameters: [users]\n", "t.yaml:4: parameters: found a sequence, must be a mapping"},
        {START "parameters:\n  user: 3\n", "t.yaml:5: user: no such parameter of toy; did you mean 'users'?"},
        {START "parameters:\n  colour: 3\n",
         "t.yaml:5: colour: no such parameter of toy; known: users, scale, shape, fast, data, frames"},
        {START "parameters: {users: 0}\n", "t.yaml:4: users: found '0', must be an integer from 1 to 1000"},
        {START "parameters: {users: 2.5}\n", "t.yaml:4: users: found '2.5', must be an integer from 1 to 1000"},
        {START "parameters: {users: '3'}\n", "t.yaml:4: users: found the text '3', must be an integer"},
        {START "parameters: {users: [3]}\n", "t.yaml:4: users: found a sequence, must be an integer"},
        {START "parameters: {users: }\n", "t.yaml:4: users: a value is missing"},
        {START "parameters:\n  scale: .nan\n",
         "t.yaml:5: scale: found '.nan', must be a number from 0 to 10 s"},
        {START "parameters: {scale: nan}\n", "t.yaml:4: scale: found 'nan', must be a number"},
        {START "parameters: {scale: .inf}\n", "t.yaml:4: scale: found '.inf', must be a number"},
        {START "parameters: {scale: 1e999}\n", "t.yaml:4: scale: found '1e999', must be a number"},
        {START "parameters: {scale: -0.001}\n",
         "t.yaml:4: scale: found '-0.001', must be a number from 0 to 10 s"},
        {START "parameters: {scale: 0x2}\n", "t.yaml:4: scale: found '0x2', must be a number"},
        {START "parameters: {shape: oval}\n", "t.yaml:4: shape: found 'oval', must be one of round|square"},
        {START "parameters: {shape: round|square}\n", "t.yaml:4: shape: found 'round|square', must be one of"},
        {START "parameters: {fast: yes}\n", "t.yaml:4: fast: found 'yes', must be true or false"},
        {START "parameters: {fast: 1}\n", "t.yaml:4: fast: found '1', must be true or false"},
        {START "parameters: {boost: 1}\n", "t.yaml:4: boost: an option of methods; give it in an entry"},
        {START "parameters: {users: 3, users: 4}\n", "t.yaml:4: users: duplicate key"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; ++i)
        fails(slips[i].text, NULL, slips[i].message);
}

Test(experiment_errors, sweeps)
{
    static const slip slips[] = {
        {START "sweep: [users]\n", "t.yaml:4: sweep: found a sequence, must be a mapping"},
        {START "sweep: {users: 5}\n", "t.yaml:4: sweep: users: found '5', must be a list of values"},
        {START "sweep: {users: []}\n", "t.yaml:4: sweep: users: found nothing in it, must be a list"},
        {START "sweep:\n  users: [1,\n    x]\n",
         "t.yaml:6: users: found 'x', must be an integer from 1 to 1000"},
        {START "sweep: {users: [1, 2, 1.0]}\n", "t.yaml:4: sweep: users: value 3 repeats value 1"},
        {START "sweep: {usres: [1]}\n",
         "t.yaml:4: sweep: usres: no such parameter of toy; did you mean 'users'?"},
        {START "parameters:\n  users: 3\nsweep: {users: [1, 2]}\n",
         "t.yaml:6: sweep: users: also under `parameters:` in line 5; a swept parameter has no single value: remove one"},
        {START "sweep: {boost: [1, 2]}\n", "t.yaml:4: sweep: boost: an option of methods"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; ++i)
        fails(slips[i].text, NULL, slips[i].message);
}

Test(experiment_errors, too_many_points)
{
    char text[20000] = START "sweep:\n  users: [1";
    size_t length = strlen(text);
    for (int i = 2; i <= 1000; ++i)
        length += (size_t)sprintf(text + length, ",%d", i);
    length += (size_t)sprintf(text + length, "]\n  frames: [0");
    for (int i = 1; i <= 1000; ++i)
        length += (size_t)sprintf(text + length, ",%d", i);
    sprintf(text + length, "]\n");
    fails(text, NULL, "t.yaml:6: sweep: more than 1000000 points");
}

Test(experiment_errors, methods)
{
    static const slip slips[] = {
        {"system: toy\nscenarios: 1\nmethods: slow\n", "t.yaml:3: methods: found 'slow', must be a list"},
        {"system: toy\nscenarios: 1\nmethods: []\n", "t.yaml:3: methods: found an empty list, must be a list"},
        {"system: toy\nscenarios: 1\nmethods: [slwo]\n",
         "t.yaml:3: methods: found 'slwo', no such method of toy; did you mean 'slow'?"},
        {"system: toy\nscenarios: 1\nmethods: [optimal]\n",
         "t.yaml:3: methods: found 'optimal', no such method of toy; known: slow, quick, best"},
        {"system: toy\nscenarios: 1\nmethods: [slow,\n  slow]\n", "t.yaml:4: methods: slow: given twice"},
        {"system: toy\nscenarios: 1\nmethods: [[slow]]\n", "t.yaml:3: methods: found a sequence"},
        {"system: toy\nscenarios: 1\nmethods: [{as: x}]\n",
         "t.yaml:3: methods: an entry in braces needs `use: "},
        {"system: toy\nscenarios: 1\nmethods: [{use: quick, as: a/b}]\n", "t.yaml:3: methods: as: found 'a/b'"},
        {"system: toy\nscenarios: 1\nmethods: [{use: quick, bost: 1}]\n",
         "t.yaml:3: methods: quick: bost: no such option; did you mean 'boost'?"},
        {"system: toy\nscenarios: 1\nmethods: [{use: quick, users: 1}]\n",
         "t.yaml:3: methods: quick: users: describes the instance"},
        {"system: toy\nscenarios: 1\nmethods: [{use: slow, boost: 1}]\n",
         "t.yaml:3: methods: slow: boost: not an option of this method; its options: none"},
        {"system: toy\nscenarios: 1\nmethods: [{use: quick, boost: 9}]\n",
         "t.yaml:3: boost: found '9', must be a number from 0 to 8"},
        {START "compare: {base: slow}\n", "t.yaml:4: compare: base: unknown key; known: baseline, optimum"},
        {START "compare: {baseline: fastest}\n",
         "t.yaml:4: compare: baseline: found 'fastest', no such method"},
        {START "compare: slow\n", "t.yaml:4: compare: found 'slow', must be a mapping"},
        {START "compare: {optimum: [best]}\n", "t.yaml:4: compare: optimum: must be the name of a method"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; ++i)
        fails(slips[i].text, NULL, slips[i].message);
}

Test(experiment_errors, command_line)
{
    static const slip slips[] = {
        {"users", "--set: found 'users', must be KEY=VALUE"},
        {"=3", "--set: found '=3', must be KEY=VALUE"},
        {"users=", "--set: found 'users=', must be KEY=VALUE"},
        {"users=0", "--set: users: found '0', must be an integer from 1 to 1000"},
        {"usesr=1", "--set: usesr: no such parameter of toy; did you mean 'users'?"},
        {"boost=1", "--set: boost: an option of methods"},
        {"data=[1", "--set:2: not YAML"},
        {"seed=x", "--set: seed: found 'x'"},
        {"scenarios=0", "--set: scenarios: found '0'"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; ++i) {
        esw_overrides overrides = {.sets = &slips[i].text, .n_sets = 1};
        fails(START, &overrides, slips[i].message);
    }
    esw_overrides methods = {.methods = "slow,fast"};
    fails(START, &methods, "--methods: found 'fast', no such method of toy");
    methods.methods = "slow,slow";
    fails(START, &methods, "--methods: slow: given twice");
    methods.methods = "";
    fails(START, &methods, "--methods: found ''");
}

Test(experiment_errors, what_only_the_system_can_refuse_names_line_and_point)
{
    esw_experiment *experiment;
    esw_config *config;
    esw_error error = {0};
    static const char text[] = START "sweep:\n  scale: [1, 2]\n  users: [5,\n    999]\n";
    toy_use();
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "t.yaml", ".", NULL, &experiment, &error), ESW_OK);
    cr_assert_eq(esw_experiment_configure(experiment, 3, ESW_NONE, &config, &error), ESW_BAD_INPUT);
    cr_assert_str_eq(error.text, "t.yaml:7: users: 999 is refused by the system (at scale = 2, users = 999)");
    esw_experiment_free(experiment);
}

Test(experiment_errors, a_file_that_is_not_there_or_no_file)
{
    esw_experiment *experiment;
    esw_error error = {0};
    toy_use();
    cr_assert_eq(esw_experiment_load("missing.yaml", NULL, &experiment, &error), ESW_IO);
    cr_assert(strstr(error.text, "missing.yaml: opening failed"), "%s", error.text);
    cr_assert_eq(esw_experiment_load(".", NULL, &experiment, &error), ESW_IO);
    cr_assert(strstr(error.text, "./experiment.yaml: opening failed"), "%s", error.text); /* no run directory */
    cr_assert_eq(esw_experiment_load("/dev/null", NULL, &experiment, &error), ESW_IO);
    cr_assert(strstr(error.text, "not a regular file"), "%s", error.text);
}
