# shellcheck shell=bash
# Shared by the scripts of this folder: output, stages, packages, the build, the count of tests.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
readonly root

say() { printf '%s\n' "$*"; }

complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    complain "$@"
    exit 1
}

# True on a terminal: then progress is shown, otherwise the output stays short.
is_watched() { [[ -t 1 && -z ${CI:-} ]]; }

# Shows progress: on one line of a terminal, otherwise as a line of its own, for a log.
show_progress() {
    if is_watched; then printf '\r%s\033[K' "$*"; else say "$*"; fi
}

end_progress() {
    if is_watched; then printf '\r\033[K'; fi
}

stage_now='' stage_times=()

# Runs a command as a named stage and records its duration; a failure ends the script. Do not call it in a condition
# (`if`, `||`): there bash would continue after a failure.
stage() {
    local began=$SECONDS
    stage_now=$1
    shift
    say "== $stage_now"
    "$@"
    stage_times+=("$(printf '%-10s %5d s' "$stage_now" $((SECONDS - began)))")
    stage_now=''
}

have_command() { command -v "$1" >/dev/null; }

have_library() { have_command pkg-config && pkg-config --exists "$1"; }

# True if a file with this name or pattern is in a library directory.
have_file() { compgen -G "/usr/lib*/$1" >/dev/null || compgen -G "/usr/lib*/*/$1" >/dev/null; }

need_swift() {
    have_command swift ||
        die "swift is not here: install Swift 6.2 or newer (swift.org/install says how) and put it on the PATH"
}

# Prints the missing Debian packages, judged by their content: a library from another source counts as installed.
missing_packages() {
    local command
    for command in curl git openssl pkg-config python3 sqlite3; do
        have_command "$command" || say "$command"
    done
    [[ -e /etc/ssl/certs/ca-certificates.crt ]] || say ca-certificates
    [[ -e /usr/include/stdlib.h ]] || say libc6-dev
    # The dependencies of Swift itself to run and to link, in case it was installed from an archive.
    have_file libncurses.so.6 || say libncurses6
    have_file 'libxml2.so.*' || say libxml2
    have_command ld.gold || say binutils-gold
    compgen -G '/usr/lib/gcc/*/*/libgcc.a' >/dev/null || say gcc
    have_library libcrypto || say libssl-dev
    have_library libcurl || say libcurl4-openssl-dev
    have_library sqlite3 || say libsqlite3-dev
    have_library yaml-0.1 || say libyaml-dev
    have_library libpq || say libpq-dev
}

install_packages() { install_missing missing_packages; }

# The additional dependencies of the Debian package's build.
missing_package_tools() {
    have_command dpkg-shlibdeps || say dpkg-dev
    have_command strip || say binutils
}

# The additional dependencies of the tests: PostgreSQL, of which they make clusters; a JVM for the plug-in in connectors/; systemd to check its units; man for
# the manual pages; Prometheus to read the metrics; JSON Schema for messages to the stand-ins and for answers; an SMTP server for alerts;
# the request parser of Node.js to compare with ours; and the clients and proxies of the examples in
# docs/agent-socket.md.
missing_test_packages() {
    missing_packages
    missing_package_tools
    have_command mandoc || say mandoc
    have_command node || say nodejs
    have_command nginx || [[ -x /usr/sbin/nginx ]] || say nginx-light
    have_command haproxy || [[ -x /usr/sbin/haproxy ]] || say haproxy
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || say postgresql
    have_command javac || say default-jdk-headless
    have_command systemd-analyze || say systemd
    /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || say python3-prometheus-client
    /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || say python3-jsonschema
    /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || say python3-aiosmtpd
    /usr/bin/python3 -c 'import yaml' 2>/dev/null || say python3-yaml
    /usr/bin/python3 -c 'import requests' 2>/dev/null || say python3-requests
}

# Installs the packages that the named function prints; as an ordinary user through sudo. Does not prompt if nobody can
# answer.
install_missing() {
    local list=$1 missing=() as=() get put
    mapfile -t missing < <("$list")
    ((${#missing[@]})) || return 0
    have_command apt-get || {
        complain "going on without what seems to be missing, as Debian names it: ${missing[*]}"
        return 0
    }
    if ((EUID != 0)); then
        have_command sudo || die "missing: as root, run: apt-get install ${missing[*]}"
        if [[ -t 0 ]]; then as=(sudo); else as=(sudo -n); fi
    fi
    say "installing ${missing[*]}"
    get=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3)
    put=("${get[@]}" install -y --no-install-recommends "${missing[@]}")
    # Without package lists, or with old ones, the first attempt fails: then they are updated, once.
    "${put[@]}" >/dev/null 2>&1 || { "${get[@]}" update >/dev/null && "${put[@]}" >/dev/null; } ||
        die "could not install: as root, run: apt-get update && apt-get install ${missing[*]}"
    mapfile -t missing < <("$list")
    ((${#missing[@]} == 0)) || die "still missing after installing: ${missing[*]}"
}

# Filters a build's output: keeps the versions, one progress line in a hundred, and everything else.
thin_progress() {
    local line steps=0
    while IFS= read -r line || [[ -n $line ]]; do
        case $line in
            Fetched\ * | Computing\ * | Creating\ working\ copy\ * | Working\ copy\ of\ *) continue ;;
            \[[0-9]*/[0-9]*\]\ *) ((steps++ % 100 == 0)) || continue ;;
        esac
        printf '%s\n' "$line"
    done
}

# The one build of the gate: programs and tests, with warnings as errors.
build_strictly() {
    export KEYTURN_WARNINGS=error
    if is_watched; then
        swift build --package-path "$root" --build-tests
    else
        swift build --package-path "$root" --build-tests 2>&1 | thin_progress
    fi
}

# Filters a test run's output: keeps failed and skipped tests, known issues and the closing line; on a terminal also
# passed tests. A test's message continues until the next mark.
thin_tests() {
    local line shown=1 passed=''
    if is_watched; then passed=1; fi
    while IFS= read -r line || [[ -n $line ]]; do
        case $line in
            *Test\ run\ with\ *) shown=1 ;;
            ◇* | ↳*) shown='' ;;
            ✔*) shown=$passed ;;
            ✘* | ━* | ➜*) shown=1 ;;
        esac
        [[ -z $shown ]] || printf '%s\n' "$line"
    done
}

# Reads a log of `swift test` and prints `N passed, M failed[, K skipped]`. Fails unless at least one test passed, none
# failed, and the run reached its closing line. XCTest's counts are ignored: rule_words forbids XCTest.
count_tests() {
    sed -E 's/\x1b\[[0-9;]*m//g; s/\r$//; s/^[^A-Za-z]+//' "$1" | awk '
        /^Test run with [0-9]+ tests? in [0-9]+ suites? (passed|failed) after / {
            closings++
            total += $4
            if (/ failed after /) broken = 1
        }
        /^Test (run|case) / { next }
        /^Test .* failed after [0-9.]+ seconds/ { failed++ }
        /^Test .* skipped(\.|: ".*")?$/ { skipped++ }
        END {
            if (!closings) { print "the tests did not come to their end"; exit 1 }
            passed = total - failed - skipped
            print passed " passed, " failed + 0 " failed" (skipped ? ", " skipped " skipped" : "")
            exit !(passed > 0 && !failed && !broken)
        }'
}
