#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include "base/node.h"

static esw_status parse(const char *text, eswi_node *node, esw_error *error)
{
    return eswi_node_parse(text, strlen(text), "x.yaml", node, error);
}

static void refuses(const char *text, size_t length, const char *message)
{
    eswi_node node;
    esw_error error = {0};
    cr_assert_eq(eswi_node_parse(text, length, "x.yaml", &node, &error), ESW_BAD_USAGE);
    cr_assert(strstr(error.text, message) && !strchr(error.text, '\n'), "found: %s", error.text);
}

Test(yaml, keeps_lines_kinds_and_quotes)
{
    eswi_node node;
    cr_assert_eq(parse("a: 1\nb:\n  - x\n  - '2'\nc: {d: ~}\n", &node, NULL), ESW_OK);
    cr_assert_eq(node.kind, ESWI_MAPPING);
    cr_assert_eq(node.n, 3);
    const eswi_node *b = eswi_node_get(&node, "b");
    cr_assert_eq(b->key_line, 2);
    cr_assert_eq(b->items[1].line, 4);
    cr_assert(b->items[0].plain && !b->items[1].plain);
    cr_assert(eswi_node_is_null(eswi_node_get(eswi_node_get(&node, "c"), "d")));
    cr_assert_null(eswi_node_get(&node, "e"));
    eswi_node_free(&node);
}

Test(yaml, becomes_json_with_types_from_plain_scalars_only)
{
    eswi_node node;
    cr_assert_eq(parse("[1, 1.5, '1', true, yes, null, 1e3, {a: [x]}]", &node, NULL), ESW_OK);
    json_t *json = eswi_node_to_json(&node);
    json_t *expected = json_pack("[i, f, s, b, s, n, f, {s:[s]}]", 1, 1.5, "1", 1, "yes", 1000.0, "a", "x");
    cr_assert(json_equal(json, expected));
    json_decref(json);
    json_decref(expected);
    eswi_node_free(&node);
}

Test(yaml, refuses_what_could_surprise)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "x.yaml:3: a: duplicate key, first given in line 1"},
        {"a: &x [1]\nb: *x\n", "x.yaml:1: anchors"},
        {"a: *x\n", "x.yaml:1: anchors"},
        {"a: !!str 1\n", "x.yaml:1: anchors"},
        {"a: 1\n---\nb: 2\n", "x.yaml:2: a second document"},
        {"", "empty"},
        {"# only a comment\n", "empty"},
        {"[a, b]: 1\n", "x.yaml:1: a key must be"},
        {"a: [1, 2\n", "x.yaml:2: not YAML"},
        {"a: \"\\0\"\n", "NUL"},
        {"a: 'x\n", "not YAML"},
        {"\t- a", "not YAML"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i)
        refuses(cases[i].text, strlen(cases[i].text), cases[i].message);
    refuses("a: \xff\xfe\n", 6, "must be UTF-8");
    refuses("a: \xc3\x28\n", 6, "must be UTF-8");
    refuses("a: \0b\n", 6, "must be UTF-8");
}

/* Seconds of processor time that refusing takes. */
static double refuses_in(const char *text, size_t length, const char *message)
{
    clock_t start = clock();
    refuses(text, length, message);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

Test(yaml, refuses_200000_nested_brackets_fast)
{
    static char text[400004];
    memset(text, '[', 200000);
    cr_assert_lt(refuses_in(text, 200000, "x.yaml:1: nested more than 64 levels deep"), 1.0);
    memset(text + 200000, ']', 200000);
    cr_assert_lt(refuses_in(text, 400000, "x.yaml:1: nested more than 64 levels deep"), 1.0);
    for (size_t i = 0; i < 200000; ++i)
        memcpy(text + 2 * i, "- ", 2);
    cr_assert_lt(refuses_in(text, 400000, "nested more than 64 levels deep"), 1.0);
    for (size_t i = 0; i < 100000; ++i)
        memcpy(text + 4 * i, "{a: ", 4);
    cr_assert_lt(refuses_in(text, 400000, "nested more than 64 levels deep"), 1.0);
}

Test(yaml, takes_a_megabyte_of_keys_fast_and_no_more)
{
    char *text = malloc(ESWI_NODE_BYTES + 100);
    size_t length = 0;
    for (unsigned i = 0; length + 20 < ESWI_NODE_BYTES; ++i)
        length += (size_t)sprintf(text + length, "k%u: %u\n", i, i % 10);
    eswi_node node;
    clock_t start = clock();
    cr_assert_eq(eswi_node_parse(text, length, "x.yaml", &node, NULL), ESW_OK);
    cr_assert_lt((double)(clock() - start) / CLOCKS_PER_SEC, 10.0);
    cr_assert_gt(node.n, 50000);
    eswi_node_free(&node);
    memset(text, ' ', ESWI_NODE_BYTES + 1);
    refuses(text, ESWI_NODE_BYTES + 1, "at most 1048576 are allowed");
    free(text);
}

Test(yaml, holds_64_levels)
{
    char text[200] = "";
    eswi_node node;
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    cr_assert_eq(eswi_node_parse(text, 128, "x.yaml", &node, NULL), ESW_OK);
    eswi_node_free(&node);
}
