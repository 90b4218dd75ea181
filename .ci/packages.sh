# shellcheck shell=bash
# Sourced by demo.sh and test.sh: installs what is missing with apt, and says what it installs.

say() {
    printf '%s\n' "== $*"
}

# Prints those of its arguments that are not installed, one per line.
missing_packages() {
    local package
    for package in "$@"; do
        [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || printf '%s\n' "$package"
    done
}

# Prints those of its arguments that this system's package lists know.
known_packages() {
    local package
    for package in "$@"; do
        apt-cache show "$package" >/dev/null 2>&1 && printf '%s\n' "$package"
    done
    return 0
}

as_root() {
    if [[ "$(id -u)" == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

can_be_root() {
    [[ "$(id -u)" == 0 ]] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; } ||
        { [[ -t 0 ]] && command -v sudo >/dev/null; }
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need_packages REQUIRED... -- OPTIONAL...: installs both where it can; without root only a required one is an error.
need_packages() {
    local required=() optional=() absent=() list=required
    local argument
    for argument in "$@"; do
        if [[ "$argument" == -- ]]; then
            list=optional
        elif [[ "$list" == required ]]; then
            required+=("$argument")
        else
            optional+=("$argument")
        fi
    done
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "no apt here: make sure that what these packages hold is installed: ${required[*]} ${optional[*]}"
        return
    fi
    mapfile -t absent < <(missing_packages "${required[@]}" "${optional[@]}")
    if [[ ${#absent[@]} == 0 ]]; then
        say "all packages are installed"
        return
    fi
    if can_be_root; then
        say "installing: ${absent[*]}"
        # The package lists of a fresh system may be missing or old: update them only when installing fails without.
        apt_install "${absent[@]}" 2>/dev/null ||
            { as_root apt-get update -qq && apt_install "${absent[@]}"; }
        return
    fi
    mapfile -t absent < <(missing_packages "${required[@]}")
    if [[ ${#absent[@]} != 0 ]]; then
        printf '%s\n' "missing packages: ${absent[*]}; install them, or run this as root or with sudo" >&2
        return 1
    fi
    mapfile -t absent < <(missing_packages "${optional[@]}")
    say "going on without: ${absent[*]} (needs root to install)"
}
