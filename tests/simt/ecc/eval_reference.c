/* The evaluation built for one instruction set; the build sets EVAL_CASE_RUN to its function's name. */
#include "eval_case.h"

#include "ecc/fixed.h"
#include "ecc/lanes.h"

void EVAL_CASE_RUN(const eval_case *c, void *block)
{
    eswi_ecc_evaluation point;
    if (c->relaxed) {
        eswi_ecc_lanes problem;
        eval_case_problem(c, block, &problem, &point);
        eswi_ecc_evaluate(&problem, &point);
    } else {
        eswi_ecc_fixed problem;
        eval_case_problem(c, block, &problem, &point);
        eswi_ecc_evaluate_fixed(&problem, &point);
    }
}
