#include "sweep/formula.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { DEPTH = 16 }; /* of parentheses */

typedef struct parser {
    eswi_formula *formula;
    const char *at;
    int depth;
    esw_error *error;
} parser;

static esw_status wrong(const parser *p, const char *what)
{
    return esw_fail(p->error, ESW_BAD_USAGE, "'%.120s': %s at '%.20s'", p->formula->text, what, p->at);
}

static void skip_blanks(parser *p)
{
    while (isspace((unsigned char)*p->at))
        ++p->at;
}

static esw_status push(parser *p, eswi_formula_step step)
{
    if (p->formula->n_steps == ESWI_FORMULA_STEPS)
        return wrong(p, "the formula is too long");
    p->formula->steps[p->formula->n_steps++] = step;
    return ESW_OK;
}

/* The text between two places without blanks around it; NULL when out of memory. */
static char *trimmed(const char *begin, const char *end)
{
    while (begin < end && isspace((unsigned char)*begin))
        ++begin;
    while (end > begin && isspace((unsigned char)end[-1]))
        --end;
    return strndup(begin, (size_t)(end - begin));
}

/* ---------------------------------------------------------------- terms */

/* A value of "@ key=value": a number where it reads as one, else a text. */
static json_t *value_of(const char *text)
{
    int64_t integer;
    double real;
    if (eswi_parse_integer(text, &integer))
        return json_integer(integer);
    return eswi_parse_real(text, &real) ? json_real(real) : json_string(text);
}

/* Reads "key=value" from `begin` to `end` into the term. */
static esw_status read_setting(parser *p, eswi_formula_term *term, const char *begin, const char *end)
{
    const char *equals = memchr(begin, '=', (size_t)(end - begin));
    if (!equals)
        return wrong(p, "key=value is missing behind '@'");
    char *key = trimmed(begin, equals), *value = trimmed(equals + 1, end);
    int failed = !key || !value || json_object_set_new(term->at, key, value_of(value));
    free(key);
    free(value);
    return failed ? esw_fail(p->error, ESW_NO_MEMORY, "out of memory") : ESW_OK;
}

static esw_status read_settings(parser *p, eswi_formula_term *term, const char *begin, const char *end)
{
    esw_status status = ESW_OK;
    term->at = json_object();
    if (!term->at)
        return esw_fail(p->error, ESW_NO_MEMORY, "out of memory");
    while (begin < end && !status) {
        const char *comma = memchr(begin, ',', (size_t)(end - begin));
        const char *stop = comma ? comma : end;
        status = read_setting(p, term, begin, stop);
        begin = stop + 1;
    }
    return status;
}

/* metric(method) or metric(method @ key=value, ...); p->at is behind the metric's name. */
static esw_status read_term(parser *p, const char *name, const char *name_end)
{
    eswi_formula *formula = p->formula;
    if (formula->n_terms == ESWI_FORMULA_TERMS)
        return wrong(p, "too many terms");
    const char *close = *p->at == '(' ? strchr(p->at, ')') : NULL;
    if (!close)
        return wrong(p, "a metric needs its method in parentheses, as in latency_s(li-gd),");
    const char *sign = memchr(p->at, '@', (size_t)(close - p->at));
    eswi_formula_term *term = &formula->terms[formula->n_terms++];
    term->metric = strndup(name, (size_t)(name_end - name));
    term->method = trimmed(p->at + 1, sign ? sign : close);
    if (!term->metric || !term->method)
        return esw_fail(p->error, ESW_NO_MEMORY, "out of memory");
    if (!*term->method)
        return wrong(p, "the method is missing");
    esw_status status = sign ? read_settings(p, term, sign + 1, close) : ESW_OK;
    if (status)
        return status;
    p->at = close + 1;
    return push(p, (eswi_formula_step){.operation = 't', .term = formula->n_terms - 1});
}

static esw_status read_number(parser *p)
{
    char text[32];
    size_t length = strspn(p->at, "0123456789.eE");
    double number;
    snprintf(text, sizeof text, "%.*s", (int)length, p->at);
    if (length >= sizeof text || !eswi_parse_real(text, &number))
        return wrong(p, "a term or a number is missing");
    p->at += length;
    return push(p, (eswi_formula_step){.operation = 'n', .number = number});
}

/* ---------------------------------------------------------------- the grammar */

static esw_status read_sum(parser *p);

static esw_status read_factor(parser *p)
{
    skip_blanks(p);
    if (*p->at == '(') {
        if (++p->depth > DEPTH)
            return wrong(p, "too many parentheses");
        ++p->at;
        esw_status status = read_sum(p);
        skip_blanks(p);
        if (!status && *p->at != ')')
            status = wrong(p, "a ')' is missing");
        p->at += !status;
        --p->depth;
        return status;
    }
    const char *name = p->at;
    if (!isalpha((unsigned char)*name) && *name != '_')
        return read_number(p);
    while (isalnum((unsigned char)*p->at) || *p->at == '_')
        ++p->at;
    return read_term(p, name, p->at);
}

/* Operands joined by the two operators of a level; `operand` reads one. */
static esw_status read_joined(parser *p, const char *operators, esw_status (*operand)(parser *))
{
    esw_status status = operand(p);
    skip_blanks(p);
    while (!status && *p->at && strchr(operators, *p->at)) {
        char operation = *p->at++;
        status = operand(p);
        if (!status)
            status = push(p, (eswi_formula_step){.operation = operation});
        skip_blanks(p);
    }
    return status;
}

static esw_status read_product(parser *p)
{
    return read_joined(p, "*/", read_factor);
}

static esw_status read_sum(parser *p)
{
    return read_joined(p, "+-", read_product);
}

esw_status eswi_formula_parse(const char *text, eswi_formula *formula, esw_error *error)
{
    *formula = (eswi_formula){.text = strdup(text)};
    if (!formula->text)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    parser p = {.formula = formula, .at = formula->text, .error = error};
    esw_status status = read_sum(&p);
    if (!status && *p.at)
        status = wrong(&p, "the formula should end");
    if (!status && formula->n_terms == 0)
        status = wrong(&p, "the formula names no metric");
    return status;
}

void eswi_formula_free(eswi_formula *formula)
{
    for (size_t i = 0; i < formula->n_terms; ++i) {
        free(formula->terms[i].metric);
        free(formula->terms[i].method);
        json_decref(formula->terms[i].at);
    }
    free(formula->text);
    *formula = (eswi_formula){0};
}

/* ---------------------------------------------------------------- values */

/* A value with its derivatives. */
typedef struct dual {
    double value, gradient[ESWI_FORMULA_TERMS];
} dual;

static dual join(char operation, const dual *a, const dual *b, size_t n)
{
    dual result = {0};
    switch (operation) {
    case '+':
        result.value = a->value + b->value;
        break;
    case '-':
        result.value = a->value - b->value;
        break;
    case '*':
        result.value = a->value * b->value;
        break;
    default:
        result.value = a->value / b->value;
        break;
    }
    for (size_t i = 0; i < n; ++i) {
        const double da = a->gradient[i], db = b->gradient[i];
        switch (operation) {
        case '+':
            result.gradient[i] = da + db;
            break;
        case '-':
            result.gradient[i] = da - db;
            break;
        case '*':
            result.gradient[i] = da * b->value + a->value * db;
            break;
        default:
            result.gradient[i] = (da - result.value * db) / b->value;
            break;
        }
    }
    return result;
}

double eswi_formula_value(const eswi_formula *formula, const double *means, double *gradient)
{
    dual stack[ESWI_FORMULA_STEPS];
    size_t top = 0;
    for (size_t i = 0; i < formula->n_steps; ++i) {
        const eswi_formula_step *step = &formula->steps[i];
        if (step->operation == 'n') {
            stack[top++] = (dual){.value = step->number};
        } else if (step->operation == 't') {
            stack[top] = (dual){.value = means[step->term]};
            stack[top++].gradient[step->term] = 1.0;
        } else {
            --top;
            stack[top - 1] = join(step->operation, &stack[top - 1], &stack[top], formula->n_terms);
        }
    }
    memcpy(gradient, stack[0].gradient, formula->n_terms * sizeof *gradient);
    return stack[0].value;
}
