#!/usr/bin/env python3
"""Start values of eswi_normal_quantile (host/base/detmath_normal.h): run with mpmath, prints both polynomials.

Chebyshev interpolation is as good as minimax here: the start needs a relative error of 1e-6 only, because one Halley
step cubes it.
"""
from mpmath import cos, erfinv, exp, findroot, linspace, log, lu_solve, matrix, mp, mpf, ncdf, pi, polyval, sqrt

mp.dps = 40


def interpolate(f, low, high, degree):
    """Coefficients, constant first, of the polynomial through f at the Chebyshev nodes of [low, high]."""
    n = degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    powers = matrix(n, n)
    for i, x in enumerate(nodes):
        for j in range(n):
            powers[i, j] = x**j
    return list(lu_solve(powers, matrix([f(x) for x in nodes])))


def show(title, f, low, high, degree):
    coefficients = interpolate(f, low, high, degree)
    error = max(abs(polyval(coefficients[::-1], x) / f(x) - 1) for x in linspace(low, high, 500))
    print(f"{title}: relative error {mp.nstr(error, 3)}")
    for power, c in enumerate(coefficients):
        print(f"  x^{power}  {float(c).hex()}")


def central(u):
    """Quantile of 1/2 + c over c, in u = c^2."""
    return sqrt(2) * erfinv(2 * sqrt(u)) / sqrt(u)


def tail(t):
    """-Quantile of q = exp(-r^2 / 2) over r, in t = (r - 2) / (r + 2)."""
    r = 2 * (1 + t) / (1 - t)
    x = findroot(lambda z: log(ncdf(-z)) + r * r / 2, r - mpf("0.5"))
    return x / r


show("central, |c| <= 0.4", central, mpf("1e-12"), mpf("0.1601"), 8)
show("tail, 0.1 >= q >= 2^-1075", tail, (mpf("2.14") - 2) / mpf("4.14"), (mpf("38.7") - 2) / mpf("40.7"), 8)
