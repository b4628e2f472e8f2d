# shellcheck shell=bash
# The rules of scripts/check. Each `rule_NAME` runs in the root of the tree and prints a line for each problem
# (`path:line: what is wrong`), and nothing otherwise. A status other than 0 means that the rule itself failed.
# scripts/prove.sh has bad samples for each.

readonly programs=(keyturn keyturnd zoom-sandbox)
readonly most_source_lines=250 most_test_lines=300

# Like grep, but finding nothing is not a failure.
seek() { grep "$@" || (($? == 1)); }

# Prints `path:line: MESSAGE` for each matching line of Swift or C below the folders.
forbid() {
    local pattern=$1 message=$2
    shift 2
    seek -rnE --include='*.swift' --include='*.[ch]' -e "$pattern" -- "$@" |
        awk -F: -v message="$message" '{ print $1 ":" $2 ": " message }'
}

# Sets `files`: the files that git tracks or would add; without git, everything except the build.
list_files() {
    local file listed=()
    files=()
    if [[ -e .git ]] && git ls-files >/dev/null 2>&1; then
        mapfile -d '' -t listed < <(git ls-files -z --cached --others --exclude-standard)
    else
        mapfile -d '' -t listed < <(find . -name '.build*' -prune -o -name .git -prune -o -type f -printf '%P\0')
    fi
    for file in "${listed[@]}"; do
        if [[ -f $file && ! -L $file ]]; then files+=("$file"); fi
    done
    ((${#files[@]}))
}

rule_format() {
    local found
    found=$(swift format lint --strict -r Sources Tests Package.swift 2>&1) || say "${found:-swift format failed}"
}

rule_imports() {
    find Sources -mindepth 2 -type f -name '*.swift' -print0 | sort -z |
        xargs -0 awk -f scripts/imports.awk scripts/imports.txt
}

# A folder that Package.swift does not name is neither built nor run, and nothing else would report it.
rule_targets() {
    local folder name file
    for folder in Sources/*/ Tests/*/; do
        name=$(basename "$folder")
        file=$(find "$folder" -type f -print -quit)
        [[ -z $file ]] || grep -qF "\"$name\"" Package.swift || say "$file:1: no target in Package.swift is named $name"
    done
    # A scratch path of its own: a build that is running has the other one.
    # shellcheck disable=SC2154 # scripts/check sets work
    swift package --scratch-path "$work/package" dump-package | python3 scripts/dependencies.py
}

rule_words() {
    local apart='(^|[^[:alnum:]_])' folder libraries=()
    for folder in Sources/*/; do
        [[ " ${programs[*]} " == *" $(basename "$folder") "* ]] || libraries+=("$folder")
    done
    forbid "${apart}try!" "try! ends the process: throw or handle" Sources
    forbid "${apart}as!" "as! ends the process: use as? and handle nil" Sources
    forbid "${apart}fatalError *\\(" "fatalError ends the process: throw" Sources
    forbid "${apart}(TODO|FIXME)([^[:alnum:]_]|\$)" "do it or drop it" Sources
    forbid "(^|[^[:alnum:]_.]|Swift\\.)(print|debugPrint) *\\(" "only programs speak: log or throw" "${libraries[@]}"
    forbid "${apart}import +XCTest" "tests are written in Swift Testing" Sources Tests
    find Tests -type f -name '*.swift' -print0 | sort -z | xargs -0 awk '
        FNR == 1 { due = 0 }
        /^[ \t]*@Test/ { due = 1 }
        due && /(^|[ \t])func( |$)/ {
            if (!/(^|[ \t])func( `|$)/) print FILENAME ":" FNR ": name it by a raw identifier that says what must hold"
            due = 0
        }'
    # The compiler does not check these: a comment on the same or an adjacent line must give the reason.
    # shellcheck disable=SC2016
    find Sources -type f -name '*.swift' -print0 | sort -z | xargs -0 awk '
        function settle(excused) { if (due != "" && !excused) print due; due = "" }
        FNR == 1 { settle(0); before = 0 }
        {
            here = $0 ~ /(^|[ \t])\/\//
            settle(here)
            if (/@unchecked|nonisolated\(unsafe\)/ && !here && !before)
                due = FILENAME ":" FNR ": say in a comment beside it why this is safe"
            before = here
        }
        END { settle(0) }'
}

# Test hooks must not be in a release: they are between `#if FAULT_POINTS` and its `#endif`.
rule_instruments() {
    grep -qF '.define("FAULT_POINTS", .when(configuration: .debug))' Package.swift ||
        say "Package.swift:1: FAULT_POINTS is for debug builds"
    find Sources -type f -name '*.swift' -print0 | sort -z | xargs -0 awk '
        FNR == 1 { depth = 0; inside = 0 }
        /^[ \t]*#if/ { depth++; if (!inside && /#if FAULT_POINTS *$/) inside = depth }
        /^[ \t]*#else/ { if (inside == depth) inside = 0 }
        /^[ \t]*#endif/ { if (inside == depth) inside = 0; depth-- }
        /KEYTURN_(FAULT|TEST)/ && !/^[ \t]*\/\// && !inside {
            print FILENAME ":" FNR ": only between #if FAULT_POINTS and #endif"
        }'
}

# Searches programs of a release build for the names of test hooks.
rule_release() {
    local names program
    mapfile -t names < <(grep -rhoE 'KEYTURN_(FAULT|TEST)[A-Z_]*' Sources | sort -u)
    ((${#names[@]}))
    for program in "${programs[@]}"; do
        grep -aqF "$(printf '%s\n' "${names[@]}")" ".build/release/$program" &&
            say ".build/release/$program:1: holds one of ${names[*]}"
    done
    return 0
}

rule_sizes() {
    find Sources -type f \( -name '*.swift' -o -name '*.[ch]' \) -print0 | sort -z |
        xargs -0 awk -v most="$most_source_lines" 'FNR == most + 1 { print FILENAME ":" FNR ": more than " most " lines" }'
    find Tests -type f -name '*.swift' -print0 | sort -z | xargs -0 awk -v most="$most_test_lines" '
        FNR == most + 1 { print "warning: " FILENAME ": more than " most " lines" > "/dev/stderr" }'
}

rule_mentions() {
    local files
    list_files
    # The brackets keep the patterns from finding themselves.
    seek -nIE -e '[.][.]/[s]hared' -e '/[w]ork/' -e '/[o]pt/swift' -e '/[r]oot/' -- "${files[@]}" /dev/null |
        awk -F: '{ print $1 ":" $2 ": names a place that only one machine has" }'
}

# Checks that the targets of links in the pages exist, and that the index of docs/ leads to each page there.
rule_links() {
    local files file pages=() index=docs/README.md
    list_files
    for file in "${files[@]}"; do
        if [[ $file == *.md ]]; then pages+=("$file"); fi
    done
    ((${#pages[@]} == 0)) || awk -f scripts/links.awk pass=1 "${pages[@]}" pass=2 "${pages[@]}"
    [[ -e $index ]] || return 0
    for file in docs/*.md; do
        [[ $file == "$index" ]] || grep -qE "\]\(${file##*/}[)#]" "$index" || say "$file:1: $index does not lead to it"
    done
}

# Checks that the types which the pages name in backticks (`CamelCase`, `Folder/CamelCase`, `CamelCase+Aspect`) exist: as
# a word of the code or as a file or folder. Code in fences is not checked: it may be anybody's.
rule_names() {
    local files file folders=() pages=()
    list_files
    for file in "${files[@]}"; do
        if [[ $file == README.md || $file == docs/*.md ]]; then pages+=("$file"); fi
    done
    for file in Sources Tests connectors schema scripts; do
        if [[ -d $file ]]; then folders+=("$file"); fi
    done
    ((${#pages[@]} == 0)) || {
        find "${folders[@]}" -print | tr '/.+' '\n'
        find "${folders[@]}" -type f ! -name '*.md' -print0 | xargs -0 grep -ahoE '[A-Za-z_][A-Za-z0-9_]*'
    } | sort -u | awk '
        FILENAME == "-" { known[$0] = 1; next }
        FNR == 1 { fenced = 0 }
        /^ *```/ { fenced = !fenced }
        !fenced {
            count = split($0, parts, "`")
            for (i = 2; i < count; i += 2) {
                if (parts[i] !~ /^[A-Za-z]+([\/.+][A-Za-z]+)*$/) continue
                words = split(parts[i], names, /[\/.+]/)
                for (j = 1; j <= words; j++)
                    if (names[j] ~ /^[A-Z][a-z0-9]+[A-Z]/ && !(names[j] in known))
                        print FILENAME ":" FNR ": no code has this name: " names[j]
            }
        }' - "${pages[@]}"
}

is_shell() {
    local first=''
    IFS= read -r first <"$1" 2>/dev/null || true
    [[ $1 == *.sh || $first =~ ^'#!'.*[/\ ](ba|da)?sh($|\ ) ]]
}

rule_shell() {
    local file files shells=()
    list_files
    for file in "${files[@]}"; do
        if is_shell "$file"; then shells+=("$file"); fi
    done
    ((${#shells[@]}))
    if have_command shellcheck; then
        shellcheck -x -P SCRIPTDIR -f gcc "${shells[@]}" 2>&1 || say "shellcheck is not content"
    else
        for file in "${shells[@]}"; do
            bash -n "$file" 2>&1 || say "$file: not a shell script"
        done
    fi
}

# Checks the units with systemd: every key is known, users and directories can be created, and a compromised service has
# little access. The threshold is the exposure that `systemd-analyze security` finds, times ten.
rule_units() {
    have_command systemd-analyze || return 0
    local folder=scripts/systemd drafts unit sample said
    drafts=$(mktemp -d)
    mkdir -p "$drafts/tree/etc"
    for unit in "$folder"/*.service; do
        systemd-analyze security --offline=true --no-pager --threshold=14 "$unit" >/dev/null 2>&1 ||
            say "$unit:1: its exposure is not below 1.5: systemd-analyze security --offline=true $unit"
    done
    # Programs that are not installed here are not a mistake in the units.
    for unit in "$folder"/*.{service,socket,timer}; do
        sed -E 's,^(Exec(Start|Reload)=)[^ ]+,\1/bin/true,' "$unit" >"$drafts/${unit##*/}"
    done
    for sample in "$drafts"/*.*; do
        said=$(systemd-analyze verify --man=no "$sample" 2>&1) || said+=' (refused)'
        [[ -z $said ]] || say "${said//"$drafts"/"$folder"}"
    done
    # Creates them for real in a separate root, if the user may change owners.
    if ((EUID == 0)); then
        said=$(systemd-sysusers --root="$drafts/tree" "$PWD/$folder/sysusers.conf" 2>&1) ||
            say "$folder/sysusers.conf:1: $said"
        said=$(systemd-tmpfiles --root="$drafts/tree" --create "$PWD/$folder/tmpfiles.conf" 2>&1) ||
            say "$folder/tmpfiles.conf:1: $said"
    fi
    rm -rf "$drafts"
}

# The parts of scripts/release notice what is wrong with an image and a bill of materials, and the Kubernetes manifests
# keep what docs/containers.md promises.
rule_parts() {
    /usr/bin/python3 scripts/release.d/selftest.py
    if compgen -G 'docs/kubernetes/*.yaml' >/dev/null && /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
        /usr/bin/python3 -B scripts/release.d/manifests.py docs/kubernetes/*.yaml
    fi
}

rule_c() {
    local clang file
    clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
    [[ -x $clang ]] || clang=$(command -v clang || command -v cc) || return 0
    find Sources -type f -name '*.c' -print0 | while IFS= read -r -d '' file; do
        "$clang" -fsyntax-only -Wall -Wextra -Werror -I"$(dirname "$file")/include" "$file" 2>&1 ||
            say "$file: not clean under -Wall -Wextra"
    done
}
