# shellcheck shell=bash
# The image in a container of runc's, without an engine: beside zoom-sandbox, and beside another container that fetches
# through a shared volume. `$work` is the script's directory, `$image` the archive.
: "${root:?}" "${work:?}" "${image:?}" "${parts:?}"

readonly volumes=$work/volumes names=keyturn-test-$$

# contain NAME UID:GID OPTION… -- COMMAND…: runs a command in a container of its own.
contain() {
    local name=$1
    shift
    [[ -e $work/$name ]] || umoci unpack --image "$work/layout:image" "$work/$name" >/dev/null 2>"$work/umoci" ||
        die "umoci: $(cat "$work/umoci")"
    python3 "$parts/bundle.py" "$work/$name" "$@"
    runc --root "$work/runc" run --bundle "$work/$name" "$names-$name"
}

# state UID:GID COMMAND…: a command of the daemon's container, with its volumes.
state() {
    local user=$1
    shift
    contain keyturn "$user" "${mounts[@]}" -- "$@"
}

start() {
    state "$1" /usr/bin/keyturnd serve >"$work/log" 2>&1 &
    daemon=$!
    wait_for inside keyturn status
}

inside() { runc --root "$work/runc" exec "$names-keyturn" "$@"; }

stop() {
    runc --root "$work/runc" kill "$names-keyturn" TERM
    wait "$daemon"
    daemon=''
}

wait_for() {
    local _
    for _ in $(seq 300); do
        if "$@" >"$work/said" 2>&1; then return; fi
        sleep 0.1
    done
    die "it did not come so far: $*: $(cat "$work/said" "$work/log")"
}

# expect WORDS COMMAND…, refused STATUS WORDS COMMAND…: what must hold, and the line that says so.
expect() { refused 0 "$@"; }

refused() {
    local wanted=$1 words=$2 status=0
    shift 2
    "$@" >"$work/said" 2>&1 || status=$?
    ((status == wanted)) || die "not so: $words: status $status: $(cat "$work/said")"
    say "   $words"
}

says() { grep -q -- "$@" "$work/said" || die "it does not say '$*': $(cat "$work/said")"; }

# The daemon with the uid and group, and its volumes as an engine would make them.
daemon='' mounts=(
    --mount "$volumes/state:/var/lib/keyturn" --mount "$volumes/run:/run/keyturn" --mount "$volumes/credentials:/run/credentials:ro"
)

make_volumes() {
    rm -rf "$volumes"
    mkdir -p "$volumes"/{state,run,credentials}
    chmod 1770 "$volumes/state"
    # An emptyDir is open to all.
    chmod 0777 "$volumes/run"
}

field() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print({**d, **d["app"]}[sys.argv[2]])' "$work/zoom.json" "$1"; }

# fetch NAME UID:GID OPTION…: fetches from another container, which has only the directory of the agent socket.
fetch() {
    local name=$1 user=$2
    shift 2
    contain "$name" "$user" --mount "$volumes/run/run/agent:/run/keyturn/run/agent:ro" "$@" -- \
        /usr/bin/keyturn fetch zoom-prod --field client_secret
}

try_image() {
    local user=$1
    say "== the image as $user, read-only, without capabilities"
    make_volumes
    expect "a vault is made" state "$user" /usr/bin/keyturnd init --key-file /var/lib/keyturn/key --recovery-out /var/lib/keyturn/recovery
    # As a Secret with defaultMode 0440.
    install -m 0440 -o 0 -g 0 "$volumes/state/key" "$volumes/credentials/keyturn.key"
    rm "$volumes/state/key"
    start "$user"
    inside keyturn doctor >"$work/doctor" || true
    for check in key_memory no_new_privileges capabilities system_calls programs permissions unlock; do
        grep -q "^passed *$check:" "$work/doctor" || die "doctor does not pass $check: $(cat "$work/doctor")"
    done
    say "   the vault is open, keys are locked in memory, and the daemon has confined itself"
    expect "an app of the stand-in for Zoom is added" runc_with_secret keyturn app add zoom-prod "--account-id=$(field account_id)" \
        "--client-id=$(field client_id)" "--marketplace-app-id=$(field marketplace_app_id)" \
        --token-url "$(field token_url)" --api-url "$(field api_url)" --secret-stdin
    expect "a user gets a policy" inside keyturn client add pingfederate --uid 9031 --allow zoom-prod:credentials,token
}

runc_with_secret() { field client_secret | inside "$@"; }

# Who the caller is: another container has its own process namespace, or shares it.
try_callers() {
    local pid
    say "== callers"
    refused 77 "a container with its own processes is unknown" fetch other 9031:0
    pid=$(runc --root "$work/runc" state "$names-keyturn" | python3 -c 'import json, sys; print(json.load(sys.stdin)["pid"])')
    expect "one that shares the processes is its user" fetch other 9031:0 --pid "$pid"
    says "^$(field client_secret)$"
    refused 77 "another user is not" fetch other 9032:0 --pid "$pid"
    expect "the policy is removed" inside keyturn client remove pingfederate --yes
    expect "and added with --foreign" inside keyturn client add pingfederate --uid 9031 --foreign --allow zoom-prod:credentials,token
    expect "the uid is enough" fetch other 9031:0
    refused 69 "the admin socket is not in the other container" contain other 9031:0 \
        --mount "$volumes/run/run/agent:/run/keyturn/run/agent:ro" -- /usr/bin/keyturn status
}

try_restart() {
    say "== restart"
    expect "SIGTERM ends it" stop
    start "$1"
    expect "the vault is the same" inside keyturn holders zoom-prod
    expect "and whole" inside keyturn audit verify
    expect "it ends" stop
}

# manifest FILE CONTAINER MEMBER…: a list, or a text, of a container in a manifest; an item per line.
manifest() {
    /usr/bin/python3 - "$root/docs/kubernetes/$1" "${@:2}" <<'PYTHON'
import functools, sys, yaml
for document in yaml.safe_load_all(open(sys.argv[1])):
    pod = document.get("spec", {}).get("template", {}).get("spec", {})
    for container in pod.get("initContainers", []) + pod.get("containers", []):
        if container["name"] == sys.argv[2]:
            value = functools.reduce(lambda part, member: part[member], sys.argv[3:], container)
            print("\n".join(value) if isinstance(value, list) else value)
PYTHON
}

# What docs/kubernetes says, word by word: the volume is prepared, the vault made, the probes asked.
try_manifests() {
    local commands words=() probe
    say "== the manifests"
    make_volumes
    mkdir -p "$volumes"/{secret,key}
    # As provisioners leave volumes, at worst.
    chmod 0777 "$volumes/state" "$volumes/key"
    head -c 32 /dev/urandom >"$volumes/secret/keyturn.key"
    say 6f1c9f0e >"$volumes/secret/host-id"
    chmod 0440 "$volumes"/secret/*
    commands=$(manifest init.yaml prepare command | sed -e '1,2d' -e "s, /volume, $volumes/state,g" \
        -e "s, /key, $volumes/key,g" -e "s, /secret, $volumes/secret,g")
    expect "the volume is prepared" sh -euc "$commands"
    mapfile -t words < <(manifest init.yaml init args)
    mounts=(--mount "$volumes/state:/var/lib/keyturn" --mount "$volumes/run:/run/keyturn"
        --mount "$volumes/secret:/run/credentials:ro" --env KEYTURN_HOST_ID_FILE=/run/credentials/host-id)
    expect "the vault is made" contain keyturn 9030:0 "${mounts[@]}" --mount "$volumes/key:/key" -- /usr/bin/keyturnd "${words[@]}"
    refused 65 "and not a second time" contain keyturn 9030:0 "${mounts[@]}" --mount "$volumes/key:/key" -- /usr/bin/keyturnd "${words[@]}"
    start 9030:0
    for probe in startupProbe readinessProbe; do
        mapfile -t words < <(manifest keyturn.yaml keyturn "$probe" exec command)
        expect "the $probe is content" inside "${words[@]}"
    done
    expect "another recovery key is made on a terminal" inside keyturn key add --recovery
    expect "and the first one is removed" inside keyturn key remove 2 --yes
    expect "a backup is written beside the state" inside keyturn backup /var/lib/keyturn/backups/first.db
    expect "locked" inside keyturn lock
    expect "the daemon lives" inside keyturn alert list
    refused 69 "and is not ready" inside keyturn status
    expect "it ends" stop
}

try_volumes() {
    say "== a volume that fsGroup has opened"
    make_volumes
    chmod 2775 "$volumes/state"
    refused 77 "is not trusted" state 9030:0 /usr/bin/keyturnd init --key-file /var/lib/keyturn/key --recovery-out /var/lib/keyturn/recovery
    says "/var/lib/keyturn can be written by others"
}
