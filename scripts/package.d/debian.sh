# shellcheck shell=bash
# A separate Debian for scripts/package-test, with systemd as its first process. `$copy` is its root directory; mounts
# and processes end with the namespaces that the script runs in. `$work` is the script's directory.
: "${work:?}" "${copy?}"

path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

missing_debian_tools() {
    have_command debootstrap || say debootstrap
    have_command systemd-nspawn || say systemd-container
}

# make_debian DIRECTORY: makes the Debian from which copies are taken, with the dependencies of the package.
make_debian() {
    local needs=ca-certificates,curl,dbus,init-system-helpers,libcurl4,libpq5,libsqlite3-0,libssl3,libstdc++6,libyaml-0-2,openssl,procps,python3,systemd-sysv
    [[ ! -e $1/sbin/init ]] || return 0
    # shellcheck source=/dev/null
    . /etc/os-release
    say "== a Debian in $1"
    mkdir -p "$1"
    debootstrap --variant=minbase --include="$needs" "$VERSION_CODENAME" "$1.new" >"$work/debootstrap" ||
        die "debootstrap failed: $(tail -n 5 "$work/debootstrap")"
    rm -rf --one-file-system "$1"
    mv "$1.new" "$1"
}

# Starts it. Of the host's control groups, systemd sees only version 2; the container's system call filter permits
# locking pages, as on a real host.
boot() {
    systemd-nspawn --quiet --directory "$copy" --boot --register=no --keep-unit --console=passive \
        --capability=CAP_IPC_LOCK --system-call-filter=@memlock </dev/null >"$work/console" 2>&1 &
    machine=$!
    leader=''
    for _ in $(seq 600); do
        kill -0 "$machine" 2>/dev/null || die "it did not boot: $(cat "$work/console")"
        leader=$(pgrep -x systemd | head -n 1) || true
        if [[ $leader ]] && [[ $(inside systemctl is-system-running 2>/dev/null) == @(running|degraded) ]]; then return; fi
        sleep 0.1
    done
    die "systemd does not come up in there"
}

power_off() {
    inside systemctl poweroff
    wait "$machine" || true
    leader='' machine=''
}

# Run a command in there as root: after it has booted, and before.
inside() {
    if [[ $leader ]]; then
        nsenter --target "$leader" --all /usr/bin/env -i PATH="$path" HOME=/root LC_ALL=C.UTF-8 "$@"
    else
        chroot "$copy" /usr/bin/env -i PATH="$path" HOME=/root LC_ALL=C.UTF-8 "$@"
    fi
}

as() {
    local user=$1
    shift
    inside runuser -u "$user" -- "$@"
}

keyturn() { inside keyturn "$@"; }

# expect WORDS COMMAND: the command succeeds, and the line says so.
expect() {
    local words=$1
    shift
    "$@" >"$work/said" 2>&1 || die "not so: $words: $(cat "$work/said")"
    say "   $words"
}

# refused STATUS WORDS COMMAND: the command exits with that status.
refused() {
    local wanted=$1 words=$2 status=0
    shift 2
    "$@" >"$work/said" 2>&1 || status=$?
    ((status == wanted)) || die "not so: $words: status $status, $(cat "$work/said")"
    say "   $words"
}

same() { [[ $1 == "$2" ]] || { say "'$1' is not '$2'" && false; }; }

unsaid() { ! grep -q "$@" || { say "it says: $(grep "$@")" && false; }; }

# wait_until COMMAND: waits for at most half a minute.
wait_until() {
    for _ in $(seq 300); do
        if "$@" >"$work/waited" 2>&1; then return; fi
        sleep 0.1
    done
    die "it did not come so far: $*: $(cat "$work/waited") $(inside journalctl -u keyturnd -n 5 -o cat --no-pager)"
}

# The daemon's log since its last start.
journal() { inside journalctl -o cat --no-pager _SYSTEMD_INVOCATION_ID="$(inside systemctl show -P InvocationID keyturnd)"; }

pid_of_daemon() { inside systemctl show -P MainPID keyturnd; }

is_active() { inside systemctl is-active "$@"; }
