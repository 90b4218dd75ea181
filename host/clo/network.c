/* CLO: the graph of nodes, devices and links. */
#include <stdio.h>
#include <string.h>

#include "base/json_build.h"
#include "base/json_keys.h"
#include "clo/clo.h"

/* Table I and Fig. 5(a); the devices are servers too. */
static const eswi_clo_network SINGLE_HOP = {
    .name = "single-hop",
    .node_name = {"S1", "S2", "S3", "S4"},
    .node_model = {"mnv3_minimal", "mnv3_minimal", "mnv3_minimal", "resnet50"},
    .nodes = 4,
    .devices = 3,
    .links = 3,
    .device_node = {0, 1, 2},
    .link_from = {0, 1, 2},
    .link_to = {3, 3, 3},
};

/* Table II and Fig. 5(b), whose links the text does not list. The two ResNet18 servers were trained apart: a source of
 * tasks may know them as two models. */
static const eswi_clo_network MULTI_HOP = {
    .name = "multi-hop",
    .node_name = {"ED1", "ED2", "ED3", "S1", "S2", "S3", "S4"},
    .node_model = {"", "", "", "mnv3_large", "resnet18.1", "resnet18.2", "resnet50"},
    .nodes = 7,
    .devices = 3,
    .links = 7,
    .device_node = {0, 1, 2},
    .link_from = {0, 1, 2, 3, 3, 4, 5},
    .link_to = {3, 3, 3, 4, 5, 6, 6},
};

static esw_status bad(esw_error *error, const char *where, const char *what)
{
    return esw_fail(error, ESW_BAD_INPUT, "network%s: %s", where, what);
}

static int node_called(const eswi_clo_network *network, const char *name)
{
    for (int n = 0; n < network->nodes; n++)
        if (!strcmp(network->node_name[n], name))
            return n;
    return -1;
}

static esw_status read_node(const json_t *json, int n, eswi_clo_network *network, esw_error *error)
{
    const json_t *device = json_object_get(json, "device"), *model = json_object_get(json, "model");
    const char *name = json_string_value(json_object_get(json, "name"));
    char where[32], path[48];
    snprintf(where, sizeof where, ".nodes[%d]", n);
    snprintf(path, sizeof path, "network%s", where);
    if (!json_is_object(json) || !name || !*name || strlen(name) >= CLO_NAME_BYTES)
        return bad(error, where, "must be {name: ..., model: ..., device: true}, the name of 1 to 31 bytes");
    const esw_status status = ESWI_JSON_KNOWN_KEYS(json, path, error, "name", "model", "device");
    if (status)
        return status;
    if (node_called(network, name) >= 0)
        return bad(error, where, "its name is that of another node");
    if (model && (!json_is_string(model) || strlen(json_string_value(model)) >= CLO_NAME_BYTES))
        return bad(error, where, "model must be a name of at most 31 bytes");
    if (device && !json_is_boolean(device))
        return bad(error, where, "device must be true or false");
    snprintf(network->node_name[n], CLO_NAME_BYTES, "%s", name);
    snprintf(network->node_model[n], CLO_NAME_BYTES, "%s", model ? json_string_value(model) : "");
    network->nodes = n + 1;
    if (json_is_true(device)) {
        if (network->devices == CLO_DEVICES_MAX)
            return bad(error, where, "more than 8 devices");
        network->device_node[network->devices++] = n;
    }
    return ESW_OK;
}

static esw_status read_link(const json_t *json, int link, eswi_clo_network *network, esw_error *error)
{
    char where[32];
    int end[2];
    snprintf(where, sizeof where, ".links[%d]", link);
    if (json_array_size(json) != 2)
        return bad(error, where, "must be [from, to], the names of two nodes");
    for (int i = 0; i < 2; i++) {
        const char *name = json_string_value(json_array_get(json, (size_t)i));
        end[i] = name ? node_called(network, name) : -1;
        if (end[i] < 0)
            return esw_fail(error, ESW_BAD_INPUT, "network%s: no node is called '%.40s'", where,
                            name ? name : "");
    }
    if (end[0] == end[1])
        return bad(error, where, "leads from a node to itself");
    for (int other = 0; other < link; other++)
        if (network->link_from[other] == end[0] && network->link_to[other] == end[1])
            return bad(error, where, "is there already");
    network->link_from[link] = end[0];
    network->link_to[link] = end[1];
    network->links = link + 1;
    return ESW_OK;
}

static esw_status read_graph(const json_t *tree, eswi_clo_network *network, esw_error *error)
{
    const json_t *nodes = json_object_get(tree, "nodes"), *links = json_object_get(tree, "links");
    esw_status status = ESWI_JSON_KNOWN_KEYS(tree, "network", error, "nodes", "links");
    if (!status && (!json_is_array(nodes) || !json_array_size(nodes) || json_array_size(nodes) > CLO_NODES_MAX))
        status = bad(error, ".nodes", "must be a list of 1 to 8 nodes");
    if (!status && links && (!json_is_array(links) || json_array_size(links) > CLO_LINKS_MAX))
        status = bad(error, ".links", "must be a list of at most 16 links");
    memset(network, 0, sizeof *network);
    snprintf(network->name, sizeof network->name, "graph");
    for (size_t n = 0; !status && n < json_array_size(nodes); n++)
        status = read_node(json_array_get(nodes, n), (int)n, network, error);
    for (size_t i = 0; !status && i < json_array_size(links); i++)
        status = read_link(json_array_get(links, i), (int)i, network, error);
    if (!status && network->devices == 0)
        status = bad(error, ".nodes",
                     "no node is a device; write `device: true` at those whose tasks are to be decided");
    return status;
}

esw_status eswi_clo_network_read(const json_t *tree, eswi_clo_network *network, esw_error *error)
{
    const char *name = json_string_value(tree);
    if (name && !strcmp(name, SINGLE_HOP.name)) {
        *network = SINGLE_HOP;
        return ESW_OK;
    }
    if (name && !strcmp(name, MULTI_HOP.name)) {
        *network = MULTI_HOP;
        return ESW_OK;
    }
    if (json_is_object(tree))
        return read_graph(tree, network, error);
    return esw_fail(error, ESW_BAD_INPUT,
                    "network: found %s%.40s%s; must be single-hop, multi-hop or {nodes: ..., links: ...}",
                    name ? "'" : "", name ? name : "neither text nor a mapping", name ? "'" : "");
}

json_t *eswi_clo_network_json(const eswi_clo_network *network)
{
    json_t *nodes = json_array(), *links = json_array();
    if (strcmp(network->name, "graph") != 0) {
        json_decref(nodes);
        json_decref(links);
        return json_string(network->name);
    }
    for (int n = 0; n < network->nodes; n++) {
        bool device = false;
        for (int k = 0; k < network->devices; k++)
            device = device || network->device_node[k] == n;
        eswi_builder node = eswi_build_begin();
        eswi_build_put(&node, "name", json_string(network->node_name[n]));
        if (network->node_model[n][0])
            eswi_build_put(&node, "model", json_string(network->node_model[n]));
        if (device)
            eswi_build_put(&node, "device", json_true());
        nodes = eswi_json_append(nodes, eswi_build_end(&node));
    }
    for (int i = 0; i < network->links; i++)
        links = eswi_json_append(links, json_pack("[ss]", network->node_name[network->link_from[i]],
                                                  network->node_name[network->link_to[i]]));
    eswi_builder graph = eswi_build_begin();
    eswi_build_put(&graph, "nodes", nodes);
    eswi_build_put(&graph, "links", links);
    return eswi_build_end(&graph);
}
